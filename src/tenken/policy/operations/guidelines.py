"""The guideline's editions, and which clauses answer to what they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy.guideline_data import GuidelineData
from tenken.policy.models import GuidelineEdition, GuidelineRequirement, RequirementMapping
from tenken.policy.permissions import CHANGE_POLICY
from tenken.policy.queries.traceability import codes_in_force
from tenken.policy.rules.codes import stable_code
from tenken.policy.rules.inputs import Inputs


@transaction.atomic
def import_guideline(*, by: Principal, data: GuidelineData, on: date) -> tuple[str, ...]:
    """Take in the editions of *data* that the city does not have yet; return their codes.

    Requirements it maps to clauses are mapped where the city has mapped nothing yet. Editions that are there already
    stay as they are: what they asked is history. ``Stale`` when there is nothing new.
    """
    require(by, CHANGE_POLICY)
    City.objects.select_for_update().get(pk=by.city_id)
    known = set(GuidelineEdition.objects.filter(city=by.city_id).values_list("code", flat=True))
    new = [edition for edition in data.editions if edition.code not in known]
    if not new:
        raise Stale("このファイルの版は、すべて取り込まれています。")
    for edition in new:
        row = GuidelineEdition.objects.create(
            city_id=by.city_id,
            code=edition.code,
            title=data.title,
            published_on=edition.published_on,
            summary=edition.summary,
        )
        GuidelineRequirement.objects.bulk_create(
            GuidelineRequirement(
                edition=row,
                order=order,
                code=asked.code,
                section=asked.section,
                title=asked.title,
                text=asked.text,
                mandatory=asked.mandatory,
                change=change,
                changed_how=how,
            )
            for order, (asked, change, how) in enumerate(data.of(edition), start=1)
        )
    mapped = _map_what_is_new(by, data, on)
    codes = tuple(edition.code for edition in new)
    record(
        by=by,
        city_code=by.city_code,
        operation="policy.guideline.import",
        subject=("organization.city", by.city_id),
        changes={"editions": list(codes), "mapped": mapped},
        business_date=on,
    )
    return codes


def _map_what_is_new(by: Principal, data: GuidelineData, on: date) -> list[str]:
    """Map what the file maps and the city has not; a clause is looked for among those in force."""
    known = set(RequirementMapping.objects.filter(city=by.city_id).values_list("requirement_code", flat=True))
    in_force = codes_in_force(by.city_id, on)
    first = min(edition.published_on for edition in data.editions)
    rows = [
        RequirementMapping(
            city_id=by.city_id,
            requirement_code=asked.code,
            clause_codes=[code for code in asked.clauses if code in in_force],
            reviewed_on=first,  # the file's word is where a review begins, it is none
        )
        for asked in data.requirements
        if asked.code not in known and any(code in in_force for code in asked.clauses)
    ]
    RequirementMapping.objects.bulk_create(rows)
    return [row.requirement_code for row in rows]


@transaction.atomic
def map_requirement(
    *, by: Principal, code: str, clause_codes: Sequence[str], not_needed_because: str = "", on: date
) -> RequirementMapping:
    """Say which clauses answer to a requirement, or why none has to. It counts as looked at *on* that date.

    ``Missing`` when no edition has such a requirement; ``Invalid`` for clauses that are not in force, or for neither.
    """
    require(by, CHANGE_POLICY)
    if not GuidelineRequirement.objects.filter(edition__city=by.city_id, code=code).exists():
        raise Missing("この要求は、ガイドラインのどの版にもありません。")
    inputs = Inputs()
    clauses = inputs.codes("clause_codes", "対応する条", clause_codes, stable_code)
    why = inputs.text("not_needed_because", "対応しない理由", not_needed_because, 300, required=False)
    inputs.known(
        "clause_codes", "対応する条", clauses, codes_in_force(by.city_id, on), "施行中の条に、次のコード"
    )
    inputs.refuse()
    if bool(clauses) == bool(why):
        message = "対応する条か、対応しない理由の、どちらか一方を入力してください。"
        raise Invalid(message, [Problem(message, "対応する条", "clause_codes")])
    mapping, _ = RequirementMapping.objects.update_or_create(
        city_id=by.city_id,
        requirement_code=code,
        defaults={"clause_codes": clauses, "not_needed_because": why, "reviewed_on": on},
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="policy.guideline.map",
        subject=("policy.requirement", code),
        changes={"clauses": clauses, "not_needed_because": why},
        business_date=on,
    )
    return mapping
