"""The letters' places in the catalogue."""

from __future__ import annotations

from datetime import timedelta

from tenken.reports.definition import Definition
from tenken.reports.letters.blocks import build_letters
from tenken.reports.letters.figures import LettersFigures
from tenken.reports.letters.gathering import GATHERING
from tenken.reports.letters.kinds import KINDS, Kind, drafts, title_of
from tenken.reports.render import FORMS


def letter_definition(kind: Kind) -> Definition:
    """Return one kind of letter as the catalogue lists it."""
    return Definition(
        code=kind.code,
        number="通知",
        title=kind.title,
        sections=(),
        forms=FORMS,
        needs=(kind.needs,),
        figures=LettersFigures,
        gather=GATHERING[kind.code],
        drafts=drafts,
        title_of=title_of,
        build=build_letters,
        letters=True,
        earlier=timedelta(days=92),
    )


LETTERS = tuple(letter_definition(kind) for kind in KINDS if kind.code in GATHERING)
