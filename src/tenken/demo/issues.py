"""Which section has an issue in which item in a past year, so that every count is the one of ``figures.yaml``. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tenken.demo.data_files import CategoryPlan, digest


@dataclass(frozen=True)
class YearOfIssues:
    """The issues of one year. Sections are unit codes; a reorganised section keeps its code.

    ``sections``: by 調査項目, those with an issue in it; ``items``: (section, item) → 調査項目;
    ``left``: (section, 調査項目) that stay 未改善.
    """

    sections: Mapping[str, Sequence[str]]
    items: Mapping[tuple[str, str], str]
    left: frozenset[tuple[str, str]]

    @property
    def with_issues(self) -> frozenset[str]:
        return frozenset(code for codes in self.sections.values() for code in codes)


def lay_out(
    plans: Sequence[CategoryPlan],
    candidates: Sequence[str],
    *,
    total: int,
    not_improved: int,
    year: int,
    first: Mapping[str, Sequence[str]],
) -> YearOfIssues:
    """Spread the issues of *plans* over exactly *total* of the *candidates*, *not_improved* of them to stay open.

    *first*: by 調査項目, the sections that must have an issue in its first item (relapses, the reorganised).
    ``ValueError`` when the numbers cannot all be met.
    """
    wanted = list(dict.fromkeys(code for codes in first.values() for code in codes))
    others = sorted(set(candidates) - set(wanted), key=lambda code: digest("issues", year, code))
    pool = [*wanted, *others][:total]
    if len(wanted) > total or len(pool) < total:
        raise ValueError(
            f"{year}: {total} sections cannot hold {len(wanted)} given ones of {len(candidates)}"
        )
    sections = _sections(plans, pool, first, year)
    items = {(code, item): plan.code for plan in plans for code, item in _items(plan, sections[plan.code])}
    return YearOfIssues(sections, items, _left(plans, sections, not_improved))


def _sections(
    plans: Sequence[CategoryPlan], pool: Sequence[str], first: Mapping[str, Sequence[str]], year: int
) -> dict[str, list[str]]:
    """Fill each 調査項目; every section of the pool comes up once before any comes up again."""
    found = {plan.code: list(first.get(plan.code, ())) for plan in plans}
    uncovered = [code for code in pool if not any(code in codes for codes in found.values())][::-1]
    slots = [(plan.code, place) for plan in plans for place in range(len(found[plan.code]), plan.issues)]
    for category, _ in sorted(slots, key=lambda slot: digest("slot", year, *slot)):
        if uncovered:
            found[category].append(uncovered.pop())
        else:
            free = set(pool) - set(found[category])
            found[category].append(min(free, key=lambda code: digest("again", year, category, code)))
    if uncovered:
        raise ValueError(f"{year}: {len(uncovered)} sections are left without an issue")
    return found


def _items(plan: CategoryPlan, codes: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Go round the sections item by item: the first item takes the first sections, each section gets at least one."""
    place = 0
    for item, count in plan.items.items():
        for _ in range(count):
            yield codes[place % len(codes)], item
            place += 1


def _left(
    plans: Sequence[CategoryPlan], sections: Mapping[str, Sequence[str]], not_improved: int
) -> frozenset[tuple[str, str]]:
    """Choose what stays 未改善: as often as each plan says, in exactly *not_improved* sections."""
    shared = sum(plan.not_improved for plan in plans) - not_improved
    chosen: set[tuple[str, str]] = set()
    holding: set[str] = set()
    for plan in sorted(plans, key=lambda plan: -plan.not_improved):
        again = [code for code in sections[plan.code] if code in holding][: min(shared, plan.not_improved)]
        first = next(
            iter(plan.items.values())
        )  # so many sections have the issue in the first item: the usual one
        order = [*sections[plan.code][:first][::-1], *sections[plan.code][first:][::-1]]
        fresh = [code for code in order if code not in holding]
        taken = [*again, *fresh[: plan.not_improved - len(again)]]
        shared -= len(again)
        chosen |= {(code, plan.code) for code in taken}
        holding |= set(taken)
    if len(holding) != not_improved or len(chosen) != sum(plan.not_improved for plan in plans):
        raise ValueError(f"{not_improved} sections cannot hold what is left 未改善 ({len(holding)})")
    return frozenset(chosen)
