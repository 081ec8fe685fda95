"""What people do with alerts: who may, what stays, what it becomes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.organization.models import Person
from tenken.telemetry.alerts.operations import (
    SettingsData,
    assign,
    close,
    end_exclusion,
    exclude,
    note,
    open_finding,
    open_incident,
    reopen,
    save_settings,
    take,
)
from tenken.telemetry.alerts.queries import (
    AlertFilter,
    alerts_for,
    board,
    exclusions_for,
    handlers,
    state_mark,
    steps_of,
)
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.events.directory import forget_directories
from tenken.telemetry.models import AccountName, Alert
from tests.factories import Scenario
from tests.telemetry.alerts.makers import NOON, hit, make_rule, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def alerts(scenario: Scenario) -> list[Alert]:
    rule = make_rule(scenario.city)
    sections = (scenario.section_a1.code, scenario.section_b1.code, "GONE")
    rows = [hit(rule, n, section=code, device=f"PC-{n}") for n, code in enumerate(sections, start=1)]
    raise_from(scenario.city.code, table(*rows))
    return list(Alert.objects.order_by("number"))


def test_one_alert_from_beginning_to_end(scenario: Scenario, alerts: list[Alert]) -> None:
    by, alert = scenario.by("secretariat"), alerts[0]
    network = scenario.people["network_manager"]
    network.email = "network@midori.example.jp"
    network.save(update_fields=["email"])
    assign(by=by, alert_id=alert.pk, person_id=network.pk, comment="確かめてください", seen=1)
    assert Notice.objects.get().address == "network@midori.example.jp"
    take(by=scenario.by("network_manager"), alert_ids=[alert.pk])
    note(by=scenario.by("network_manager"), alert_id=alert.pk, comment="本人に聞いた")
    close(by=by, alert_ids=[alert.pk], reason="permitted", comment="課長の許可あり")
    reopen(by=by, alert_id=alert.pk, comment="許可の日付が違う")
    alert.refresh_from_db()
    assert (alert.status, alert.assignee, alert.reason, alert.version) == ("in_hand", network, "", 5)
    assert [step.event for step in steps_of(alert)] == [
        "raised",
        "assign",
        "take",
        "note",
        "close",
        "reopen",
    ]
    assert [entry.operation.rpartition(".")[2] for entry in Entry.objects.order_by("-pk")[:5]] == [
        "reopen",
        "close",
        "note",
        "take",
        "assign",
    ]


def test_who_sees_an_alert_does_not_handle_it_by_that(scenario: Scenario, alerts: list[Alert]) -> None:
    for role in ("section_manager", "ciso", "auditor"):
        with pytest.raises(Denied):
            take(by=scenario.by(role), alert_ids=[alerts[0].pk])
        with pytest.raises(Denied):
            note(by=scenario.by(role), alert_id=alerts[0].pk, comment="読みました")
    with pytest.raises(Missing):
        close(by=scenario.by("secretariat"), alert_ids=[10**9], reason="test")


def test_only_who_handles_alerts_is_given_one(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat")
    may = {person.pk for person in handlers(by, alerts[0])}
    assert scenario.people["secretariat"].pk in may
    assert scenario.people["section_manager"].pk not in may
    with pytest.raises(Invalid):
        assign(by=by, alert_id=alerts[0].pk, person_id=scenario.people["section_manager"].pk)


def test_two_people_at_once(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat")
    take(by=by, alert_ids=[alerts[0].pk], seen=1)
    with pytest.raises(Stale):
        close(by=by, alert_ids=[alerts[0].pk], reason="test", seen=1)


def test_many_are_closed_at_once_and_those_closed_passed_over(
    scenario: Scenario, alerts: list[Alert], django_assert_max_num_queries: Any
) -> None:
    by = scenario.by("secretariat")
    close(by=by, alert_ids=[alerts[0].pk], reason="test")
    with django_assert_max_num_queries(12):
        done = close(by=by, alert_ids=[alert.pk for alert in alerts], reason="test", comment="訓練")
    assert {alert.pk for alert in done} == {alerts[1].pk, alerts[2].pk}
    assert not alerts_for(by, AlertFilter(status="open")).exists()
    with pytest.raises(Invalid):
        close(by=by, alert_ids=[], reason="test")


def test_an_exclusion_wants_a_condition_a_reason_and_an_end(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat", NOON.date())
    save_settings(by=by, data=SettingsData("medium", "high", 30, 60))
    good: dict[str, Any] = {
        "conditions": {"device": "PC-1"},
        "reason": "研修用",
        "expires_on": NOON.date() + timedelta(days=30),
    }
    for bad in (
        {"conditions": {"device": " "}},
        {"conditions": {"path": "C:\\"}},
        {"reason": " "},
        {"expires_on": NOON.date() + timedelta(days=31)},
        {"expires_on": NOON.date() - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            exclude(by=by, alert_id=alerts[0].pk, **(good | bad))
    made = exclude(by=by, alert_id=alerts[0].pk, **good)
    assert exclusions_for(by).get() == made
    assert not exclusions_for(scenario.by("section_manager")).exists()
    end_exclusion(by=by, exclusion_id=made.pk)
    with pytest.raises(Invalid):
        end_exclusion(by=by, exclusion_id=made.pk)


def test_an_incident_from_alerts(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat")
    ids = [alerts[0].pk, alerts[1].pk]
    first = open_incident(by=by, alert_ids=ids, kind="breach", outline="無断の持出し")
    second = open_incident(by=by, alert_ids=[alerts[2].pk], kind="malware", outline="感染の疑い")
    assert [str(first), str(second)] == ["I2026-1", "I2026-2"]
    assert first.happened_at == NOON
    assert set(first.alerts.values_list("pk", flat=True)) == set(ids)
    assert {alert.status for alert in Alert.objects.all()} == {"in_hand"}
    for kind, outline in (("?", "概要"), ("leak", " ")):
        with pytest.raises(Invalid):
            open_incident(by=by, alert_ids=ids, kind=kind, outline=outline)


def test_a_finding_from_an_alert_once(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat")
    made = open_finding(by=by, alert_id=alerts[0].pk)
    assert (made.unit, made.origin, made.title) == (
        scenario.section_a1,
        Finding.Origin.ALERT,
        "指定フォルダへのアクセス",
    )
    assert made.origin_key == f"telemetry.alert:{alerts[0].pk}"
    with pytest.raises(Invalid):
        open_finding(by=by, alert_id=alerts[0].pk)
    with pytest.raises(Invalid):
        open_finding(by=by, alert_id=alerts[2].pk)


def test_lists_and_boards(scenario: Scenario, alerts: list[Alert]) -> None:
    by = scenario.by("secretariat")
    for only, numbers in (
        (AlertFilter(text="PC-2"), [2]),
        (AlertFilter(text="a-3"), [3]),
        (AlertFilter(text="yamada フォルダ"), [1, 2, 3]),
        (AlertFilter(unit_id=scenario.bureau_a.pk), [1]),
        (AlertFilter(level="critical"), []),
        (AlertFilter(level="high", status="open"), [1, 2, 3]),
        (AlertFilter(since=NOON.date(), until=NOON.date()), [1, 2, 3]),
        (AlertFilter(until=NOON.date() - timedelta(days=1)), []),
        (AlertFilter(status="mine"), []),
    ):
        assert list(alerts_for(by, only).order_by("number").values_list("number", flat=True)) == numbers, only
    whole = board(by)
    assert (whole.by_status, whole.by_level) == ({"new": 3}, {"high": 3})
    assert {tally.name for tally in whole.by_section} == {
        scenario.section_a1.name,
        scenario.section_b1.name,
        "所属不明",
    }
    assert [tally.total for tally in board(scenario.by("section_manager")).by_rule] == [1]


def test_the_mark_changes_with_what_is_in_sight(scenario: Scenario, alerts: list[Alert]) -> None:
    manager, by = scenario.by("section_manager"), scenario.by("secretariat")
    before = state_mark(manager)
    take(by=by, alert_ids=[alerts[1].pk])
    assert state_mark(manager) == before
    take(by=by, alert_ids=[alerts[0].pk])
    assert state_mark(manager) != before


class TestFourEyes:
    """Whoever an alert is about neither sees to it nor closes it."""

    @pytest.fixture
    def me(self, scenario: Scenario) -> Person:
        forget_directories()
        return scenario.people["secretariat"]

    def raised(self, scenario: Scenario, *rows: dict[str, Any]) -> Alert:
        rule = make_rule(scenario.city, group_by=["device"], throttle_seconds=600)
        raise_from(scenario.city.code, table(*(hit(rule, at, **row) for at, row in enumerate(rows))))
        return Alert.objects.get()

    @pytest.mark.parametrize("how", ["person", "later", "account"])
    def test_nothing_is_done_about_oneself(self, scenario: Scenario, me: Person, how: str) -> None:
        rows: list[dict[str, Any]] = [{"person": me.number}]
        if how == "later":
            rows = [{"person": "991"}, {"person": me.number, "user": "x"}]
        if how == "account":
            rows = [{"user": r"CITY\suzuki.k"}]
        alert = self.raised(scenario, *rows)
        if how == "account":  # said only after the alert was raised
            AccountName.objects.create(
                city=scenario.city, name="suzuki.k", person=me, valid_from=date(2026, 1, 1)
            )
        forget_directories()
        by = scenario.by("secretariat")
        one: dict[str, Any] = {"by": by, "alert_id": alert.pk}
        for refused in (
            lambda: take(by=by, alert_ids=[alert.pk]),
            lambda: close(by=by, alert_ids=[alert.pk], reason="permitted", comment="業務"),
            lambda: exclude(**one, conditions={"device": "PC-0001"}, reason="業務", expires_on=by.on),
            lambda: open_incident(by=by, alert_ids=[alert.pk], kind="leak", outline="x"),
            lambda: open_finding(**one),
            lambda: reopen(**one, comment="x"),
        ):
            with pytest.raises(Denied, match=r"あなた自身の操作についてのアラート（A-1）"):
                refused()
        assert me not in handlers(by, alert)
        with pytest.raises(Denied):
            assign(**one, person_id=me.pk)
        note(**one, comment="年次の棚卸しです")
        alert.refresh_from_db()
        assert alert.status == Alert.Status.NEW

    def test_nor_does_one_keep_oneself_out_of_anothers_alert(self, scenario: Scenario, me: Person) -> None:
        alert = self.raised(scenario, {"person": "991"})
        by = scenario.by("secretariat")
        for conditions in ({"person": me.number}, {"user": f"CITY\\{me.number.lower()}"}):
            with pytest.raises(Denied, match="除外できません"):
                exclude(by=by, alert_id=alert.pk, conditions=conditions, reason="業務", expires_on=by.on)
        close(by=by, alert_ids=[alert.pk], reason="permitted", comment="業務")
