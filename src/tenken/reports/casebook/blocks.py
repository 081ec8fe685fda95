"""The casebook as blocks: problems and measures, then good practices, a table for each 調査項目."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby

from tenken.reports.blocks import Block, Column, Heading, Paper, Paragraph, Table
from tenken.reports.casebook.figures import CasebookFigures, CaseFigures
from tenken.reports.casebook.prose import drafts
from tenken.reports.definition import texts_with
from tenken.reports.parts import SPECIMEN_NOTE, paragraphs

CODE, NUMBER = "casebook", "参考資料２"


def build_paper(figures: CasebookFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return the casebook for *figures*; *prose* as for every paper (``definition.Build``)."""
    texts = texts_with(drafts(figures), prose)
    title = f"{figures.year}情報セキュリティ課題・対策事例集（課公所編）"
    return Paper(
        code=CODE,
        title=title,
        number=NUMBER,
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=title,
        blocks=tuple(_blocks(figures, texts)),
    )


def _blocks(figures: CasebookFigures, texts: Mapping[str, str]) -> Iterator[Block]:
    yield from paragraphs(texts, "casebook.opening")
    if figures.invented:
        yield Paragraph(SPECIMEN_NOTE)
    parts = (
        ("measures", "課題と対策", ("課題・状況", "対策"), figures.of_kind(False)),
        ("practices", "優良事例", ("取組の内容", "効果"), figures.of_kind(True)),
    )
    for key, heading, words, cases in parts:
        if cases:
            yield Heading(1, heading)
        for number, (category, found) in enumerate(groupby(cases, key=lambda case: case.category), start=1):
            yield Heading(2, category or "その他")
            yield _table(f"{key}{number}", f"{category or 'その他'}の{heading}", words, tuple(found))


def _table(key: str, caption: str, words: tuple[str, str], cases: tuple[CaseFigures, ...]) -> Table:
    return Table(
        key=key,
        caption=caption,
        columns=(
            Column("番号", "center", 1.1),
            Column("事例", "left", 2.2),
            Column(words[0], "left", 4.0),
            Column(words[1], "left", 4.0),
            Column("課公所", "left", 1.8),
        ),
        rows=tuple(
            (case.number, case.title, case.situation, case.measure, case.section or None) for case in cases
        ),
    )
