"""What the next sheet should ask: the items of every year, those that were worst or stayed open, those the policy
changed (「未改善課題が多い項目について、継続的に点検対象とし」, document 001, 資料2 1(2)). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORST = 5  # places: items with as many sections as the fifth are in too


@dataclass(frozen=True)
class Looked:
    """What is known of one item. Numbers are of sections, each counted once.

    ``issues``: said so themselves; ``not_improved``: still open, or open when the improvement ended; ``relapsed``:
    improved the year before and back; ``found_by_visits``: a visit found what the section had not reported.
    ``clauses``: what it rests on that a revision changed since, as people call it.
    """

    code: str
    standing: bool = False
    issues: int = 0
    not_improved: int = 0
    relapsed: int = 0
    found_by_visits: int = 0
    clauses: tuple[str, ...] = ()


def propose(items: Sequence[Looked]) -> dict[str, tuple[str, ...]]:
    """Return the proposed items with the reasons for each, the numbers in them; an item without a reason is left out."""
    places = _places(items)
    found = {item.code: tuple(_reasons(item, places.get(item.code))) for item in items}
    return {code: reasons for code, reasons in found.items() if reasons}


def _places(items: Sequence[Looked]) -> dict[str, int]:
    """The place of each of the worst items: as many are before it as had more sections with an issue, plus one."""
    counts = sorted((item.issues for item in items if item.issues), reverse=True)
    return {
        item.code: place
        for item in items
        if item.issues and (place := counts.index(item.issues) + 1) <= WORST
    }


def _reasons(item: Looked, place: int | None) -> Iterator[str]:
    if item.standing:
        yield "毎年の項目"
    if place is not None:
        yield f"前回、課題が{place}番目に多かった（{item.issues:,}課）"
    if item.not_improved:
        yield f"改善が済んでいない（{item.not_improved:,}課）"
    if item.relapsed:
        yield f"改善したあとに再発した（{item.relapsed:,}課）"
    if item.found_by_visits:
        yield f"自己点検になかった課題を訪問調査で見つけた（{item.found_by_visits:,}課）"
    if item.clauses:
        yield f"根拠の条が改定された（{'、'.join(item.clauses)}）"
