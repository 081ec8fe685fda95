"""What of a finding the city publishes: its content, or only that there is one."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.operations.applying import SUBJECT, changed_since, locked_finding
from tenken.findings.permissions import MANAGE_REPORTS
from tenken.journal.operations import record
from tenken.organization.access import Principal

_LIMIT = 300


@transaction.atomic
def withhold_from_publication(
    *, by: Principal, finding: Finding, because: str, version: int, on: date | None = None
) -> Finding:
    """Leave the content of a finding out of what is published, for the reason given; '' publishes it again.

    ``Invalid`` names the field because; ``Stale`` when the finding changed since *version* was shown.
    """
    finding = locked_finding(by, finding, MANAGE_REPORTS)
    if finding.version != version:
        raise Stale(changed_since(finding, version))
    reason = " ".join(because.split())
    if len(reason) > _LIMIT:
        raise Invalid("理由を確かめてください。", [Problem(f"{_LIMIT}字までです。", "理由", "because")])
    if reason == finding.unpublished_because:
        return finding
    before, finding.unpublished_because = finding.unpublished_because, reason
    finding.version += 1
    finding.save(update_fields=["unpublished_because", "version"])
    day = on or by.on
    FindingEvent(
        finding=finding,
        event="withheld" if reason else "published",
        status=finding.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=reason,
        happened_on=day,
        recorded_at=clock.now(),
    ).save(force_insert=True)
    record(
        by=by,
        city_code=finding.city.code,
        operation="findings.finding.publication",
        subject=(SUBJECT, finding.pk),
        changes={"number": str(finding), "before": before, "after": reason},
        business_date=day,
    )
    return finding
