"""Hits become alerts: grouped, each once, exclusions taken off, told by mail, cheap by the thousand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from tenken.journal.models import Entry
from tenken.notices.models import Notice
from tenken.telemetry.alerts.grouping import MOST_AN_HOUR
from tenken.telemetry.alerts.operations import SettingsData, close, exclude, save_settings
from tenken.telemetry.alerts.queries import alerts_for, open_counts
from tenken.telemetry.alerts.raising import OVERLAP, raise_from, watermark
from tenken.telemetry.models import Alert, AlertExclusion, AlertHit, AlertSettings
from tests.factories import OtherCity, Scenario, make_other_city
from tests.telemetry.alerts.makers import NOON, hit, make_rule, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as traveller:
        yield traveller


def test_a_hit_becomes_an_alert_of_its_section(scenario: Scenario) -> None:
    rule = make_rule(scenario.city)
    code = scenario.city.code
    assert raise_from(code, table(hit(rule, section=scenario.section_a1.code, payload=2**64 - 5))) == 1
    alert = Alert.objects.get()
    assert (alert.unit, alert.level, alert.title) == (scenario.section_a1, "high", "指定フォルダへのアクセス")
    assert (alert.device, alert.user, alert.hit_count, str(alert)) == ("PC-0001", "yamada", 1, "A-1")
    assert AlertHit.objects.get().payload == -5
    assert alert.steps.get().event == "raised"
    assert Entry.objects.latest("pk").operation == "telemetry.alert.raise"
    assert open_counts(scenario.by("secretariat")) == {scenario.section_a1.pk: 1}


def test_what_no_database_takes_holds_up_no_alert(scenario: Scenario) -> None:
    rule = make_rule(scenario.city)
    raise_from(scenario.city.code, table(hit(rule, user="yama\0da", device="\0", fields={"path": "a\0"})))
    alert = Alert.objects.get()
    assert (alert.user, alert.device) == ("yamada", "")
    assert "\0" not in str(alert.group) + str(alert.seen)


def test_the_same_hits_again_raise_and_count_nothing(scenario: Scenario) -> None:
    rule = make_rule(scenario.city)
    rows = [hit(rule, seq, minutes=seq) for seq in range(3)]
    raise_from(scenario.city.code, table(*rows))
    assert raise_from(scenario.city.code, table(*rows, rows[0])) == 0
    assert Alert.objects.get().hit_count == 3
    assert raise_from(scenario.city.code, table(*rows, hit(rule, 9, minutes=4))) == 0
    assert Alert.objects.get().hit_count == 4


def test_hits_join_their_group_until_the_throttle_has_passed(scenario: Scenario) -> None:
    rule = make_rule(scenario.city, throttle_seconds=600)
    raise_from(scenario.city.code, table(hit(rule, 1), hit(rule, 2, minutes=9), hit(rule, 3, minutes=18)))
    assert Alert.objects.get().hit_count == 3
    raise_from(scenario.city.code, table(hit(rule, 4, minutes=29)))
    assert [alert.hit_count for alert in Alert.objects.order_by("pk")] == [3, 1]
    raise_from(scenario.city.code, table(hit(rule, 5, minutes=-9), hit(rule, 6, minutes=38)))
    assert [alert.hit_count for alert in Alert.objects.order_by("pk")] == [4, 2]
    assert Alert.objects.first().first_at == NOON - timedelta(minutes=9)  # type: ignore[union-attr]


def test_groups_are_told_apart_by_what_the_rule_says(scenario: Scenario) -> None:
    rule = make_rule(scenario.city, group_by=["TargetUserName"])
    rows = [
        hit(rule, 1, device="PC-1", fields={"TargetUserName": "Sato"}),
        hit(rule, 2, device="PC-2", fields={"TargetUserName": "sato"}),
        hit(rule, 3, device="PC-2", fields={"TargetUserName": "suzuki"}),
    ]
    assert raise_from(scenario.city.code, table(*rows)) == 2
    first = Alert.objects.order_by("pk")[0]
    assert first.seen["devices"] == ["PC-1", "PC-2"]
    assert first.group == {"TargetUserName": "Sato"}


def test_without_a_throttle_each_hit_is_an_alert(scenario: Scenario) -> None:
    rule = make_rule(scenario.city, throttle_seconds=0)
    assert raise_from(scenario.city.code, table(hit(rule, 1), hit(rule, 2))) == 2


def test_a_closed_alert_takes_no_more_hits(scenario: Scenario) -> None:
    rule = make_rule(scenario.city)
    raise_from(scenario.city.code, table(hit(rule, 1)))
    close(by=scenario.by("secretariat"), alert_ids=[Alert.objects.get().pk], reason="false_positive")
    assert raise_from(scenario.city.code, table(hit(rule, 2, minutes=1))) == 1


def test_rules_that_are_not_on_raise_nothing(scenario: Scenario) -> None:
    for state in ("draft", "off"):
        rule = make_rule(scenario.city, code=state, state=state)
        assert raise_from(scenario.city.code, table(hit(rule))) == 0
    assert not AlertHit.objects.exists()


def test_an_exclusion_holds_until_its_date(scenario: Scenario, noon: Any) -> None:
    rule, by, code = make_rule(scenario.city), scenario.by("secretariat", NOON.date()), scenario.city.code
    raise_from(code, table(hit(rule, 1)))
    alert = Alert.objects.get()
    exclude(
        by=by,
        alert_id=alert.pk,
        conditions={"device": "pc-0001"},
        reason="研修用の端末",
        expires_on=date(2026, 6, 10),
    )
    close(by=by, alert_ids=[alert.pk], reason="false_positive")
    rows = table(hit(rule, 2, minutes=2), hit(rule, 3, minutes=3, device="PC-0002"))
    assert raise_from(code, rows) == 1
    assert AlertHit.objects.filter(exclusion__isnull=False).count() == 1
    noon.move_to(NOON + timedelta(days=8))
    assert raise_from(code, rows) == 0  # what was left out stays left out
    assert raise_from(code, table(hit(rule, 4, minutes=8 * 24 * 60))) == 1


def test_a_section_nobody_knows_is_seen_by_who_sees_the_whole_city(scenario: Scenario) -> None:
    raise_from(scenario.city.code, table(hit(make_rule(scenario.city), section="GONE")))
    assert alerts_for(scenario.by("secretariat")).count() == 1
    assert alerts_for(scenario.by("section_manager")).count() == 0


def test_managers_see_their_sections_alerts_only(scenario: Scenario) -> None:
    rule = make_rule(scenario.city)
    rows = [
        hit(rule, 1, section=scenario.section_a1.code, device="PC-1"),
        hit(rule, 2, section=scenario.section_b1.code, device="PC-2"),
    ]
    raise_from(scenario.city.code, table(*rows))
    roles = ("section_manager", "other_manager", "auditor")
    seen = {role: set(alerts_for(scenario.by(role)).values_list("device", flat=True)) for role in roles}
    assert seen["section_manager"] == {"PC-1"}
    assert seen["other_manager"] == {"PC-2"}
    assert seen["auditor"] == {"PC-1", "PC-2"}


def test_another_citys_alerts_are_its_own(scenario: Scenario) -> None:
    other: OtherCity = make_other_city()
    raise_from(other.city.code, table(hit(make_rule(other.city))))
    assert alerts_for(scenario.by("secretariat")).count() == 0
    assert Alert.objects.get().number == 1


def test_the_watermark_leaves_an_overlap(scenario: Scenario) -> None:
    code = scenario.city.code
    assert watermark(code) is None
    raise_from(code, table(hit(make_rule(scenario.city), minutes=30)))
    assert watermark(code) == NOON + timedelta(minutes=30, seconds=1) - OVERLAP
    raise_from(code, table(hit(make_rule(scenario.city, code="b"), minutes=5)))
    assert watermark(code) == NOON + timedelta(minutes=30, seconds=1) - OVERLAP


# --- mail -------------------------------------------------------------------------------------------------


def _with_mail(scenario: Scenario) -> None:
    for role in ("secretariat", "section_manager", "other_manager"):
        person = scenario.people[role]
        person.email = f"{role}@midori.example.jp"
        person.save(update_fields=["email"])


def test_mail_goes_to_the_secretariat_and_the_sections_manager(scenario: Scenario) -> None:
    _with_mail(scenario)
    rule = make_rule(scenario.city)
    raise_from(scenario.city.code, table(hit(rule, section=scenario.section_a1.code)))
    told = dict(Notice.objects.values_list("address", "subject"))
    assert set(told) == {"secretariat@midori.example.jp", "section_manager@midori.example.jp"}
    assert set(told.values()) == {"【アラート】高：指定フォルダへのアクセス"}
    assert Notice.objects.first().link == f"/terminals/alerts/{Alert.objects.get().pk}/"  # type: ignore[union-attr]
    raise_from(scenario.city.code, table(hit(rule, 2, minutes=1)))
    assert Notice.objects.count() == 2


def test_who_is_told_from_which_level_is_settled(scenario: Scenario) -> None:
    _with_mail(scenario)
    by = scenario.by("secretariat")
    save_settings(by=by, data=SettingsData("critical", "", 30, 60))
    rule = make_rule(scenario.city)
    raise_from(scenario.city.code, table(hit(rule, section=scenario.section_a1.code)))
    quiet = make_rule(scenario.city, code="quiet", notify=False, level="critical")
    raise_from(scenario.city.code, table(hit(quiet)))
    assert not Notice.objects.exists()
    grave = make_rule(scenario.city, code="grave", level="critical")
    raise_from(scenario.city.code, table(hit(grave, section=scenario.section_a1.code)))
    assert [notice.address for notice in Notice.objects.all()] == ["secretariat@midori.example.jp"]


def test_a_batch_is_one_mail_and_a_flood_waits(scenario: Scenario, noon: Any) -> None:
    _with_mail(scenario)
    save_settings(by=scenario.by("secretariat"), data=SettingsData("low", "", 30, 2))
    rule, code = make_rule(scenario.city), scenario.city.code
    raise_from(code, table(*(hit(rule, n, device=f"PC-{n}") for n in range(30))))
    assert Notice.objects.count() == 1
    assert "（ほか29件）" in Notice.objects.get().subject
    for number in range(100, 105):
        raise_from(code, table(hit(rule, number, device=f"PC-{number}")))
    assert Notice.objects.count() == 2
    assert Alert.objects.filter(told_at__isnull=True).count() == 4
    grave = make_rule(scenario.city, code="grave", level="critical")
    raise_from(code, table(hit(grave)))
    assert Notice.objects.count() == 3
    assert not Alert.objects.filter(told_at__isnull=True).exists()
    noon.shift(timedelta(hours=1))
    raise_from(code, table(hit(rule, 200, device="PC-200")))
    assert Notice.objects.count() == 4


# --- how much it costs ------------------------------------------------------------------------------------


def test_thousands_of_hits_cost_few_queries(scenario: Scenario, django_assert_max_num_queries: Any) -> None:
    rule = make_rule(scenario.city)
    rows = table(*(hit(rule, n, device=f"PC-{n % 40}", minutes=n / 60) for n in range(3_000)))
    with django_assert_max_num_queries(32):
        assert raise_from(scenario.city.code, rows) == 40
    assert AlertHit.objects.count() == 3_000
    with django_assert_max_num_queries(12):
        assert raise_from(scenario.city.code, rows) == 0


def test_no_rows_are_left_of_a_batch_that_fails(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> int:
        raise OSError("disk full")

    rule = make_rule(scenario.city)
    monkeypatch.setattr("tenken.telemetry.alerts.raising.tell_waiting", broken)
    with pytest.raises(OSError, match="disk full"):
        raise_from(scenario.city.code, table(hit(rule)))
    assert not Alert.objects.exists()
    assert watermark(scenario.city.code) is None
    monkeypatch.undo()
    assert raise_from(scenario.city.code, table(hit(rule))) == 1
    assert Alert.objects.get().hit_count == 1
    assert AlertSettings.objects.get().last_number == 1
    assert not AlertExclusion.objects.exists()


class TestFlood:
    """Forged names make a few alerts and a summary, and no hit is lost."""

    def forged(self, rule: Any, count: int, first: int = 0, **more: Any) -> Any:
        return table(*(hit(rule, at, user=f"forged{at}", **more) for at in range(first, first + count)))

    def test_what_is_too_much_in_an_hour_is_one_alert_that_says_how_many(
        self, scenario: Scenario, noon: Any
    ) -> None:
        rule, other = make_rule(scenario.city), make_rule(scenario.city, "other")
        code, section = scenario.city.code, scenario.section_a1.code
        assert raise_from(code, self.forged(rule, 1_000, section=section)) == MOST_AN_HOUR + 1
        assert raise_from(code, self.forged(other, 1)) == 1, "each rule for itself"
        noon.shift(timedelta(minutes=10))
        assert raise_from(code, self.forged(rule, 500, 1_000, section=section)) == 0
        summary = Alert.objects.get(title__contains="まとめ")
        assert "（1時間の上限を超えたアラート1,440件のまとめ）" in summary.title
        assert (summary.hit_count, summary.unit, summary.user) == (1_440, scenario.section_a1, "")
        assert summary.device == "PC-0001"
        assert AlertHit.objects.filter(rule=rule).count() == 1_500
        assert AlertHit.objects.filter(alert=summary).count() == 1_440
        assert raise_from(code, self.forged(rule, 1_500, section=section)) == 0
        assert Alert.objects.get(pk=summary.pk).hit_count == 1_440, "the same hits again"

    def test_sections_have_a_summary_each_and_an_hour_later_it_begins_anew(
        self, scenario: Scenario, noon: Any
    ) -> None:
        rule = make_rule(scenario.city)
        code = scenario.city.code
        raise_from(code, self.forged(rule, MOST_AN_HOUR, section=scenario.section_a1.code))
        assert raise_from(code, self.forged(rule, 20, 100, section=scenario.section_a1.code)) == 1
        assert raise_from(code, self.forged(rule, 20, 200, section=scenario.section_b1.code)) == 1
        mine = alerts_for(scenario.by("section_manager")).filter(title__contains="まとめ")
        assert [alert.hit_count for alert in mine] == [20]
        noon.shift(timedelta(minutes=61))
        assert raise_from(code, self.forged(rule, 5, 300, minutes=62)) == 5

    def test_a_hit_of_a_standing_alert_joins_it_though_there_are_too_many(self, scenario: Scenario) -> None:
        rule = make_rule(scenario.city, throttle_seconds=600)
        code = scenario.city.code
        raise_from(code, self.forged(rule, MOST_AN_HOUR + 5))
        assert raise_from(code, table(hit(rule, 900, user="forged3", minutes=1))) == 0
        assert Alert.objects.get(user="forged3").hit_count == 2

    def test_a_closed_summary_takes_no_more(self, scenario: Scenario) -> None:
        rule = make_rule(scenario.city)
        raise_from(scenario.city.code, self.forged(rule, MOST_AN_HOUR + 5))
        summary = Alert.objects.get(title__contains="まとめ")
        close(by=scenario.by("secretariat"), alert_ids=[summary.pk], reason="test", comment="試験")
        assert raise_from(scenario.city.code, self.forged(rule, 3, 500)) == 1
