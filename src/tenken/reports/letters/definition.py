"""The letters' places in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tenken.organization.models import City
from tenken.reports.definition import Definition
from tenken.reports.letters.blocks import build_letters
from tenken.reports.letters.figures import LettersFigures
from tenken.reports.letters.gathering import (
    improvement_letters,
    launch_letters,
    reminder_letters,
    result_letters,
)
from tenken.reports.letters.kinds import KINDS, Kind, drafts, title_of
from tenken.reports.letters.visits import visit_letters
from tenken.reports.render import FORMS

_GATHERING: dict[str, Callable[[City, int], LettersFigures]] = {
    "letter-launch": launch_letters,
    "letter-reminder": reminder_letters,
    "letter-improvement": improvement_letters,
    "letter-result": result_letters,
    "letter-visit": visit_letters,
}


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
        gather=_GATHERING[kind.code],
        drafts=drafts,
        title_of=title_of,
        build=build_letters,
        letters=True,
        earlier=timedelta(days=92),
    )


LETTERS = tuple(letter_definition(kind) for kind in KINDS)
