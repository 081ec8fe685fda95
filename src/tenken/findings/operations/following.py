"""What was 措置済 and turns out not to be: a new finding that follows the old one."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Stale
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.operations.applying import changed_since, locked_finding
from tenken.findings.operations.measure_checks import read_words
from tenken.findings.operations.opening import insert_findings, locked_counter
from tenken.findings.permissions import MANAGE_REPORTS
from tenken.findings.states import MEASURED, PROMISED, STATUS_LABELS, VERIFIED, WITHDRAWN
from tenken.findings.states.measures import first_status
from tenken.journal.operations import record
from tenken.organization.access import Principal

_TEXT = 4_000


@transaction.atomic
def reopen_as_new(
    *,
    by: Principal,
    finding: Finding,
    reason: str,
    due_on: date | None = None,
    version: int,
    on: date | None = None,
) -> Finding:
    """Open the finding that follows a 措置済 one, with a number of its own; what was told stays as it was told.

    It hangs in the same report behind its rows. ``Stale`` when nothing says 措置済, or a follower is open already.
    """
    day = on or by.on
    finding = locked_finding(by, finding, MANAGE_REPORTS)
    if finding.version != version:
        raise Stale(changed_since(finding, version))
    if finding.report_id is None or finding.status not in (MEASURED, PROMISED, VERIFIED):
        raise Stale(
            f"新しい課題として続けられるのは、措置済の課題だけです（いまは「{STATUS_LABELS[finding.status]}」）。"
        )
    if finding.followed_by.exclude(status=WITHDRAWN).exists():
        raise Stale("この課題に続く課題が、もう登録されています。")
    reason = read_words(reason, "理由", "reason", _TEXT)
    year = FiscalYear.of(day).year
    counter = locked_counter(finding.city, year)
    mates = Finding.objects.filter(report=finding.report_id)
    times = mates.filter(reference__startswith=f"{finding.reference}（再").count() + 1
    follower = Finding(
        city=finding.city,
        unit=finding.unit,
        fiscal_year=year,
        number=counter.last + 1,
        origin=finding.origin,
        origin_key=f"findings.finding:{finding.pk}:{finding.version + 1}",
        report_id=finding.report_id,
        report_order=max(mates.values_list("report_order", flat=True)) + 1,
        reference=f"{finding.reference}（再{times if times > 1 else ''}）"[:60] if finding.reference else "",
        kind=finding.kind,
        track=Finding.Track.MEASURES,
        status=first_status(finding.kind),
        opened_on=day,
        due_on=due_on,
        detail=reason,
        follows=finding,
        **{name: getattr(finding, name) for name in _INHERITED},
    )
    insert_findings(by, counter, [follower], day)
    finding.version += 1
    finding.save(update_fields=["version"])
    FindingEvent(
        finding=finding,
        event="followed",
        status=finding.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=f"課題{follower}\n{reason}"[:_TEXT],
        happened_on=day,
        recorded_at=clock.now(),
    ).save(force_insert=True)
    record(
        by=by,
        city_code=finding.city.code,
        operation="findings.finding.followed",
        subject=("findings.finding", finding.pk),
        changes={"number": str(finding), "follower": [follower.pk, str(follower)], "reason": reason},
        business_date=day,
    )
    return follower


_INHERITED = (
    "title",
    "heading",
    "viewpoint",
    "perspective",
    "item_code",
    "category_code",
    "aspect",
    "system_id",
)
