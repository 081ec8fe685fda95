"""Meetings and duties in the browser's eyes: from the plan to the minutes, from due to done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario

from tenken.meetings.models import Council, DutyRecord, Meeting, OfficerDuty
from tenken.meetings.operations import adopt_default_councils_and_duties

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(scenario: Scenario):
    with time_machine.travel("2026-11-20 03:00", tick=False):
        adopt_default_councils_and_duties(by=scenario.by("secretariat"))
        yield scenario


@pytest.fixture
def secretariat(city: Scenario, client_for: Callable[..., Client]) -> Client:
    return client_for(city.people["secretariat"])


def _plan(client: Client, **changes: str) -> object:
    said = {
        "council": str(Council.objects.get(code="expert_committee").pk),
        "meets_on": "令和8年７月２９日",
        "begins_at": "１３時",
        "ends_at": "14:30",
        "place": "第四委員会室",
        "agenda": "平成26年度の結果について／資料１\n\nその他",
        **changes,
    }
    return client.post("/meetings/new/", said)


def test_a_meeting_from_plan_to_minutes(secretariat: Client) -> None:
    assert _plan(secretariat).status_code == 302
    meeting = Meeting.objects.get()
    url = f"/meetings/{meeting.pk}/"
    page = secretariat.get(url).content.decode()
    assert "令和8年7月29日（水）13:00～14:30" in page
    assert "平成26年度の結果について　【資料１】" in page
    said = {"attendees": "委員5名", "minutes": "了承された。"}
    assert secretariat.post(f"{url}hold/", said).status_code == 302
    page = secretariat.get(url).content.decode()
    assert "開催済" in page
    assert "了承された。" in page
    assert secretariat.get("/meetings/?export=excel").status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"meets_on": "7月の末"}, "日付として読めません"),
        ({"begins_at": "25:00"}, "時刻として読めません"),
        ({"ends_at": "12:00"}, "終了の時刻は"),
        ({"council": "9999"}, "選択"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    secretariat: Client, changes: dict[str, str], words: str
) -> None:
    answer = _plan(secretariat, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Meeting.objects.exists()


def test_an_overdue_duty_is_done_and_taken_back(city: Scenario, client_for: Callable[..., Client]) -> None:
    ciso = client_for(city.people["ciso"])
    duty = OfficerDuty.objects.get(code="ciso-site")
    assert "期限を過ぎた職務があります" in ciso.get("/meetings/duties/").content.decode()
    url = f"/meetings/duties/{duty.pk}/"
    assert ciso.post(f"{url}record/", {"done_on": "2026-09-30", "text": "見た"}).status_code == 302
    assert "実施済" in ciso.get(url).content.decode()
    done = DutyRecord.objects.get()
    assert done.done_on == date(2026, 9, 30)
    assert ciso.post(f"/meetings/duties/records/{done.pk}/retract/", {"reason": "誤り"}).status_code == 302
    page = ciso.get(url).content.decode()
    assert "期限超過" in page
    assert "取消し" in page


def test_the_list_of_duties_is_a_few_queries(
    city: Scenario, client_for: Callable[..., Client], django_assert_max_num_queries
) -> None:
    ciso = client_for(city.people["ciso"])
    ciso.get("/meetings/duties/")
    with django_assert_max_num_queries(10):
        page = ciso.get("/meetings/duties/?state=overdue")
    assert page.content.decode().count("<tr>") >= 4
    assert ciso.get("/meetings/duties/?export=csv").status_code == 200


@pytest.mark.parametrize("unit", ["x", "9" * 30, "0", "１"])
def test_an_unknown_bureau_is_not_found(city: Scenario, client_for: Callable[..., Client], unit: str) -> None:
    duty = OfficerDuty.objects.get(code="bureau-check")
    client = client_for(city.people["bureau_manager"])
    assert client.get(f"/meetings/duties/{duty.pk}/", {"unit": unit}).status_code == 404
    mine = client.get(f"/meetings/duties/{duty.pk}/", {"unit": city.bureau_a.pk})
    assert mine.status_code == 200
    assert "実施を記録する" in mine.content.decode()
    assert client.get(f"/meetings/duties/{duty.pk}/", {"unit": city.bureau_b.pk}).status_code == 404


def test_who_comes_second_is_told(secretariat: Client) -> None:
    _plan(secretariat)
    meeting = Meeting.objects.get()
    said = {"attendees": "委員5名", "minutes": "了承された。", "version": str(meeting.version)}
    url = f"/meetings/{meeting.pk}/hold/"
    assert f'name="version" value="{meeting.version}"' in secretariat.get(url).content.decode()
    assert secretariat.post(url, said).status_code == 302
    assert secretariat.post(url, said | {"minutes": "あとから来た別の内容"}).status_code == 409
    assert Meeting.objects.get().minutes == "了承された。"
