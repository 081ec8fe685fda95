"""That everything comes up in time: the coming years played through by the rule, and what they come to in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tenken.audit.rotation.rules.parts import Facts, Rule, Tier
from tenken.audit.rotation.rules.select import Chosen, due_years, select
from tenken.common.fiscal_year import FiscalYear

# What somebody decided for a year: system code → tier.
Decided = Mapping[int, Mapping[str, Tier]]


@dataclass(frozen=True)
class PlannedYear:
    """One year played through: how deeply each system is looked at. ``chosen``: by the rule, before anything decided."""

    year: int
    tiers: Mapping[str, Tier]
    chosen: tuple[Chosen, ...]

    def load(self, tier: Tier) -> int:
        """Return how many are looked at as *tier* or more deeply."""
        return sum(one.level >= tier.level for one in self.tiers.values())


@dataclass(frozen=True)
class Late:
    """A system that is not looked at in time: due until one year, next in another (None: not within these years)."""

    code: str
    name: str
    tier: Tier
    due: int
    comes_in: int | None


@dataclass(frozen=True)
class Proof:
    """What the promise is and whether it holds. ``loads``: (year, self, visit, technical), each with the deeper ones.

    ``visit_needed`` and ``self_needed``: the capacity with which the promise holds; the rule's own when it does.
    """

    first: int
    last: int
    promised: int
    systems: int
    loads: tuple[tuple[int, int, int, int], ...]
    late: tuple[Late, ...]
    visit_needed: int
    self_needed: int
    sentences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.late


def simulate(
    universe: Collection[Facts], rule: Rule, first: int, years: int, seed: int, decided: Decided | None = None
) -> tuple[PlannedYear, ...]:
    """Play *years* fiscal years from *first* through. Facts stay as they are today, but for what the audits change."""
    standing = {one.code: one for one in universe}
    found = []
    for year in range(first, first + years):
        chosen = select(standing.values(), rule, year, seed)
        by_hand = (decided or {}).get(year, {})
        tiers = {one.code: by_hand.get(one.code, one.tier) for one in chosen}
        found.append(PlannedYear(year, tiers, chosen))
        standing = {code: one.after(tiers[code], year) for code, one in standing.items()}
    return tuple(found)


def prove(
    universe: Collection[Facts], rule: Rule, first: int, seed: int, decided: Decided | None = None
) -> Proof:
    """Play one whole cycle through from *first* and tell whether each system comes up in time, or which do not."""
    years = horizon(rule)
    played = simulate(universe, rule, first, years, seed, decided)
    late = _late(universe, rule, played)
    visit_needed, self_needed = rule.visit_capacity, rule.self_capacity
    if late:
        visit_needed, self_needed = _needed(universe, rule, first, seed)
    promised = due_years(universe, rule, Tier.VISIT)
    proof = Proof(
        first=first,
        last=first + years - 1,
        promised=len(promised),
        systems=len(universe),
        loads=tuple(
            (one.year, one.load(Tier.SELF), one.load(Tier.VISIT), one.load(Tier.TECHNICAL)) for one in played
        ),
        late=late,
        visit_needed=visit_needed,
        self_needed=self_needed,
        sentences=(),
    )
    return replace(proof, sentences=tuple(_sentences(proof, rule)))


def horizon(rule: Rule) -> int:
    """Return how many years one whole cycle takes."""
    return max(rule.visit_within, rule.self_within)


def _late(universe: Collection[Facts], rule: Rule, played: Collection[PlannedYear]) -> tuple[Late, ...]:
    """Return who is past its year at some time, once a tier, with the next year it comes up."""
    names = {one.code: one.name for one in universe}
    found = []
    for tier, within in ((Tier.VISIT, rule.visit_within), (Tier.SELF, rule.self_within)):
        due = due_years(universe, rule, tier)
        named: dict[str, int] = {}
        comes: dict[str, int] = {}
        for one in played:
            for code in sorted(due):
                if one.tiers[code].level >= tier.level:
                    if code in named:
                        comes.setdefault(code, one.year)
                    due[code] = max(due[code], one.year + within)
                elif due[code] <= one.year:
                    named.setdefault(code, due[code])
        found += [Late(code, names[code], tier, year, comes.get(code)) for code, year in named.items()]
    return tuple(found)


def _needed(universe: Collection[Facts], rule: Rule, first: int, seed: int) -> tuple[int, int]:
    """Return the smallest capacities (visits, self-inspections) with which nothing is late.

    What the years cannot do without is also enough for the visits (``rules.select`` says why). Those visited take places
    of the self-inspections, whether it is their turn there or not: at most all of them do.
    """
    visit = max(rule.visit_capacity, _least(due_years(universe, rule, Tier.VISIT), first, rule.visit_within))
    least = _least(due_years(universe, rule, Tier.SELF), first, rule.self_within)
    low, high = max(rule.self_capacity, visit, least), max(rule.self_capacity, visit + least)
    while low < high:
        middle = (low + high) // 2
        tried = replace(rule, visit_capacity=visit, self_capacity=middle)
        if _late(universe, tried, simulate(universe, tried, first, horizon(rule), seed)):
            low = middle + 1
        else:
            high = middle
    return visit, high


def _least(due: Mapping[str, int], first: int, within: int) -> int:
    """Return the capacity without which the years up to some deadline cannot hold all that falls due until then."""
    years = sorted({max(one, first) for one in due.values()})
    least = [-(-sum(one <= until for one in due.values()) // (until - first + 1)) for until in years]
    return max([*least, -(-len(due) // within)])


def _sentences(proof: Proof, rule: Rule) -> list[str]:
    span = f"{FiscalYear(proof.first)}から{FiscalYear(proof.last)}まで"
    whom = "情報システム" if rule.visit_all else "重要な情報システム"
    visits = [one for one in proof.late if one.tier == Tier.VISIT]
    selves = [one for one in proof.late if one.tier == Tier.SELF]
    said = [
        f"{span}の各年度を、いまの台帳の事実とこの規則でたどった。",
        f"{whom}{proof.promised}件は、どれも{rule.visit_within}年に1回以上、訪問調査か技術監査を行う。"
        if not visits
        else f"{whom}{proof.promised}件のうち{len(visits)}件は、{rule.visit_within}年に1回の訪問調査か技術監査に間に合わない。"
        + _remedy("訪問調査", proof.visit_needed, rule.visit_capacity),
        f"情報システム{proof.systems}件は、どれも{rule.self_within}年に1回以上、自己点検を行う。"
        if not selves
        else f"情報システム{proof.systems}件のうち{len(selves)}件は、{rule.self_within}年に1回の自己点検に間に合わない。"
        + _remedy("自己点検", proof.self_needed, rule.self_capacity),
    ]
    most = [max(load[place] for load in proof.loads) for place in (1, 2, 3)]
    said.append(
        f"1年の件数は、自己点検が最も多い年度で{most[0]}件、訪問調査（技術監査を含む）が{most[1]}件、技術監査が{most[2]}件である。"
    )
    return said


def _remedy(what: str, needed: int, capacity: int) -> str:
    if needed == capacity:
        return "規則どおりなら間に合うので、対象を人が変えたためである。"
    return f"間に合わせるには、{what}を1年に{needed}件（いまの規則は{capacity}件）とする。"
