"""Meetings and duties: who may, what is kept, what is refused."""

from __future__ import annotations

from datetime import date, time

import pytest
import time_machine

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.journal.models import Entry
from tenken.journal.verification import verify
from tenken.meetings.models import Council, DutyRecord, Meeting, OfficerDuty
from tenken.meetings.operations import (
    AgendaItem,
    adopt_default_councils_and_duties,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meeting,
    record_duty,
    retract_duty_record,
    save_duty,
)
from tenken.meetings.queries import duty_lines, meetings
from tenken.meetings.rules.duty_state import COMING, DONE, OVERDUE
from tests.factories import Scenario, make_other_city

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
DAY = date(2026, 7, 29)


@pytest.fixture
def city(scenario: Scenario) -> Scenario:
    adopt_default_councils_and_duties(by=scenario.by("secretariat"))
    return scenario


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-20 03:00", tick=False):
        yield


def _meeting(city: Scenario, on: date = DAY) -> Meeting:
    return plan_meeting(
        by=city.by("secretariat"),
        council=Council.objects.get(code="expert_committee"),
        meets_on=on,
        begins_at=time(13),
        ends_at=time(14, 30),
        place="本庁舎2階第四委員会室",
        agenda=[AgendaItem("平成26年度の結果について", "資料１")],
    )


def _duty(code: str) -> OfficerDuty:
    return OfficerDuty.objects.get(code=code)


def test_defaults_come_once(city: Scenario) -> None:
    assert OfficerDuty.objects.count() == 11
    with pytest.raises(Stale):
        adopt_default_councils_and_duties(by=city.by("secretariat"))


def test_meetings_are_numbered_within_the_council_and_the_year(city: Scenario) -> None:
    assert [_meeting(city).number, _meeting(city).number, _meeting(city, date(2027, 4, 1)).number] == [
        1,
        2,
        1,
    ]


def test_a_meeting_is_changed_held_and_its_minutes_put_right(city: Scenario) -> None:
    by, meeting = city.by("secretariat"), _meeting(city)
    meeting = change_meeting(by=by, meeting=meeting, meets_on=date(2026, 8, 3), version=1)
    assert (meeting.meets_on, meeting.begins_at, meeting.agenda) == (date(2026, 8, 3), None, [])
    meeting = hold_meeting(by=by, meeting=meeting, attendees="委員5名", minutes="了承された。", version=2)
    meeting = hold_meeting(by=by, meeting=meeting, attendees="委員6名", minutes="了承された。", version=3)
    assert (meeting.status, meeting.attendees) == ("held", "委員6名")
    with pytest.raises(Stale):
        change_meeting(by=by, meeting=meeting, meets_on=DAY, version=meeting.version)
    with pytest.raises(Stale, match="ほかの人"):
        hold_meeting(by=by, meeting=meeting, attendees="a", minutes="b", version=1)
    assert verify(city.city.code).whole


def test_a_meeting_to_come_has_no_minutes_and_a_cancelled_one_stays(city: Scenario) -> None:
    by, meeting = city.by("secretariat"), _meeting(city, date(2026, 12, 1))
    with pytest.raises(Invalid, match="開催日が来てから"):
        hold_meeting(by=by, meeting=meeting, attendees="a", minutes="b", version=1)
    cancelled = cancel_meeting(by=by, meeting=meeting, reason="委員の都合", version=1)
    assert (cancelled.status, cancelled.cancelled_because) == ("cancelled", "委員の都合")
    assert _meeting(city, date(2026, 12, 2)).number == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": time(13)}, "終了の時刻"),
        ({"begins_at": None}, "終了の時刻"),
        ({"place": "あ" * 121}, "会場は120文字まで"),
        ({"agenda": [AgendaItem("")]}, "議事1を入力"),
        ({"agenda": [AgendaItem("議事")] * 21}, "議事は20件まで"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(city: Scenario, changes: dict, words: str) -> None:
    given = {"begins_at": time(13), "ends_at": time(14), "place": "", "agenda": [], **changes}
    with pytest.raises(Invalid, match=words):
        plan_meeting(by=city.by("secretariat"), council=Council.objects.all()[0], meets_on=DAY, **given)
    assert not Meeting.objects.exists()


def test_only_the_secretariat_plans_and_only_the_own_city(city: Scenario) -> None:
    council = Council.objects.all()[0]
    with pytest.raises(Denied):
        plan_meeting(by=city.by("section_manager"), council=council, meets_on=DAY)
    foreign = make_other_city().by("secretariat")
    with pytest.raises(Missing):
        plan_meeting(by=foreign, council=council, meets_on=DAY)
    assert not meetings(foreign).exists()


def test_the_ciso_records_a_duty_and_takes_it_back(city: Scenario) -> None:
    by, duty = city.by("ciso"), _duty("ciso-site")
    year = FiscalYear.of(TODAY)

    def state() -> str:
        return next(line for line in duty_lines(by, year) if line.duty == duty).state.state

    assert state() == OVERDUE
    done = record_duty(by=by, duty=duty, done_on=date(2026, 9, 30), text="サーバ室の現地確認をした。")
    assert state() == DONE
    retract_duty_record(by=by, done=done, reason="日付の誤り")
    assert state() == OVERDUE
    with pytest.raises(Stale):
        retract_duty_record(by=by, done=done, reason="二度目")
    assert DutyRecord.objects.count() == 1
    assert Entry.objects.filter(operation__startswith="meetings.duty").count() == 2


@pytest.mark.parametrize("role", ["section_manager", "auditor", "bureau_manager", "staff"])
def test_nobody_else_records_the_cisos_duty(city: Scenario, role: str) -> None:
    with pytest.raises(Denied, match="本人と事務局"):
        record_duty(by=city.by(role), duty=_duty("ciso-site"), done_on=DAY, text="見た")


def test_a_bureaus_duty_is_the_bureaus(city: Scenario) -> None:
    by, duty = city.by("bureau_manager"), _duty("bureau-instruction")
    record_duty(by=by, duty=duty, unit=city.bureau_a, done_on=DAY, text="局内の会議で指示した。")
    with pytest.raises(Denied):
        record_duty(by=by, duty=duty, unit=city.bureau_b, done_on=DAY, text="隣の局")
    with pytest.raises(Missing):
        record_duty(by=by, duty=duty, done_on=DAY, text="局を言わない")
    lines = [line for line in duty_lines(by, FiscalYear.of(TODAY)) if line.duty == duty]
    assert [(line.unit, line.state.state) for line in lines] == [(city.bureau_a, DONE)]
    wide = [line for line in duty_lines(city.by("ciso"), FiscalYear.of(TODAY)) if line.duty == duty]
    assert [(line.unit, line.state.state) for line in wide] == [
        (city.bureau_a, DONE),
        (city.bureau_b, OVERDUE),
    ]


def test_the_query_count_does_not_grow_with_the_bureaus(
    city: Scenario, django_assert_max_num_queries
) -> None:
    by = city.by("ciso")
    assert by.tree
    with django_assert_max_num_queries(3):
        assert len(duty_lines(by, FiscalYear.of(TODAY))) == 8 + 2 * 3


def test_a_duty_of_the_city_is_set_changed_and_ends(city: Scenario) -> None:
    by = city.by("secretariat")
    duty = save_duty(
        by=by, duty=None, role="ciso", code="ciso-drill", name="訓練の視察", kind="training", months=[2]
    )
    changed = save_duty(
        by=by,
        duty=duty,
        name="訓練の視察",
        kind="training",
        months=[3],
        retired_on=date(2027, 4, 1),
        version=1,
    )
    now, later = FiscalYear(2026), FiscalYear(2027)
    assert [line.state.state for line in duty_lines(by, now) if line.duty == changed] == [COMING]
    assert not [line for line in duty_lines(by, later) if line.duty == changed]
    with pytest.raises(Invalid, match="すでに使われて"):
        save_duty(by=by, duty=None, role="ciso", code="ciso-drill", name="a", kind="training", months=[2])
    with pytest.raises(Invalid, match="1月から12月"):
        save_duty(by=by, duty=None, role="ciso", code="x", name="a", kind="training", months=[13])
