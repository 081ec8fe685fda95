"""Alerts: the live list, one alert from beginning to end, who sees and handles which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.alerts.makers import NOON, hit, make_rule, table
from tests.telemetry.device_control.makers import make_terminal

from tenken.journal.models import PersonalDataAccess
from tenken.telemetry.alerts.operations import take
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.models import (
    Alert,
    AlertExclusion,
    AlertHit,
    AlertIncident,
    AlertSettings,
    SearchRecord,
)
from tenken.telemetry.store import Store

pytestmark = pytest.mark.django_db
LIST = "/terminals/alerts/"


@pytest.fixture(autouse=True)
def now() -> Iterator[Any]:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def alerts(scenario: Scenario) -> list[Alert]:
    rule = make_rule(scenario.city)
    sections = (scenario.section_a1.code, scenario.section_b1.code)
    raise_from(
        scenario.city.code,
        table(*(hit(rule, n, section=code, device=f"PC-{n}") for n, code in enumerate(sections, start=1))),
    )
    return list(Alert.objects.order_by("number"))


@pytest.fixture
def office(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


def _text(client: Client, url: str, **query: Any) -> str:
    reply = client.get(url, query)
    assert reply.status_code == 200, reply.content.decode()[:2000]
    return reply.content.decode()


def test_the_list_shows_what_is_in_sight_with_its_bureau(
    alerts: list[Alert], office: Client, client_for: Any, scenario: Scenario
) -> None:
    page = _text(office, LIST)
    assert "A-1" in page
    assert "A-2" in page
    assert f"{scenario.bureau_a.name} {scenario.section_a1.name}" in page
    manager = client_for(scenario.people["section_manager"])
    own = _text(manager, LIST)
    assert "A-1" in own
    assert "A-2" not in own
    assert "対応する" not in own
    assert manager.get(f"{LIST}{alerts[1].pk}/").status_code == 404
    committee = client_for(scenario.people["committee"])
    assert committee.get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"q": "PC-2"}, {"A-2"}),
        ({"level": "critical"}, set()),
        ({"status": "closed"}, set()),
        ({"status": "all", "sort": "-number"}, {"A-1", "A-2"}),
        ({"since": "2026-06-04"}, set()),
    ],
)
def test_filters(alerts: list[Alert], office: Client, query: dict[str, str], numbers: set[str]) -> None:
    page = _text(office, LIST, **query)
    assert {number for number in ("A-1", "A-2") if f">{number}</a>" in page} == numbers


def test_a_filter_that_cannot_be_read_says_so(alerts: list[Alert], office: Client) -> None:
    assert office.get(LIST, {"since": "きのう"}).status_code == 422
    assert office.get(LIST, {"unit": "x"}).status_code == 422


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_exports(alerts: list[Alert], office: Client, kind: str) -> None:
    for page in (LIST, f"{LIST}board/", f"{LIST}exclusions/", f"{LIST}incidents/"):
        assert office.get(page, {"export": kind}).status_code == 200, page
    if kind == "csv":
        told = office.get(LIST, {"export": kind}).content.decode("cp932")
        assert "指定フォルダへのアクセス" in told
        assert "選択" not in told.splitlines()[0]


def test_that_alerts_were_read_is_noted(alerts: list[Alert], office: Client) -> None:
    office.get(LIST)
    office.get(LIST, {"export": "csv"})
    office.get(f"{LIST}{alerts[0].pk}/")
    noted = PersonalDataAccess.objects.filter(subject_type="telemetry.alert").order_by("pk")
    assert [(one.purpose, one.subject_id, one.rows) for one in noted] == [
        ("アラート一覧の閲覧", "", 2),
        ("アラート一覧の出力", "", 2),
        ("アラートの閲覧", str(alerts[0].pk), 1),
    ]


def test_a_list_costs_the_same_however_long_it_is(
    alerts: list[Alert], office: Client, scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    rule = make_rule(scenario.city, code="other")
    section = scenario.section_a1.code
    rows = [hit(rule, n, section=section, device=f"PC-{n}") for n in range(60)]
    raise_from(scenario.city.code, table(*rows))
    with django_assert_max_num_queries(24):
        _text(office, LIST)


def test_the_list_comes_anew_when_something_changed(
    alerts: list[Alert], office: Client, scenario: Scenario
) -> None:
    page = _text(office, LIST, q="PC")
    live = page.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert live.startswith(f"{LIST}live/?q=PC&mark=")
    assert office.get(live, headers={"HX-Request": "true"}).status_code == 204
    rule = make_rule(scenario.city, code="other")
    raise_from(scenario.city.code, table(hit(rule, 9, device="PC-9")))
    reply = office.get(live, headers={"HX-Request": "true"})
    assert reply.status_code == 200
    assert "A-3" in reply.content.decode()
    assert "mark=" not in reply.content.decode().replace(f"{LIST}live/", "").partition("<table")[2]


def test_one_alert_from_beginning_to_end(alerts: list[Alert], office: Client, scenario: Scenario) -> None:
    page = f"{LIST}{alerts[0].pk}/"
    assert "自分が対応する" in _text(office, page)

    def do(**said: Any) -> int:
        return office.post(f"{page}step/", said).status_code

    network = scenario.people["network_manager"]
    assert do(action="assign", person=network.pk, comment="お願いします", version=1) == 302
    assert do(action="take", version=1) == 409
    assert do(action="take", version=2) == 302
    assert do(action="note", comment="本人に確認") == 302
    assert do(action="note", comment="") == 422
    assert do(action="close", reason="permitted", comment="") == 422
    assert do(action="close", reason="", comment="") == 422
    assert do(action="close", reason="permitted", comment="課長の許可") == 302
    assert do(action="whatever") == 422
    closed = _text(office, page)
    assert "課長の許可" in closed
    assert "再開する" in closed
    assert do(action="reopen", comment="許可の日が違う") == 302
    assert Alert.objects.get(pk=alerts[0].pk).status == "in_hand"


def test_who_only_sees_may_not_act(alerts: list[Alert], client_for: Any, scenario: Scenario) -> None:
    manager = client_for(scenario.people["section_manager"])
    page = f"{LIST}{alerts[0].pk}/"
    assert "完了にする" not in _text(manager, page)
    assert manager.post(f"{page}step/", {"action": "take"}).status_code == 403
    assert manager.get(f"{page}events/").status_code == 403
    assert manager.post(f"{LIST}act/", {"take": alerts[0].pk}).status_code == 403


def test_many_at_once_from_the_list(alerts: list[Alert], office: Client) -> None:
    back = f"{LIST}?q=PC"
    reply = office.post(f"{LIST}act/", {"take": alerts[0].pk, "back": back})
    assert (reply.status_code, reply["Location"]) == (302, back)
    assert Alert.objects.get(pk=alerts[0].pk).status == "in_hand"
    ids = [alert.pk for alert in alerts]
    office.post(f"{LIST}act/", {"alert": ids, "all-reason": "test", "back": "https://evil.example/"})
    assert set(Alert.objects.values_list("status", "reason")) == {("closed", "test")}
    assert "アラートを選んでください" in office.post(f"{LIST}act/", {}, follow=True).content.decode()
    assert "選び直して" in office.post(f"{LIST}act/", {"take": "x"}, follow=True).content.decode()


def test_an_alert_leads_to_its_terminal_and_to_what_its_account_did_that_day(
    alerts: list[Alert], office: Client, client_for: Any, scenario: Scenario
) -> None:
    make_terminal(scenario.section_a1, "PC-1")
    page, day = f"{LIST}{alerts[0].pk}/", "since=2026-06-03&amp;until=2026-06-03"
    shown = _text(office, page)
    assert re.search(r'<a href="/terminals/\d+/">PC-1</a>', shown)
    assert f'<a href="/terminals/search/?{day}&amp;q=%22yamada%22">yamada</a>' in shown
    Alert.objects.update(person="100123", seen={"users": ["yamada", "<b>"], "devices": ["PC-1", "PC-9"]})
    shown = _text(office, page)
    assert f'<a href="/terminals/search/?{day}&amp;person=100123">yamada</a>、' in shown
    assert "&lt;b&gt;</a>" in shown
    assert "PC-1</a>、PC-9</dd>" in shown
    manager = _text(client_for(scenario.people["section_manager"]), page)
    assert "PC-1</a>" in manager
    assert "/terminals/search/?" not in manager


def test_one_click_makes_an_incident_or_a_finding(alerts: list[Alert], office: Client) -> None:
    page = f"{LIST}{alerts[0].pk}/"
    said = {"action": "incident", "kind": "breach", "outline": "無断の閲覧"}
    assert office.post(f"{page}step/", said).status_code == 302
    assert office.post(f"{page}step/", {"action": "finding"}).status_code == 302
    assert "もう課題" in office.post(f"{page}step/", {"action": "finding"}, follow=True).content.decode()
    shown = _text(office, page)
    assert "インシデントI2026-1" in shown
    assert re.search(r'<a href="/findings/\d+/">課題2026-1</a>', shown)
    assert "無断の閲覧" in _text(office, f"{LIST}incidents/")
    assert AlertIncident.objects.count() == 1


def test_an_exclusion_from_an_alert_and_its_end(alerts: list[Alert], office: Client) -> None:
    page = f"{LIST}{alerts[0].pk}/exclude/"
    assert "端末機番号が「PC-1」" in _text(office, page)
    assert office.post(page, {"reason": "研修用"}).status_code == 422
    said = {"conditions": ["device"], "reason": "研修用", "expires_on": "2026-06-30"}
    assert office.post(page, said).status_code == 302
    made = AlertExclusion.objects.get()
    assert made.conditions == {"device": "PC-1"}
    shown = _text(office, f"{LIST}exclusions/")
    assert "端末機番号＝PC-1" in shown
    assert office.post(f"{LIST}exclusions/{made.pk}/end/").status_code == 302
    assert "打切り" in _text(office, f"{LIST}exclusions/")


def test_the_board(alerts: list[Alert], office: Client, scenario: Scenario) -> None:
    page = _text(office, f"{LIST}board/")
    assert f"{scenario.bureau_b.name} {scenario.section_b1.name}" in page
    assert "指定フォルダへのアクセス" in page


def test_settings(alerts: list[Alert], office: Client, client_for: Any, scenario: Scenario) -> None:
    page = f"{LIST}settings/"
    said = {"staff_from": "high", "managers_from": "", "mails_per_hour": "30", "exclusion_days": "60"}
    assert office.post(page, said | {"exclusion_days": "999"}).status_code == 422
    assert office.post(page, said).status_code == 302
    assert AlertSettings.objects.get().exclusion_days == 60
    assert office.post(page, said | {"version": "1"}).status_code == 409
    auditor = client_for(scenario.people["auditor"])
    assert "高以上" in _text(auditor, page)
    assert auditor.post(page, said).status_code == 403
    assert client_for(scenario.people["section_manager"]).get(page).status_code == 403


def test_the_events_behind_an_alert_are_recorded_when_looked_at(
    alerts: list[Alert], office: Client, event_store: Store
) -> None:
    page = _text(office, f"{LIST}{alerts[0].pk}/events/")
    assert "この閲覧は記録されました" in page
    assert SearchRecord.objects.get().purpose.kind == "alert"


def test_mine(alerts: list[Alert], office: Client, scenario: Scenario) -> None:
    take(by=scenario.by("secretariat"), alert_ids=[alerts[1].pk])
    page = _text(office, LIST, status="mine")
    assert ">A-2</a>" in page
    assert ">A-1</a>" not in page


def test_whom_an_alert_is_about_is_told_so_instead_of_offered_buttons(
    alerts: list[Alert], office: Client, scenario: Scenario
) -> None:
    rule = make_rule(scenario.city, code="own")
    me = scenario.people["secretariat"].number
    raise_from(
        scenario.city.code, table(hit(rule, 9, section=scenario.section_a1.code, device="PC-9", person=me))
    )
    own = Alert.objects.latest("number")
    page = _text(office, f"{LIST}{own.pk}/")
    assert "あなた自身の操作についてのアラートなので" in page
    for button in ('value="take"', 'value="finding"', 'value="close"', 'value="assign"', 'value="incident"'):
        assert button not in page
        assert button in _text(office, f"{LIST}{alerts[0].pk}/")
    assert f"{LIST}{own.pk}/exclude/" not in page
    assert 'value="note"' in page, "what there is to say oneself can be said"
    listed = _text(office, LIST)
    assert "本人のため不可" in listed
    for name in ("take", "alert"):
        assert f'name="{name}" value="{own.pk}"' not in listed
        assert f'name="{name}" value="{alerts[0].pk}"' in listed
    assert office.post(f"{LIST}{own.pk}/step/", {"action": "take"}).status_code == 403


def test_an_alert_says_which_operations_are_past_their_retention(
    alerts: list[Alert], office: Client, scenario: Scenario
) -> None:
    rule = alerts[0].rule
    later = hit(rule, 5, minutes=9, section=scenario.section_a1.code, device="PC-1")
    raise_from(scenario.city.code, table(later))
    url = f"{LIST}{alerts[0].pk}/"
    assert "保存期間を過ぎた" not in _text(office, url)
    AlertHit.objects.filter(alert=alerts[0], ts=NOON).delete()
    assert "2026年6月3日より前の一つ一つの操作は、保存期間を過ぎた" in _text(office, url)
    AlertHit.objects.filter(alert=alerts[0]).delete()
    page = _text(office, url)
    assert "このアラートの一つ一つの操作は、保存期間を過ぎた" in page
    assert "2件" in page
    assert office.get(f"{url}events/").status_code == 200
