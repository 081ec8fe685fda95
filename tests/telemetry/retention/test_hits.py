"""Hits: how long they are kept, what keeps them longer, what is left when they go."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.common.refusals import Denied
from tenken.journal.models import Entry
from tenken.journal.operations import read_payload
from tenken.organization.access import Principal
from tenken.telemetry.alerts.operations import close, open_finding, open_incident
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.models import (
    Alert,
    AlertExclusion,
    AlertHit,
    DetectionRule,
    EventDeletion,
    RetentionClass,
)
from tenken.telemetry.retention import hits, operations, tasks
from tenken.telemetry.retention.operations import HoldData
from tenken.telemetry.retention.rules.kept_hits import ANY_RULE, Span, merged
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.alerts.makers import hit, make_rule, table

OCTOBER = date(2023, 10, 1)  # three years and a month before: the longest class keeps 36 months
NOON = datetime(2023, 10, 3, 12, tzinfo=JAPAN)
CORRELATION = """
title: Many
correlation:
    type: event_count
    rules: [test-rule]
    group-by: [user]
    timespan: 1h
    condition: {gte: 2}
"""


@pytest.fixture
def rule(scenario: Scenario, event_store: Store, keeper: Principal) -> DetectionRule:
    return make_rule(scenario.city, throttle_seconds=60)


def put(store: Store, *rows: dict[str, Any]) -> None:
    store.insert("hits", table(*rows))
    raise_from(rows[0]["city"], table(*rows))


def row(rule: DetectionRule, seq: int, hours: float, **more: Any) -> dict[str, Any]:
    at = NOON + timedelta(hours=hours)
    return {**hit(rule, seq, **more), "ts": at, "received": at}


def close_all(scenario: Scenario) -> None:
    keys = list(Alert.objects.exclude(status="closed").values_list("pk", flat=True))
    if keys:
        close(by=scenario.by("secretariat"), alert_ids=keys, reason="permitted", comment="済み")


def left(store: Store) -> list[int]:
    rows = store.stage_query("SELECT seq FROM hits FINAL ORDER BY seq", stage="hits").to_pylist()
    return [one["seq"] for one in rows]


@pytest.mark.django_db
def test_they_go_when_no_class_keeps_their_events_and_the_journal_says_so(
    scenario: Scenario, rule: DetectionRule, event_store: Store, keeper: Principal
) -> None:
    month_ends = datetime(2023, 11, 1, tzinfo=JAPAN)
    put(event_store, row(rule, 1, 0), {**row(rule, 2, 0), "ts": month_ends})
    put(event_store, {**row(rule, 3, 0), "ts": month_ends - timedelta(milliseconds=1)})
    close_all(scenario)
    assert hits.due_hits(scenario.city, date(2026, 10, 31)) == []
    assert hits.due_hits(scenario.city, date(2026, 11, 1)) == [OCTOBER]
    tasks.ask_for_night(scenario.city.code, keeper.on)
    tasks.run_night(_latest_night())
    assert left(event_store) == [2], "of November in Japan"
    gone = EventDeletion.objects.get(retention=hits.HITS)
    assert (gone.month, gone.rows, gone.held) == (OCTOBER, 2, 0)
    assert Entry.objects.filter(operation="telemetry.hits.delete").count() == 1
    assert list(AlertHit.objects.values_list("seq", flat=True)) == [2]
    assert sum(Alert.objects.values_list("hit_count", flat=True)) == 3, "what was counted is counted still"
    told = read_payload(Entry.objects.get(operation="telemetry.hits.delete"))
    assert told == {"month": "2023-10", "rows": 2, "held": 0, "alert_hits": 2}
    assert hits.due_hits(scenario.city, keeper.on) == []


def _latest_night() -> Any:
    from tenken.jobs.models import Job

    return Job.objects.filter(kind=tasks.NIGHTLY).latest("pk")


@pytest.mark.django_db
def test_a_longer_class_keeps_them(scenario: Scenario, rule: DetectionRule, event_store: Store) -> None:
    put(event_store, row(rule, 1, 0))
    close_all(scenario)
    RetentionClass.objects.filter(code="personal").update(keep_months=37)
    assert hits.due_hits(scenario.city, date(2026, 11, 21)) == []
    RetentionClass.objects.all().delete()
    assert hits.due_hits(scenario.city, date(2026, 11, 21)) == [], "nobody said how long"


def kept() -> list[int]:
    """Return what the database keeps of single hits."""
    return sorted(AlertHit.objects.values_list("seq", flat=True))


@pytest.mark.django_db
def test_what_something_refers_to_stays_until_nothing_does(
    scenario: Scenario, rule: DetectionRule, event_store: Store, keeper: Principal
) -> None:
    by = scenario.by("secretariat")
    a1 = scenario.section_a1.code
    rows = [row(rule, seq, 10 * seq, section=a1, device=f"PC-{seq}") for seq in range(1, 6)]
    put(event_store, *rows)
    alerts = dict(AlertHit.objects.values_list("seq", "alert"))
    open_incident(by=by, alert_ids=[alerts[2]], kind="leak", outline="持ち出し")
    open_finding(by=by, alert_id=alerts[3])
    held = HoldData("調査", "指示", date(2023, 10, 1), date(2023, 10, 31), devices=("PC-4",))
    hold = operations.order_hold(by=by, data=held)
    close(by=by, alert_ids=[alerts[at] for at in (2, 3, 4, 5)], reason="permitted", comment="済み")
    done = hits.delete_hits(by=keeper, month=OCTOBER)
    assert left(event_store) == [1, 2, 3, 4], "open, an incident, a finding, under hold"
    assert kept() == [1, 2, 3, 4]
    assert (done.rows, done.held) == (1, 4)
    assert hits.due_hits(scenario.city, keeper.on) == [], "all that is left is held"
    operations.release_hold(by=by, hold=hold, because="終了")
    close(by=by, alert_ids=[alerts[1]], reason="permitted", comment="済み")
    assert hits.due_hits(scenario.city, keeper.on) == [OCTOBER]
    hits.delete_hits(by=keeper, month=OCTOBER)
    assert left(event_store) == kept() == [2, 3]


@pytest.mark.django_db
def test_what_a_correlation_counted_stays_with_its_alert(
    scenario: Scenario, rule: DetectionRule, event_store: Store, keeper: Principal
) -> None:
    many = make_rule(
        scenario.city, "many", kind=DetectionRule.Kind.CORRELATION, text=CORRELATION, throttle_seconds=60
    )
    put(event_store, row(rule, 1, 0), row(rule, 2, 0.5), row(rule, 3, -3))
    close_all(scenario)
    put(event_store, row(many, 2, 0.5))
    hits.delete_hits(by=keeper, month=OCTOBER)
    assert left(event_store) == [1, 2, 2]
    assert kept() == [1, 2, 2]


@pytest.mark.django_db
def test_what_an_exclusion_left_out_goes_too(
    scenario: Scenario, rule: DetectionRule, event_store: Store, keeper: Principal
) -> None:
    out = AlertExclusion.objects.create(
        city=scenario.city,
        rule=rule,
        conditions={"device": "PC-1"},
        reason="業務",
        expires_on=date(2030, 1, 1),
        made_at=NOON,
    )
    held = HoldData("調査", "指示", date(2023, 10, 1), date(2023, 10, 31), sections=("S-HELD",))
    operations.order_hold(by=scenario.by("secretariat"), data=held)
    rows = [
        row(rule, 1, 0, device="PC-1"),
        row(rule, 2, 1, device="PC-1", section="S-HELD", payload=2**64 - 7),
    ]
    put(event_store, *rows, row(rule, 3, 24 * 30, device="PC-1"))
    assert AlertHit.objects.filter(exclusion=out).count() == 3
    hits.delete_hits(by=keeper, month=OCTOBER)
    assert left(event_store) == kept() == [2, 3], "under hold, and of another month"


@pytest.mark.django_db
def test_what_a_filter_took_away_goes_unless_it_is_held(
    scenario: Scenario, rule: DetectionRule, event_store: Store, keeper: Principal
) -> None:
    """It is a hit of the rule's number and 2**31: an open alert of the rule refers to none of them."""
    taken = [
        row(rule, seq, at, section=section, fields={"filter": "7"}) | {"rule": rule.pk + TAKEN_AWAY}
        for seq, at, section in ((2, 0.001, "S-1"), (3, 0.002, "S-HELD"), (4, 240, "S-1"))
    ]
    put(event_store, row(rule, 1, 0), *taken, row(rule, 5, 0.01))
    held = HoldData("調査", "指示", date(2023, 10, 1), date(2023, 10, 31), sections=("S-HELD",))
    operations.order_hold(by=scenario.by("secretariat"), data=held)
    assert kept() == [1, 5], "alerts do not see what was taken away"
    done = hits.delete_hits(by=keeper, month=OCTOBER)
    assert (left(event_store), kept()) == ([1, 3, 5], [1, 5])
    assert (done.rows, done.held) == (2, 3)


@pytest.mark.django_db
def test_who_does_not_keep_logs_deletes_none(scenario: Scenario, event_store: Store) -> None:
    with pytest.raises(Denied):
        hits.delete_hits(by=scenario.by("section_manager"), month=OCTOBER)


spans = st.lists(
    st.builds(
        lambda rule, at, length: Span(
            rule, clock.now() + timedelta(seconds=at), clock.now() + timedelta(seconds=at + length)
        ),
        st.integers(1, 4),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=30,
)


@given(spans, st.integers(1, 8))
def test_merged_spans_are_few_and_cover_all(given_: list[Span], most: int) -> None:
    found = merged(given_, most)
    assert len(found) <= most
    for one in given_:
        assert any(
            (kept.rule in (one.rule, ANY_RULE)) and kept.first <= one.first and one.last <= kept.last
            for kept in found
        )
    assert merged(given_, 1000) == merged(merged(given_, 1000), 1000)
