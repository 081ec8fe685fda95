"""What is behind an alert: read from the real store, for who handles it, with the look recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tenken.common.refusals import Denied
from tenken.journal.models import Entry
from tenken.telemetry.alerts.evidence import look_behind
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import Alert, DetectionRule, SearchPurpose, SearchRecord
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.alerts.makers import NOON, hit, make_rule, table

pytestmark = pytest.mark.django_db


def _event(city: str, payload: int, seq: int, **more: Any) -> dict[str, Any]:
    ts = NOON + timedelta(minutes=seq)
    return {
        "city": city,
        "ts": ts,
        "received": ts,
        "payload": payload,
        "seq": seq,
        "op": "logon",
        "retention": "operation",
        **more,
    }


def test_the_events_of_the_hits_are_shown_and_the_look_recorded(
    scenario: Scenario, event_store: Store
) -> None:
    code, large = scenario.city.code, 2**64 - 7
    event_store.insert(
        "events",
        table_of([_event(code, large, seq, path=f"C:\\{seq}") for seq in range(4)]),
    )
    rule = make_rule(scenario.city)
    rows = [hit(rule, seq, minutes=seq, payload=large, section=scenario.section_a1.code) for seq in (0, 2)]
    raise_from(code, table(*rows))
    alert = Alert.objects.get()
    behind = look_behind(by=scenario.by("network_manager"), alert=alert)
    assert [row["path"] for row in behind.rows] == ["C:\\2", "C:\\0"]
    assert (behind.record.shown, str(behind.record.purpose)) == (2, "アラートの確認：アラートA-1の確認")
    assert Entry.objects.latest("pk").operation == "telemetry.search.made"
    look_behind(by=scenario.by("network_manager"), alert=alert)
    assert SearchRecord.objects.count() == 2
    assert SearchPurpose.objects.count() == 1


def test_who_only_sees_the_alert_does_not_see_the_events(scenario: Scenario, event_store: Store) -> None:
    raise_from(scenario.city.code, table(hit(make_rule(scenario.city), section=scenario.section_a1.code)))
    for role in ("section_manager", "auditor"):
        with pytest.raises(Denied):
            look_behind(by=scenario.by(role), alert=Alert.objects.get())
    assert not SearchRecord.objects.exists()


def test_behind_a_correlation_is_what_it_counted(scenario: Scenario, event_store: Store) -> None:
    code = scenario.city.code
    base = make_rule(scenario.city, code="base", name="base", state=DetectionRule.State.OFF)
    counting = make_rule(
        scenario.city,
        code="counting",
        kind=DetectionRule.Kind.CORRELATION,
        group_by=["user"],
        text=(
            "title: counting\nname: counting\nstatus: test\ncorrelation:\n  type: event_count\n  rules: [base]\n"
            "  group-by: [user]\n  timespan: 10m\n  condition:\n    gte: 3\n"
        ),
    )
    users = ["yamada", "yamada", "sato", "YAMADA"]
    event_store.insert(
        "events", table_of([_event(code, 7, seq, user=user) for seq, user in enumerate(users)])
    )
    event_store.insert(
        "hits",
        table(
            *(hit(base, seq, minutes=seq, user=user, fields={"user": user}) for seq, user in enumerate(users))
        ),
    )
    raise_from(code, table(hit(counting, 3, minutes=3, user="YAMADA", fields={"user": "YAMADA"})))
    behind = look_behind(by=scenario.by("secretariat"), alert=Alert.objects.get())
    assert [row["user"] for row in behind.rows] == ["YAMADA", "yamada", "yamada"]
