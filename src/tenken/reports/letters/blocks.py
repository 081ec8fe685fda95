"""Letters as blocks, one page each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tenken.reports.blocks import Letter, LetterItem, Paper
from tenken.reports.definition import texts_with
from tenken.reports.letters.figures import LettersFigures
from tenken.reports.letters.kinds import drafts, kind_of


def build_letters(figures: LettersFigures, prose: Mapping[str, str], *, issued_on: date) -> Paper:
    """Return the batch; *prose* as for every paper (``definition.Build``)."""
    texts = {key: text.strip() for key, text in texts_with(drafts(figures), prose).items()}
    kind = kind_of(figures.kind)
    contact = (LetterItem("問合せ先", texts["letter.contact"]),) if texts["letter.contact"] else ()
    return Paper(
        code=kind.code,
        title=f"{figures.year}　{kind.title}",
        number="",
        city_name=figures.city_name,
        issued_on=issued_on,
        fiscal_year=figures.fiscal_year,
        header=kind.title,
        blocks=tuple(
            Letter(
                number=texts["letter.number"],
                issued_on=issued_on,
                section=letter.section,
                addressee=letter.addressee,
                sender=texts["letter.sender"],
                subject=texts["letter.subject"],
                body=tuple(line.strip() for line in texts["letter.body"].splitlines() if line.strip()),
                items=(
                    *(LetterItem(item.label, item.text, item.lines) for item in letter.items),
                    *contact,
                ),
            )
            for letter in figures.letters
        ),
    )
