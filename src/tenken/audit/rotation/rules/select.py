"""Which systems are looked at in a year, and how deeply. Pure; the same facts, rule and seed always come to the same.

Three tiers, each out of the one before (universe → 自己点検 → 訪問調査 → 技術監査). Within a tier the promise of the cycle
comes first, then the points:

1. what falls due this year;
2. what falls due later, as far as the later years could not hold it all (levelling);
3. the rest of the year's capacity by points, except what was visited lately.

Equal points: by lot (``audit.rules.draw.numbers``), the lower number first.

Why the promise holds: let *c* be the capacity and *D(k)* the number that fall due until *k* years from now. Step 1 and 2
take at least ``D(k) - c·k`` of those for every *k*, so next year again ``D(k) ≤ c·(k+1)``; what is taken falls due N years
later. So once ``D(k) ≤ c·(k+1)`` holds for each *k*, and there are no more than ``c·N`` systems, nothing is ever late.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tenken.audit.rotation.rules.parts import Facts, Rule, Tier
from tenken.audit.rotation.rules.score import Part, Score, score
from tenken.audit.rules.draw import numbers
from tenken.common.fiscal_year import FiscalYear


class Because(StrEnum):
    """By which step one was taken."""

    DUE = "due"
    LEVEL = "level"
    POINTS = "points"
    DEEPER = "deeper"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Because.DUE: "周期の期限",
    Because.LEVEL: "期限の集中を避ける",
    Because.POINTS: "点数順",
    Because.DEEPER: "訪問調査の対象",
}


@dataclass(frozen=True)
class Chosen:
    """One system of the universe in a year's selection: its place by points, its tier and why.

    ``because``: the step that brought it to its tier, None for ``Tier.NONE``; ``due``: until when (fiscal year) it has to
    be visited by the promise, None when the promise does not hold it; ``self_due``: until when it inspects itself;
    ``lot``: the number by which ties are broken.
    """

    id: int
    code: str
    rank: int
    score: Score
    tier: Tier
    because: Because | None
    due: int | None
    self_due: int
    lot: float

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.score.parts


def select(universe: Collection[Facts], rule: Rule, year: int, seed: int) -> tuple[Chosen, ...]:
    """Return every system of *universe* with its tier in fiscal *year*, by rank. The order of *universe* plays no part."""
    known = {one.code: one for one in universe}
    scores = {code: score(one, rule, year) for code, one in known.items()}
    lots = numbers(list(known), seed)
    order = sorted(known, key=lambda code: (-scores[code].total, lots[code], code))
    due = due_years(universe, rule, Tier.VISIT)
    resting = {code for code, one in known.items() if _rests(one, rule, year)}
    visits = fill(order, due, year=year, capacity=rule.visit_capacity, resting=resting)
    self_due = due_years(universe, rule, Tier.SELF)
    selves = fill(
        order,
        self_due,
        year=year,
        capacity=max(rule.self_capacity, len(visits)),
        already={code: Because.DEEPER for code in visits},
        reserved=rule.visit_capacity,
    )
    deepest = sorted(visits, key=lambda code: (-scores[code].technical_total, lots[code], code))
    technical = set(deepest[: rule.technical_capacity])

    def tier(code: str) -> tuple[Tier, Because | None]:
        if code in technical:
            return Tier.TECHNICAL, visits[code]
        if code in visits:
            return Tier.VISIT, visits[code]
        return (Tier.SELF, selves[code]) if code in selves else (Tier.NONE, None)

    return tuple(
        Chosen(
            known[code].id, code, rank, scores[code], *tier(code), due.get(code), self_due[code], lots[code]
        )
        for rank, code in enumerate(order, start=1)
    )


def due_years(universe: Collection[Facts], rule: Rule, tier: Tier) -> dict[str, int]:
    """Return until which fiscal year each system the promise holds has to be looked at (visit or self).

    The promise counts from the last time, but from no earlier than the rotation's begin or the system's own.
    """
    within = rule.visit_within if tier == Tier.VISIT else rule.self_within
    held = [one for one in universe if tier == Tier.SELF or rule.visit_all or one.important]
    found = {}
    for one in held:
        begins = rule.cycle_from
        if one.in_use_since is not None:
            begins = max(begins, FiscalYear.of(one.in_use_since).year)
        last = one.last(tier)
        base = begins - 1 if last is None else max(begins - 1, FiscalYear.of(last).year)
        found[one.code] = base + within
    return found


def fill(
    order: Sequence[str],
    due: Mapping[str, int],
    *,
    year: int,
    capacity: int,
    already: Mapping[str, Because] | None = None,
    resting: Collection[str] = (),
    reserved: int = 0,
) -> dict[str, Because]:
    """Return whom a tier takes and by which step, at most *capacity*.

    *order*: all candidates, the weightiest first; *already*: those a deeper tier brings along; *resting*: not taken for
    their points; *reserved*: how much of later years' capacity others may use up.
    """
    taken = dict(already or {})
    later = max(capacity - reserved, 0)
    # Those the points alone would bring in are not taken for the years to come.
    heaviest = set([code for code in order if code not in resting][:capacity])
    for until in sorted({max(one, year) for one in due.values()}):
        falling = [code for code in order if code in due and due[code] <= until]
        needed = len(falling) - later * (until - year)
        standing = sum(code in taken for code in falling)
        for code in falling:
            if standing >= needed or len(taken) >= capacity:
                break
            if code not in taken:
                early = Because.POINTS if code in heaviest else Because.LEVEL
                taken[code] = Because.DUE if due[code] <= year else early
                standing += 1
    for code in order:
        if len(taken) >= capacity:
            break
        if code not in taken and code not in resting:
            taken[code] = Because.POINTS
    return taken


def _rests(one: Facts, rule: Rule, year: int) -> bool:
    last = one.last(Tier.VISIT)
    return last is not None and year - FiscalYear.of(last).year <= rule.rest_years
