"""What every paper has: its place in the catalogue, its numbers, its drafted prose, its blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from tenken.organization.models import City
from tenken.reports.blocks import Paper
from tenken.reports.frozen import from_plain, to_plain


class Figures(Protocol):
    """The numbers of a paper of one city and year; a frozen dataclass."""

    @property
    def city_name(self) -> str: ...

    @property
    def fiscal_year(self) -> int: ...


@dataclass(frozen=True)
class Draft:
    """One drafted paragraph. ``text`` is '' when the numbers give no reason to say anything.

    ``basis`` holds, under 「rule.name」, every number the text rests on.
    """

    key: str
    title: str
    text: str
    basis: Mapping[str, int | str]


class Build(Protocol):
    """Makes a paper of its figures. *prose* holds edited paragraphs by key; ``ValueError`` for a key it does not know."""

    def __call__(self, figures: Any, prose: Mapping[str, str], *, issued_on: date) -> Paper: ...


def nothing_wrong(figures: Any) -> Sequence[str]:
    """Find nothing that contradicts itself: counted in one place, each number stands for itself."""
    return ()


@dataclass(frozen=True)
class Definition:
    """One paper. ``code`` names it on the command line, in addresses and editions; ``needs`` says in Japanese what must
    exist before it can be printed. ``gather`` raises ``Missing`` where that does not exist.

    ``title_of`` says what the paragraph with a key is called, None when there is none such.
    ``letters``: a batch of letters rather than a paper that is handed out.
    ``earlier``: how long before its fiscal year begins it may be issued (a plan is decided before its year).
    """

    code: str
    number: str
    title: str
    sections: tuple[str, ...]
    forms: tuple[str, ...]
    needs: tuple[str, ...]
    figures: type[Any]
    gather: Callable[[City, int], Any]
    drafts: Callable[[Any], tuple[Draft, ...]]
    title_of: Callable[[str], str | None]
    build: Build
    inconsistencies: Callable[[Any], Sequence[str]] = nothing_wrong
    letters: bool = False
    earlier: timedelta = timedelta(0)

    def snapshot(self, figures: Any) -> dict[str, Any]:
        return to_plain(figures)

    def restore(self, plain: Mapping[str, Any]) -> Any:
        return from_plain(self.figures, plain)

    def drafted_texts(self, figures: Any) -> dict[str, str]:
        """Return the drafted text of every paragraph by key."""
        return {draft.key: draft.text for draft in self.drafts(figures)}


def texts_with(drafts: Sequence[Draft], prose: Mapping[str, str]) -> dict[str, str]:
    """Return every paragraph's text, edited or drafted; ``ValueError`` when *prose* has a key no paragraph has."""
    texts = {draft.key: draft.text for draft in drafts}
    if unknown := sorted(set(prose) - set(texts)):
        raise ValueError(f"no paragraph has these keys: {unknown}")
    return texts | dict(prose)
