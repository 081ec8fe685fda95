"""Planning meetings and writing down what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, time

from django.db import transaction
from django.db.models import Max

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.meetings.models import Council, Meeting
from tenken.meetings.permissions import MANAGE_MEETINGS
from tenken.meetings.states import meeting_after
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

AGENDA_LIMIT = 20


@dataclass(frozen=True)
class AgendaItem:
    """One line of the agenda: 「平成26年度…結果について」, and the paper's number as printed (「資料１」) or ''."""

    title: str
    paper: str = ""


@transaction.atomic
def plan_meeting(
    *,
    by: Principal,
    council: Council,
    meets_on: date,
    begins_at: time | None = None,
    ends_at: time | None = None,
    place: str = "",
    agenda: Sequence[AgendaItem] = (),
    on: date | None = None,
) -> Meeting:
    """Plan the next meeting of a council in the fiscal year of its day; its number follows. ``Invalid`` says what is wrong."""
    require(by, MANAGE_MEETINGS)
    council = _locked_council(by, council)
    values = _checked(begins_at, ends_at, place, agenda)
    year = FiscalYear.of(meets_on).year
    last = Meeting.objects.filter(council=council, fiscal_year=year).aggregate(last=Max("number"))["last"]
    meeting = Meeting.objects.create(
        council=council, fiscal_year=year, number=(last or 0) + 1, meets_on=meets_on, **values
    )
    _record(
        by, meeting, "meetings.meeting.plan", {"council": council.code, "meets_on": meets_on, **values}, on
    )
    return meeting


@transaction.atomic
def change_meeting(
    *,
    by: Principal,
    meeting: Meeting,
    meets_on: date,
    begins_at: time | None = None,
    ends_at: time | None = None,
    place: str = "",
    agenda: Sequence[AgendaItem] = (),
    version: int,
    on: date | None = None,
) -> Meeting:
    """Change a meeting that is still to come. Its day stays in its fiscal year (``Invalid`` otherwise)."""
    require(by, MANAGE_MEETINGS)
    meeting = _locked(by, meeting, version)
    meeting.status = meeting_after(meeting.status, "change")
    values = _checked(begins_at, ends_at, place, agenda)
    checks = Checks()
    if meets_on not in FiscalYear(meeting.fiscal_year):
        checks.problem(
            f"{FiscalYear(meeting.fiscal_year)}の日付にしてください。", label="開催日", field="meets_on"
        )
    checks.done()
    meeting.meets_on = meets_on
    for name, value in values.items():
        setattr(meeting, name, value)
    _save(meeting)
    _record(by, meeting, "meetings.meeting.change", {"meets_on": meets_on, **values}, on)
    return meeting


@transaction.atomic
def hold_meeting(
    *, by: Principal, meeting: Meeting, attendees: str, minutes: str, version: int, on: date | None = None
) -> Meeting:
    """Record that a meeting was held: who came, what was said. Said again, the minutes are put right."""
    require(by, MANAGE_MEETINGS)
    meeting = _locked(by, meeting, version)
    meeting.status = meeting_after(meeting.status, "hold")
    checks = Checks()
    meeting.attendees = checks.name(attendees, label="出席者", limit=2000, field="attendees", lines=True)
    meeting.minutes = checks.name(minutes, label="議事の要旨", limit=10000, field="minutes", lines=True)
    if meeting.meets_on > (on or by.on):
        checks.problem("開催日が来てから記録してください。", label="開催日", field="")
    checks.done()
    _save(meeting)
    _record(
        by,
        meeting,
        "meetings.meeting.hold",
        {"attendees": meeting.attendees, "minutes": meeting.minutes},
        on,
    )
    return meeting


@transaction.atomic
def cancel_meeting(
    *, by: Principal, meeting: Meeting, reason: str, version: int, on: date | None = None
) -> Meeting:
    """Call a planned meeting off, and say why. Its number is not given again."""
    require(by, MANAGE_MEETINGS)
    meeting = _locked(by, meeting, version)
    meeting.status = meeting_after(meeting.status, "cancel")
    checks = Checks()
    meeting.cancelled_because = checks.name(reason, label="中止の理由", limit=300, field="reason")
    checks.done()
    _save(meeting)
    _record(by, meeting, "meetings.meeting.cancel", {"reason": meeting.cancelled_because}, on)
    return meeting


def _checked(
    begins_at: time | None, ends_at: time | None, place: str, agenda: Sequence[AgendaItem]
) -> dict[str, object]:
    checks = Checks()
    if ends_at and (begins_at is None or ends_at <= begins_at):
        checks.problem("終了の時刻は、開始の時刻より後にしてください。", label="終了", field="ends_at")
    if len(agenda) > AGENDA_LIMIT:
        checks.problem(f"議事は{AGENDA_LIMIT}件までです。", label="議事", field="agenda")
    kept = checks.name(place, label="会場", limit=120, field="place", required=False)
    items = [
        AgendaItem(
            checks.name(item.title, label=f"議事{number}", limit=200, field="agenda"),
            checks.name(item.paper, label=f"議事{number}の資料", limit=30, field="agenda", required=False),
        )
        for number, item in enumerate(agenda, start=1)
    ]
    checks.done()
    return {
        "begins_at": begins_at,
        "ends_at": ends_at,
        "place": kept,
        "agenda": [asdict(item) for item in items],
    }


def _locked_council(by: Principal, council: Council) -> Council:
    found = Council.objects.select_for_update().filter(pk=council.pk, city=by.city_id).first()
    if found is None:
        raise Missing("会議体がありません。")
    return found


def _locked(by: Principal, meeting: Meeting, version: int) -> Meeting:
    found = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("council")
        .filter(pk=meeting.pk)
        .first()
    )
    if found is None:
        raise Missing("会議がありません。")
    if found.council.city_id != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    if found.version != version:
        raise Stale("ほかの人が先にこの会議を変更しました。ページを開き直してください。")
    return found


def _save(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.save()


def _record(
    by: Principal, meeting: Meeting, operation: str, changes: dict[str, object], on: date | None
) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=("meetings.meeting", meeting.pk),
        changes=changes,
        business_date=on,
    )
