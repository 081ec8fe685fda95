"""The guideline's editions, and where the policy stands against one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require_somewhere
from tenken.policy.models import (
    Clause,
    GuidelineEdition,
    GuidelineRequirement,
    PolicyVersion,
    RequirementMapping,
)
from tenken.policy.permissions import VIEW_POLICY
from tenken.policy.rules.guideline_gap import MANDATORY_DIFFERENCES, Answered, Asked, gap


@dataclass(frozen=True)
class GapRow:
    """A requirement of an edition, what the city says of it, and where it stands (``guideline_gap.LABELS``)."""

    requirement: GuidelineRequirement
    mapping: RequirementMapping | None
    clauses: tuple[Clause, ...]
    state: str

    @property
    def differs(self) -> bool:
        """Whether it is mandatory and not answered, or not looked at since it changed."""
        return self.state in MANDATORY_DIFFERENCES


@dataclass(frozen=True)
class Gap:
    """An edition held against the policy in force on a date."""

    edition: GuidelineEdition
    rows: tuple[GapRow, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)


def editions(by: Principal) -> list[GuidelineEdition]:
    """Return the editions the city has taken in, the latest first. One query."""
    require_somewhere(by, VIEW_POLICY)
    return list(GuidelineEdition.objects.filter(city=by.city_id).order_by("-published_on"))


def guideline_gap(by: Principal, edition_code: str, on: date) -> Gap:
    """Return where the policy in force on a date stands against an edition. Five queries."""
    every = editions(by)
    edition = next((one for one in every if one.code == edition_code), None)
    if edition is None:
        raise Missing("この版のガイドラインは取り込まれていません。")
    changed_on = _last_changes(by, edition)
    mappings = {row.requirement_code: row for row in RequirementMapping.objects.filter(city=by.city_id)}
    clauses, since = _clauses(by.city_id, on)
    rows = []
    for requirement in edition.requirements.all():
        mapping = mappings.get(requirement.code)
        answered = (
            Answered(mapping.clause_codes, mapping.not_needed_because, mapping.reviewed_on)
            if mapping
            else None
        )
        asked = Asked(requirement.mandatory, changed_on[requirement.code])
        found = tuple(clauses[code] for code in (mapping.clause_codes if mapping else ()) if code in clauses)
        rows.append(GapRow(requirement, mapping, found, gap(asked, answered, since)))
    return Gap(edition, tuple(rows))


def requirement_for(by: Principal, code: str) -> GuidelineRequirement:
    """Return a requirement as the latest edition that has it says it; ``Missing`` when none does."""
    require_somewhere(by, VIEW_POLICY)
    found = (
        GuidelineRequirement.objects.filter(edition__city=by.city_id, code=code)
        .select_related("edition")
        .order_by("-edition__published_on")
        .first()
    )
    if found is None:
        raise Missing("この要求は、ガイドラインのどの版にもありません。")
    return found


def mapping_of(by: Principal, code: str) -> RequirementMapping | None:
    """Return what the city says of a requirement, or None."""
    return RequirementMapping.objects.filter(city=by.city_id, requirement_code=code).first()


def _last_changes(by: Principal, edition: GuidelineEdition) -> dict[str, date]:
    """Return when each requirement was last added or changed, up to *edition*."""
    rows = GuidelineRequirement.objects.filter(
        edition__city=by.city_id, edition__published_on__lte=edition.published_on
    ).order_by("edition__published_on")
    found: dict[str, date] = {}
    for code, change, day in rows.values_list("code", "change", "edition__published_on"):
        if code not in found or change != GuidelineRequirement.Change.SAME:
            found[code] = day
    return found


def _clauses(city_id: int, on: date) -> tuple[dict[str, Clause], dict[str, date]]:
    """Return the clauses in force by code, and since when each one's wording stands."""
    versions = PolicyVersion.objects.filter(
        document__city=city_id,
        document__owner__isnull=True,
        status=PolicyVersion.Status.PUBLISHED,
        effective_from__lte=on,
    ).order_by("effective_from", "pk")
    begins = {
        pk: (day, document)
        for pk, day, document in versions.values_list("pk", "effective_from", "document_id")
    }
    in_force = {document: pk for pk, (_, document) in begins.items()}
    order = list(begins)
    rows = sorted(
        Clause.objects.filter(version__in=begins).select_related("chapter"),
        key=lambda row: order.index(row.version_id),
    )
    clauses: dict[str, Clause] = {}
    since: dict[str, date] = {}
    for row in rows:
        before = clauses.get(row.code)
        if before is None or before.text != row.text:
            since[row.code] = begins[row.version_id][0]
        clauses[row.code] = row
    living = {code: row for code, row in clauses.items() if row.version_id in in_force.values()}
    return living, {code: since[code] for code in living}
