"""The papers the product can print."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.common.refusals import Missing
from tenken.reports.render import FORMS


@dataclass(frozen=True)
class CatalogueEntry:
    """One paper: ``code`` names it on the command line, ``needs`` says in Japanese what must exist before it can be printed."""

    code: str
    number: str
    title: str
    sections: tuple[str, ...]
    forms: tuple[str, ...]
    needs: tuple[str, ...]


PAPERS: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        code="committee",
        number="資料１",
        title="情報セキュリティ対策改善取組結果について",
        sections=("情報セキュリティ点検",),
        forms=FORMS,
        needs=("その年度の情報セキュリティ点検（自己点検と改善報告が終わっていること）",),
    ),
)


def entry(code: str) -> CatalogueEntry:
    """Return the paper with *code*; ``Missing`` when there is none."""
    for paper in PAPERS:
        if paper.code == code:
            return paper
    raise Missing(f"「{code}」という資料はありません。")
