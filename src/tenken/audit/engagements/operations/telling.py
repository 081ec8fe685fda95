"""The notice to the audited, the beginning of the fieldwork, the visit in which it looks at the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from django.db import transaction

from tenken.audit.engagements.operations.applying import locked_engagement, move, require_worker, tell
from tenken.audit.engagements.operations.appointing import check_lead
from tenken.audit.engagements.operations.mail import tell_auditee
from tenken.audit.models import Engagement, Visit
from tenken.audit.operations import adopt_selection, choose_by_hand, plan_visit
from tenken.audit.permissions import MANAGE_AUDITS
from tenken.audit.states import CANCELLED
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import Stage
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks


@transaction.atomic
def notify_engagement(
    *,
    by: Principal,
    engagement: Engagement,
    letter_number: str = "",
    letter_to: str,
    letter_from: str,
    drafted_by: str,
    drafted_on: date,
    request: str = "",
    version: int,
    on: date | None = None,
) -> Engagement:
    """Write to the audited: from now on they see the plan and the notice. Again after a change; the letter is kept as it
    is sent.

    ``Invalid`` names letter_number, letter_to, letter_from, drafted_by, drafted_on, request, and lead: no lead, or somebody
    who is not competent or not independent on the day the audit begins.
    """
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    move(engagement, "notify")
    day, checks = on or by.on, Checks()
    check_lead(engagement, day, checks)
    engagement.letter_number = checks.name(
        letter_number, label="文書番号", limit=60, field="letter_number", required=False
    )
    engagement.letter_to = checks.name(letter_to, label="宛名", limit=120, field="letter_to")
    engagement.letter_from = checks.name(letter_from, label="差出人", limit=120, field="letter_from")
    engagement.drafted_by = checks.name(drafted_by, label="起案者", limit=100, field="drafted_by")
    engagement.request = checks.name(
        request, label="準備のお願い", limit=2_000, field="request", required=False, lines=True
    )
    if drafted_on > day:
        checks.problem("通知する日より後の日です。", label="起案日", field="drafted_on")
    checks.done()
    engagement.drafted_on, engagement.letter_on = drafted_on, day
    engagement.save()
    changes = {
        "number": engagement.letter_number,
        "to": engagement.letter_to,
        "from": engagement.letter_from,
        "drafted_by": engagement.drafted_by,
        "drafted_on": drafted_on,
        "request": engagement.request,
    }
    words = engagement.letter_number
    tell(by, engagement, "notified", "audit.engagement.notify", changes, comment=words, on=on)
    span = f"{era_date(engagement.starts_on)}から{era_date(engagement.ends_on)}まで"
    body = f"「{engagement.theme}」について監査を行います。\n期間：{span}\n準備のお願い：{engagement.request or 'ありません。'}"
    tell_auditee(by=by, engagement=engagement, what="監査を行います", body=body, on=day)
    return engagement


@transaction.atomic
def begin_engagement(
    *, by: Principal, engagement: Engagement, version: int, on: date | None = None
) -> Engagement:
    """Begin the fieldwork, for who may work on the audit."""
    engagement = locked_engagement(by, engagement, version)
    require_worker(by, engagement)
    move(engagement, "begin")
    engagement.began_on = on or by.on
    engagement.save()
    tell(by, engagement, "begun", "audit.engagement.begin", {"on": engagement.began_on}, on=on)
    return engagement


def linkable_visits(engagement: Engagement) -> list[Visit]:
    """Return the visits of what is audited in the audit's fiscal year that belong to no audit yet."""
    rows = Visit.objects.filter(
        unit=engagement.unit_id,
        system=engagement.system_id,
        stage__programme__fiscal_year=engagement.fiscal_year,
        engagement__isnull=True,
    ).exclude(status=CANCELLED)
    return list(rows.select_related("stage__programme", "unit", "system"))


@transaction.atomic
def link_visit(
    *, by: Principal, engagement: Engagement, visit: Visit, version: int, on: date | None = None
) -> Engagement:
    """Let a visit that stands be the one in which the audit looks at the place: of the same section and system, in the
    same year. ``Invalid`` (visit) for another; ``Stale`` where there is one already."""
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    _check_free(engagement)
    if visit.pk not in {one.pk for one in linkable_visits(engagement)}:
        raise Invalid(
            "", [Problem("この監査の対象の、今年度の訪問調査を選んでください。", "訪問調査", "visit")]
        )
    return _link(by, engagement, visit, on)


@transaction.atomic
def plan_visit_of(
    *,
    by: Principal,
    engagement: Engagement,
    stage_id: int,
    planned_on: date,
    lead: int,
    team: Sequence[int] = (),
    begins_at: time | None = None,
    ends_at: time | None = None,
    place: str = "",
    version: int,
    on: date | None = None,
) -> Engagement:
    """Choose what is audited as a visit of a running programme's stage, plan it (as ``audit.operations.plan_visit``), and
    tie it to the audit. ``Invalid`` names stage and what planning a visit does."""
    require(by, MANAGE_AUDITS)
    engagement = locked_engagement(by, engagement, version)
    _check_free(engagement)
    stage = (
        Stage.objects.filter(
            pk=stage_id,
            kind=Stage.Kind.VISIT,
            programme__city=by.city_id,
            programme__fiscal_year=engagement.fiscal_year,
        )
        .select_related("programme__city")
        .first()
    )
    if stage is None:
        raise Missing("今年度の訪問調査の段階がありません。")
    reason = f"監査{engagement}"
    selection = choose_by_hand(
        by=by,
        stage=stage,
        chosen=[(engagement.unit_id, engagement.system_id, engagement.chosen_because[:300] or reason)],
        reasons=f"{reason}（{engagement.theme}）"[:300],
        on=on,
    )
    visit = adopt_selection(by=by, selection=selection, version=selection.version, on=on)[0]
    visit = plan_visit(
        by=by,
        visit=visit,
        planned_on=planned_on,
        begins_at=begins_at,
        ends_at=ends_at,
        place=place,
        request=engagement.request[:1_000],
        lead=lead,
        team=team,
        version=visit.version,
        on=on,
    )
    return _link(by, engagement, visit, on)


def _check_free(engagement: Engagement) -> None:
    move(engagement, "appoint")
    if engagement.visit_id is not None:
        raise Stale("この監査には、すでに訪問調査があります。")


def _link(by: Principal, engagement: Engagement, visit: Visit, on: date | None) -> Engagement:
    engagement.visit = visit
    engagement.save()
    changes = {"visit": visit.pk}
    tell(
        by, engagement, "visit", "audit.engagement.visit", changes, comment=str(visit.stage.programme), on=on
    )
    return engagement
