"""What the last inspection and the policy say the next sheet should ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenken.findings.models import Finding
from tenken.findings.queries.lineage import relapsed
from tenken.findings.states import VERIFIED, WITHDRAWN
from tenken.inspection.models import Programme
from tenken.inspection.queries.targets import basis_of
from tenken.inspection.rules.proposed_items import Looked, propose
from tenken.organization.models import City
from tenken.policy.models import PolicyVersion
from tenken.policy.queries.bank import ItemOnDate
from tenken.policy.queries.versions import compare_versions, version_before


@dataclass(frozen=True)
class Proposals:
    """The proposed items with their reasons, by code, and the programme that was looked back at (None: the first)."""

    basis: Programme | None
    reasons: dict[str, tuple[str, ...]]

    def because(self, code: str) -> str:
        """Return why *code* is proposed as one line, '' when it is not."""
        return "、".join(self.reasons.get(code, ()))


@dataclass
class _Numbers:
    issues: set[int]
    not_improved: set[int]
    visits: set[int]
    relapsed: set[int]


def proposals_for(programme: Programme, items: Sequence[ItemOnDate], on: date) -> Proposals:
    """Return what *programme* (with its city) should ask of *items*, looking back from *on*.

    Four queries, and three for each revision of the policy since the programme before.
    """
    basis = basis_of(programme)
    numbers = _numbers(programme.city, basis.fiscal_year) if basis else {}
    clauses = _revised(programme.city, basis, on)
    looked = []
    for one in items:
        seen = numbers.get(one.item.code)
        looked.append(
            Looked(
                code=one.item.code,
                standing=one.item.standing,
                issues=len(seen.issues) if seen else 0,
                not_improved=len(seen.not_improved) if seen else 0,
                relapsed=len(seen.relapsed) if seen else 0,
                found_by_visits=len(seen.visits - seen.issues) if seen else 0,
                clauses=tuple(clauses[code] for code in one.revision.clause_codes if code in clauses),
            )
        )
    return Proposals(basis, propose(looked))


def _numbers(city: City, fiscal_year: int) -> dict[str, _Numbers]:
    """The sections of a year's findings by item."""
    found: dict[str, _Numbers] = defaultdict(lambda: _Numbers(set(), set(), set(), set()))
    rows = Finding.objects.filter(city=city, fiscal_year=fiscal_year).exclude(status=WITHDRAWN)
    for code, unit, origin, status, left in rows.values_list(
        "item_code", "unit_id", "origin", "status", "closed_as_not_improved"
    ):
        if origin == Finding.Origin.SELF_INSPECTION:
            found[code].issues.add(unit)
        elif origin == Finding.Origin.VISIT:
            found[code].visits.add(unit)
        if left or status != VERIFIED:
            found[code].not_improved.add(unit)
    for relapse in relapsed(city, fiscal_year):
        found[relapse.finding.item_code].relapsed.add(relapse.finding.unit_id)
    return dict(found)


def _revised(city: City, basis: Programme | None, on: date) -> dict[str, str]:
    """The clauses that revisions in force since the *basis* was launched changed or added: what they are called, by code."""
    if basis is None or basis.launched_on is None:
        return {}
    versions = PolicyVersion.objects.filter(
        document__city=city,
        document__owner__isnull=True,
        status=PolicyVersion.Status.PUBLISHED,
        effective_from__gt=basis.launched_on,
        effective_from__lte=on,
    )
    found: dict[str, str] = {}
    for version in versions.select_related("document"):
        before = version_before(version)
        if before is None:
            continue
        comparison = compare_versions(before, version)
        clauses = [*comparison.added, *(change.after for change in comparison.changed)]
        weighty = comparison.touched_codes | {clause.code for clause in comparison.added}
        found |= {one.code: f"{one.number}{one.heading}" for one in clauses if one.code in weighty}
        found |= {one.code: f"{one.number}{one.heading}（廃止）" for one in comparison.removed}
    return found
