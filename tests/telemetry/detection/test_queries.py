"""A rule on the past; the health of rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from tenken.common.refusals import Denied, Invalid, Missing
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization.access import Principal
from tenken.telemetry.detection.operations import save_rule, switch_on
from tenken.telemetry.detection.queries import (
    NOISY_A_DAY,
    Sign,
    find_rule,
    rule_health,
    rules_for,
    try_on_history,
)
from tenken.telemetry.detection.ruleset import forget
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.detection.evaluating import NOON, event, rule_text
from tests.telemetry.detection.test_correlations import table_of_hits
from tests.telemetry.detection.test_operations import BURST, WHOAMI

pytestmark = pytest.mark.django_db
UNTIL = NOON + timedelta(days=5)


@pytest.fixture
def by(scenario: Scenario) -> Iterator[Principal]:
    forget()
    yield scenario.by("secretariat")
    forget()


@pytest.fixture
def past(event_store: Store) -> Store:
    """Five days of two terminals; the last of a day is after midnight in Japan."""
    rows = [
        event(ts=NOON + timedelta(days=day, hours=hours), command_line=words, user=user, device="T1", section="S1", op="process_start",
              rest={"Custom": "c"}, payload=day + 1, seq=seq)
        for day in range(5)
        for seq, (hours, words, user) in enumerate([(0, "whoami /all", "a"), (0.01, "WHOAMI", "a"), (1, "dir", "b"), (13, "whoami", "b")])
    ]  # fmt: skip
    event_store.insert("events", table_of(rows))
    return event_store


def test_a_rule_on_the_past_tells_how_often_by_day_and_shows_the_newest(by: Principal, past: Store) -> None:
    trial = try_on_history(by, WHOAMI, NOON, UNTIL)
    first = date(2020, 12, 1)
    assert trial.hits == 15
    assert trial.by_day == {
        first: 2,
        **{first + timedelta(days=one): 3 for one in range(1, 5)},
        first + timedelta(days=5): 1,
    }
    newest = trial.samples[0]
    assert (newest["ts"], newest["device"], newest["section"], newest["op"]) == (
        NOON + timedelta(days=4, hours=13),
        "T1",
        "S1",
        "process_start",
    )
    assert not {"user", "person"} & set(newest), "who it was is looked up where looks are recorded"
    assert len(trial.samples) == 15
    entry = Entry.objects.latest("sequence")
    assert entry.operation == "telemetry.rule.try", "a trial is a search: what was asked is told"
    assert "whoami" in entry.payload.body
    assert PersonalDataAccess.objects.get(purpose="検知ルールの試行").rows == 15
    assert trial.seconds > 0


def test_a_rule_of_keywords_and_one_that_never_hits_are_tried_too(by: Principal, past: Store) -> None:
    assert try_on_history(by, rule_text({"selection": ["whoami"]}), NOON, UNTIL).hits == 15
    never = try_on_history(by, rule_text({"selection": {"User": "nobody"}}), NOON, UNTIL)
    assert (never.hits, never.by_day, never.samples) == (0, {}, [])


def test_a_correlation_is_tried_on_the_hits_its_rules_would_have_had(by: Principal, past: Store) -> None:
    save_rule(by=by, text=WHOAMI)
    trial = try_on_history(by, BURST, NOON, UNTIL)
    assert (trial.hits, set(trial.by_day.values())) == (5, {1})
    assert trial.samples[0]["device"] == "T1"
    later = try_on_history(by, BURST, NOON + timedelta(seconds=30), NOON + timedelta(hours=1))
    assert later.hits == 1, "what happened before the period counts"


def test_what_cannot_be_tried_is_refused(by: Principal, scenario: Scenario, past: Store) -> None:
    for text, since, until in (
        (WHOAMI, UNTIL, NOON),
        (WHOAMI, NOON, NOON + timedelta(days=32)),
        (WHOAMI.replace("contains", "nosuch"), NOON, UNTIL),
        (BURST, NOON, UNTIL),
    ):
        with pytest.raises(Invalid):
            try_on_history(by, text, since, until)
    with pytest.raises(Denied):
        try_on_history(scenario.by("staff"), WHOAMI, NOON, UNTIL)


def test_a_rule_is_found_by_who_may_see_alerts(by: Principal, scenario: Scenario) -> None:
    rule = save_rule(by=by, text=WHOAMI)
    assert find_rule(by, rule.code) == rule
    assert not rules_for(scenario.by("staff")).exists()
    with pytest.raises(Missing):
        find_rule(scenario.by("staff"), rule.code)


def test_the_health_of_rules_says_what_is_wrong(by: Principal, event_store: Store) -> None:
    now = NOON + timedelta(hours=1)
    with time_machine.travel(now - timedelta(days=40), tick=False):
        rules = [
            save_rule(by=by, text=rule_text({"selection": {"User": "a"}}, number=at)) for at in range(1, 6)
        ]
        rules = [switch_on(by=by, rule=rule, version=rule.version) for rule in rules[:4]] + rules[4:]
    quiet, noisy, slow, failed, draft = rules
    DetectionRule.objects.exclude(pk=slow.pk).update(trial_ms=1)
    DetectionRule.objects.filter(pk=slow.pk).update(trial_ms=500)
    DetectionRule.objects.filter(pk=failed.pk).update(state="failed", reason="9行目：…", failed_at=now)
    hits = [(seq, (0, noisy.pk, {})) for seq in range(NOISY_A_DAY * 30 + 1)] + [(1, (0, slow.pk, {}))] * 2
    event_store.insert("hits", table_of_hits(hits))
    with time_machine.travel(now, tick=False):
        health = {one.rule.pk: one for one in rule_health(by)}
    assert {pk: one.signs for pk, one in health.items()} == {
        quiet.pk: (Sign.NEVER,),
        noisy.pk: (Sign.NOISY,),
        slow.pk: (Sign.SLOW,),
        failed.pk: (Sign.FAILED,),
    }
    assert (health[slow.pk].hits, health[slow.pk].last_hit, health[quiet.pk].last_hit) == (1, NOON, None)
    assert health[noisy.pk].per_day > NOISY_A_DAY
    assert draft.pk not in health
    assert all(sign.label for sign in Sign)


def test_a_new_rule_is_given_thirty_days(by: Principal, event_store: Store) -> None:
    rule = save_rule(by=by, text=WHOAMI)
    switch_on(by=by, rule=rule, version=rule.version)
    assert [one.signs for one in rule_health(by) if Sign.NEVER in one.signs] == []
