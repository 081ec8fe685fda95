"""After the visit: the facts are confirmed, the visit is reported, a meeting is held, the follow-up ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.audit.models import Observation, ReportMeeting, Visit
from tenken.audit.operations.applying import locked_visit, move, require_recorder, tell
from tenken.audit.operations.notifying import tell_section_facts, tell_section_reported
from tenken.audit.permissions import CONFIRM_FACTS, MANAGE_VISITS
from tenken.audit.queries.visits import SETTLED
from tenken.audit.states import visit_after
from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Problem, Stale
from tenken.findings.models import Finding
from tenken.findings.operations import NewFinding, open_findings
from tenken.inspection.models import Stage
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide, require
from tenken.organization.names import Checks
from tenken.policy.models import CheckItem

COMMENT_LIMIT, SUMMARY_LIMIT, MEETING_LIMIT, MINUTES_LIMIT, PLACE_LIMIT = 2_000, 2_000, 2_000, 10_000, 120


@transaction.atomic
def ask_facts(*, by: Principal, visit: Visit, due_on: date, version: int, on: date | None = None) -> Visit:
    """Show the section what was written down and ask whether it is so, until *due_on*; again after a correction."""
    visit = locked_visit(by, visit, version)
    _require_reporter(by, visit)
    move(visit, "ask_facts")
    day = on or by.on
    if due_on <= day:
        raise Invalid("", [Problem("これからの日にしてください。", "回答の期限", "due_on")])
    visit.facts_asked_on, visit.facts_due_on = day, due_on
    visit.facts_answer = ""
    visit.save()
    tell(by, visit, "facts_asked", "audit.visit.ask_facts", {"due_on": due_on}, on=on)
    tell_section_facts(by=by, visit=visit, on=day)
    return visit


@transaction.atomic
def answer_facts(
    *,
    by: Principal,
    visit: Visit,
    answer: str,
    comment: str = "",
    version: int,
    on: date | None = None,
) -> Visit:
    """The manager of the section says whether what was written down is so (accepted), or what is otherwise (commented).

    ``Stale`` before it was asked; ``Invalid`` names answer and comment.
    """
    require(by, CONFIRM_FACTS, unit=visit.unit)
    visit = locked_visit(by, visit, version)
    move(visit, "answer_facts")
    if visit.facts_asked_on is None:
        raise Stale("まだ事実の確認を求められていません。")
    if visit.facts_answer == Visit.Facts.ACCEPTED:
        raise Stale("すでに相違ないと確認しています。")
    checks = Checks()
    if answer not in Visit.Facts.values:
        checks.problem("相違がないか、意見があるかを選んでください。", label="事実確認", field="answer")
    visit.facts_comment = checks.name(
        comment,
        label="意見",
        limit=COMMENT_LIMIT,
        field="comment",
        required=answer == Visit.Facts.COMMENTED,
        lines=True,
    )
    checks.done()
    visit.facts_answer, visit.facts_by_name, visit.facts_on = answer, by.actor.name, on or by.on
    visit.save()
    changes = {"answer": answer, "comment": visit.facts_comment}
    words = f"{visit.get_facts_answer_display()}　{visit.facts_comment}".strip()
    tell(by, visit, "facts_answered", "audit.visit.answer_facts", changes, comment=words, on=on)
    return visit


@transaction.atomic
def report_visit(
    *,
    by: Principal,
    visit: Visit,
    summary: str,
    facts_reply: str = "",
    version: int,
    on: date | None = None,
) -> Visit:
    """Report the visit: each 指摘事項 becomes a finding of the section, of origin 訪問調査.

    Possible once the section has answered, or its time has run out (``Stale`` before); a comment of the section needs
    *facts_reply*. A finding without its own date is due on the last day of the follow-up. ``Invalid`` names summary and
    facts_reply.
    """
    visit = locked_visit(by, visit, version)
    _require_reporter(by, visit)
    visit_after(visit.status, "report")
    day = on or by.on
    if visit.facts_asked_on is None:
        raise Stale("報告の前に、課公所に事実の確認を求めてください。")
    if not visit.facts_answer and (visit.facts_due_on is None or day <= visit.facts_due_on):
        raise Stale("課公所の事実の確認を待っています。回答があるか期限を過ぎると、報告できます。")
    checks = Checks()
    visit.summary = checks.name(summary, label="総評", limit=SUMMARY_LIMIT, field="summary", lines=True)
    visit.facts_reply = checks.name(
        facts_reply,
        label="課公所の意見への対応",
        limit=COMMENT_LIMIT,
        field="facts_reply",
        required=visit.facts_answer == Visit.Facts.COMMENTED,
        lines=True,
    )
    checks.done()
    opened = open_observed(by, visit, day)
    visit.reported_on = day
    move(visit, "report")
    visit.save()
    changes = {
        "findings": [str(finding) for finding in opened],
        "summary": visit.summary,
        "reply": visit.facts_reply,
    }
    tell(by, visit, "reported", "audit.visit.report", changes, comment=f"指摘事項{len(opened)}件", on=on)
    tell_section_reported(by=by, visit=visit, findings=len(opened), on=day)
    return visit


def open_observed(by: Principal, visit: Visit, on: date) -> list[Finding]:
    """Open a finding for each standing 指摘事項 of the visit and tie the two."""
    rows = list(visit.observations.filter(dropped_because="", finding=None))
    if not rows:
        return []
    due_on = last_day_of_follow_up(visit)
    codes = {row.item_code for row in rows if row.item_code}
    items = CheckItem.objects.filter(city=visit.unit.city_id, code__in=codes)
    aspects = dict(items.values_list("code", "aspect"))
    opened = open_findings(
        by=by,
        city=visit.unit.city,
        fiscal_year=visit.stage.programme.fiscal_year,
        origin=Finding.Origin.VISIT,
        rows=[
            NewFinding(
                unit_id=visit.unit_id,
                origin_key=f"audit.observation:{row.pk}",
                title=row.title,
                detail=row.detail,
                item_code=row.item_code,
                category_code=row.category_code,
                aspect=aspects.get(row.item_code, ""),
                system_id=visit.system_id,
                due_on=row.due_on or due_on,
            )
            for row in rows
        ],
        on=on,
    )
    for row, finding in zip(rows, opened, strict=True):
        row.finding = finding
    Observation.objects.bulk_update(rows, ["finding"])
    return opened


def last_day_of_follow_up(visit: Visit) -> date | None:
    """Return until when the programme follows up; None where it plans no such stage."""
    stages = Stage.objects.filter(programme=visit.stage.programme_id, kind=Stage.Kind.FOLLOW_UP)
    return stages.order_by("-ends_on").values_list("ends_on", flat=True).first()


@transaction.atomic
def hold_report_meeting(
    *,
    by: Principal,
    stage: Stage,
    visits: Sequence[Visit],
    held_on: date,
    attendees: str,
    minutes: str,
    place: str = "",
    on: date | None = None,
) -> ReportMeeting:
    """Record 訪問調査報告会 over reported visits of one stage; their follow-up begins.

    ``Invalid`` names visits, held_on, place, attendees, minutes.
    """
    require(by, MANAGE_VISITS)
    if stage.programme.city_id != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    locked = [locked_visit(by, visit) for visit in sorted(visits, key=lambda visit: visit.pk)]
    checks = Checks()
    if not locked or any(visit.stage_id != stage.pk for visit in locked):
        checks.problem("報告した訪問調査を1件以上選んでください。", label="訪問調査", field="visits")
    if held_on > (on or by.on):
        checks.problem("開催日が来てから記録してください。", label="開催日", field="held_on")
    meeting = ReportMeeting(
        stage=stage,
        held_on=held_on,
        place=checks.name(place, label="会場", limit=PLACE_LIMIT, field="place", required=False),
        attendees=checks.name(attendees, label="出席者", limit=MEETING_LIMIT, field="attendees", lines=True),
        minutes=checks.name(
            minutes, label="報告と議事の要旨", limit=MINUTES_LIMIT, field="minutes", lines=True
        ),
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    checks.done()
    for visit in locked:
        move(visit, "meet")
    meeting.save(force_insert=True)
    meeting.visits.set(locked)
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.meeting.hold",
        subject=("audit.meeting", meeting.pk),
        changes={
            "held_on": held_on,
            "visits": [visit.pk for visit in locked],
            "attendees": meeting.attendees,
            "minutes": meeting.minutes,
        },
        business_date=on,
    )
    for visit in locked:
        visit.save()
        tell(by, visit, "met", "audit.meeting.hold", {"meeting": meeting.pk}, on=on)
    return meeting


@transaction.atomic
def close_visit(*, by: Principal, visit: Visit, version: int, on: date | None = None) -> Visit:
    """End the visit once each of its findings is verified, treated or withdrawn. ``Invalid`` names those that are not."""
    require(by, MANAGE_VISITS)
    visit = locked_visit(by, visit, version)
    visit_after(visit.status, "close")
    left = Finding.objects.filter(observation_of__visit=visit).exclude(status__in=SETTLED).order_by("number")
    if left:
        problems = [Problem(f"{one.title[:60]}（{one.get_status_display()}）", f"課題{one}") for one in left]
        raise Invalid("改善を確認していない課題があります。", problems)
    move(visit, "close")
    visit.closed_on = on or by.on
    visit.save()
    tell(by, visit, "closed", "audit.visit.close", {}, on=on)
    return visit


def _require_reporter(by: Principal, visit: Visit) -> None:
    if not decide(by, MANAGE_VISITS):
        require_recorder(by, visit)
