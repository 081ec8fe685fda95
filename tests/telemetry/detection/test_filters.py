"""Filters: what they take from which rules, switched on and off, kept, told when they reach nothing or take all."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.cli.telemetry.rules import add_arguments, run
from tenken.common.refusals import Invalid
from tenken.organization.access import Principal
from tenken.telemetry.detection import engine
from tenken.telemetry.detection.engine import correlate, evaluate, forget
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.detection.operations import import_rules, save_rule, switch_off, switch_on
from tenken.telemetry.detection.queries import Sign, rule_health, try_on_history
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.lists.queries import forget_snapshots
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store
from tenken.telemetry.store.tables import stage_statement
from tests.factories import Scenario
from tests.telemetry.detection.evaluating import (
    IDENTIFIER,
    NOON,
    evaluated,
    event,
    hits_and_taken,
    rule_text,
)
from tests.telemetry.detection.plain import hits

SOURCE = {"product": "windows", "category": "process_creation"}
ADMINS = {"selection": {"User|startswith": "adm_"}, "condition": "not selection"}
EVENTS = [
    event(user=user, command_line=line, computer=computer)
    for user in ("adm_sato", "yamada")
    for line in ("whoami /all", "dir")
    for computer in ("DC-01", "PC-7")
]


def filter_text(
    said: Mapping[str, Any], rules: Any, logsource: Mapping[str, str] | None = None, name: str = "admins"
) -> str:
    return yaml.safe_dump(
        {
            "title": f"Filter {name}",
            "name": name,
            "logsource": dict(SOURCE if logsource is None else logsource),
            "filter": {"rules": rules, **said},
        },
        sort_keys=False,
    )


def named(text: str, name: str) -> str:
    return f"name: {name}\n{text}"


WHOAMI = named(rule_text({"selection": {"CommandLine|contains": "whoami"}}), "who")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (ADMINS, {4, 5}),
        # As it is written, not turned round: only administrators are told.
        ({**ADMINS, "condition": "selection"}, {0, 1}),
        ({"one": {"User": "yamada"}, "two": {"Computer": "PC-7"}, "condition": "not 1 of them"}, {0}),
        ({"one": {"User": "yamada"}, "two": {"Computer": "PC-7"}, "condition": "not all of them"}, {0, 1, 4}),
        (
            {
                "sel_a": {"User": "yamada"},
                "sel_b": {"User": "adm_sato"},
                "x": {"User": "none"},
                "condition": "all of sel_* or 1 of *_b",
            },
            {0, 1},
        ),
        # Names of a filter are its own: the rule's "selection" is another.
        ({"selection": {"Computer|startswith": "DC-"}, "condition": "not selection"}, {1, 5}),
        ({"_a": {"User": "yamada"}, "b-1": {"User": "x"}, "condition": "_a or b-1"}, {4, 5}),
        ({"words": ["DC-01", "adm_"], "condition": "not words"}, {5}),
        ({"selection": {"User|contains|expand": "%staff%"}, "condition": "not selection"}, {0, 1}),
        ({"selection": {"Computer|re": "^PC-[0-9]$"}, "condition": "selection and not selection"}, set()),
    ],
)
def test_a_hit_stands_where_the_filter_holds(
    said: dict[str, Any], wanted: set[int], session_store: Store
) -> None:
    text = filter_text(said, ["who"])
    lists = {"staff": ("yamada",)}
    found, taken = hits_and_taken(session_store, [WHOAMI], EVENTS, lists, [text])
    assert {seq for _, seq in found} == wanted
    assert {seq for _, seq, _ in taken} == {0, 1, 4, 5} - wanted
    assert wanted == {at for at, one in enumerate(EVENTS) if hits(WHOAMI, one, lists, [text])}


@pytest.mark.parametrize(
    ("rules", "logsource", "reached"),
    [
        (["who"], SOURCE, True),
        ("who", SOURCE, True),
        ([IDENTIFIER.format(1)], SOURCE, True),
        (IDENTIFIER.format(1), SOURCE, True),
        ([IDENTIFIER.format(2), "who"], SOURCE, True),
        ("any", SOURCE, True),
        ("ANY", {"product": "windows"}, True),
        ([], {"category": "process_creation"}, True),
        (["other"], SOURCE, False),
        ([IDENTIFIER.format(2)], SOURCE, False),
        (["who"], {"product": "linux"}, False),
        ("any", {"product": "windows", "category": "image_load"}, False),
        # Narrower than the rule: it says nothing of the rule's events of other services.
        ("any", {**SOURCE, "service": "sysmon"}, False),
    ],
)
def test_a_filter_reaches_the_rules_it_names(
    rules: Any, logsource: dict[str, str], reached: bool, session_store: Store
) -> None:
    text = filter_text(ADMINS, rules, logsource)
    found = {seq for _, seq in evaluated(session_store, [WHOAMI], EVENTS, filters=[text])}
    assert found == ({4, 5} if reached else {0, 1, 4, 5})
    plain = text if rules != "ANY" else text.replace("ANY", "any")
    assert found == {at for at, one in enumerate(EVENTS) if hits(WHOAMI, one, filters=[plain])}


def test_an_id_in_capitals_is_the_same_id(session_store: Store) -> None:
    lettered = WHOAMI.replace(IDENTIFIER.format(1), "0000abcd-0000-4000-8000-000000000001")
    text = filter_text(ADMINS, ["0000ABCD-0000-4000-8000-000000000001"])
    assert len(evaluated(session_store, [lettered], EVENTS, filters=[text])) == 2


def test_each_filter_is_told_what_it_took(session_store: Store) -> None:
    other = rule_text({"selection": {"CommandLine": "dir"}}, number=2)
    servers = filter_text(
        {"selection": {"Computer|startswith": "DC-"}, "condition": "not selection"},
        "any",
        {"product": "windows"},
        "servers",
    )
    found, taken = hits_and_taken(
        session_store, [WHOAMI, other], EVENTS, {}, [filter_text(ADMINS, ["who"]), servers]
    )
    assert found == {(0, 5), (1, 3), (1, 7)}
    assert taken == {(0, 0, 0), (0, 1, 0), (0, 4, 1), (1, 2, 1), (1, 6, 1)}


_ITEMS = st.sampled_from(
    [
        {"User|startswith": "adm"},
        {"Computer": "PC-7"},
        {"CommandLine|contains": "whoami"},
        {"User": None},
        {"CommandLine|endswith": "/all"},
    ]
)
_CONDITIONS = st.sampled_from(
    ["a", "not a", "a and not b", "not (a or b)", "1 of them", "not all of them", "b or not a"]
)
_SAID = st.builds(
    lambda a, b, condition: {"a": a, "b": b, "condition": condition}, _ITEMS, _ITEMS, _CONDITIONS
)


@settings(max_examples=25, deadline=None)
@given(rules=st.lists(_SAID, min_size=1, max_size=3), filters=st.lists(st.tuples(_SAID, st.sampled_from(
    [["r1"], ["r2", "r3"], "any", ["none"]])), max_size=3))  # fmt: skip
def test_both_evaluators_are_of_one_mind(
    rules: list[dict[str, Any]], filters: list[tuple[dict[str, Any], Any]], session_store: Store
) -> None:
    texts = [named(rule_text(one, number=at), f"r{at}") for at, one in enumerate(rules, start=1)]
    narrowing = [filter_text(said, which, name=f"f{at}") for at, (said, which) in enumerate(filters)]
    found = evaluated(session_store, texts, EVENTS, filters=narrowing)
    assert found == {
        (number, at)
        for number, text in enumerate(texts)
        for at, one in enumerate(EVENTS)
        if hits(text, one, filters=narrowing)
    }


# --- filters of a city


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget()
    forget_snapshots()
    yield
    forget()
    forget_snapshots()


@pytest.fixture
def by(scenario: Scenario) -> Principal:
    return scenario.by("secretariat")


@pytest.fixture
def stage(event_store: Store) -> Iterator[str]:
    event_store.command(stage_statement("stage_of_filters"))
    rows = [{**one, "payload": 1, "seq": at} for at, one in enumerate(EVENTS)]
    event_store.insert("stage_of_filters", table_of(rows))
    yield "stage_of_filters"
    event_store.command("DROP TABLE stage_of_filters")


def on(by: Principal, text: str) -> DetectionRule:
    rule = save_rule(by=by, text=text)
    return switch_on(by=by, rule=rule, version=rule.version)


def standing(store: Store, stage: str, by: Principal) -> list[int]:
    forget()
    found = evaluate(store, stage, by.city_code)
    rows: Sequence[Mapping[str, Any]] = [] if found is None else found.to_pylist()
    return sorted(row["seq"] for row in rows if row["rule"] < TAKEN_AWAY)


@pytest.mark.django_db
def test_a_filter_narrows_only_while_it_is_on(by: Principal, event_store: Store, stage: str) -> None:
    on(by, WHOAMI)
    found = save_rule(by=by, text=filter_text(ADMINS, ["who"]))
    assert (found.kind, found.get_kind_display(), found.state, found.code) == (
        "filter",
        "フィルター",
        "draft",
        "admins",
    )
    assert standing(event_store, stage, by) == [0, 1, 4, 5]
    found = switch_on(by=by, rule=found, version=found.version)
    assert standing(event_store, stage, by) == [4, 5]
    switch_off(by=by, rule=found, version=found.version)
    assert standing(event_store, stage, by) == [0, 1, 4, 5]


@pytest.mark.django_db
def test_what_a_filter_took_is_counted_by_no_correlation(
    by: Principal, event_store: Store, stage: str
) -> None:
    save_rule(by=by, text=WHOAMI)
    burst = on(
        by,
        "title: Burst\nname: burst\ncorrelation:\n  type: event_count\n  rules: [who]\n  group-by: [Computer]\n"
        "  timespan: 5m\n  condition: {gte: 2}\n",
    )
    for text, wanted in ((None, {burst.pk}), (filter_text(ADMINS, ["who"]), set())):
        if text:
            on(by, text)
        forget()
        found = evaluate(event_store, stage, by.city_code)
        assert found is not None
        event_store.command("TRUNCATE TABLE hits")
        event_store.insert("hits", found)
        raised = correlate(event_store, by.city_code, found)
        assert set(raised["rule"].to_pylist() if raised else ()) == wanted


@pytest.mark.django_db
def test_a_filter_that_cannot_be_used_is_set_aside_and_its_rule_goes_on(
    by: Principal, event_store: Store, stage: str
) -> None:
    on(by, WHOAMI)
    found = on(
        by,
        filter_text({"selection": {"User|expand": "%keywords%"}, "condition": "not selection"}, ["who"]),
    )
    with mock.patch("tenken.telemetry.lists.queries._values", return_value={"keywords": ("",)}):
        forget_snapshots()
        assert standing(event_store, stage, by) == [0, 1, 4, 5]
    found.refresh_from_db()
    assert (found.state, found.reason[:4]) == ("failed", "10行目")
    assert DetectionRule.objects.get(name="who").state == "on"


@pytest.mark.django_db
def test_a_filter_that_fails_in_a_batch_is_set_aside_and_the_others_go_on(
    by: Principal, event_store: Store, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    on(by, WHOAMI)
    good = on(by, filter_text(ADMINS, ["who"]))
    bad = on(
        by, filter_text({"selection": {"Computer": "PC-7"}, "condition": "selection"}, ["who"], name="bad")
    )
    sound = engine.hits_query

    def broken(table: str, rules: Sequence[engine.EventRule]) -> str:
        return sound(table, rules).replace(
            "computer_folded` = 'pc-7'", "computer_folded` = toString(throwIf(1, 'no luck'))"
        )

    with mock.patch.object(engine, "hits_query", broken), caplog.at_level(logging.CRITICAL):
        assert standing(event_store, stage, by) == [4, 5]
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state, DetectionRule.objects.get(name="who").state) == ("failed", "on", "on")
    assert "no luck" in bad.reason


@pytest.mark.django_db
def test_health_tells_a_filter_that_takes_everything_and_one_that_reaches_nothing(
    by: Principal, event_store: Store, stage: str
) -> None:
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        rule = on(by, WHOAMI)
        some = on(by, filter_text(ADMINS, ["who"]))
        lost = on(by, filter_text(ADMINS, ["who", "nobody"], name="lost"))
        nowhere = on(by, filter_text(ADMINS, "any", {"product": "macos"}, "nowhere"))

    def signs() -> dict[int, tuple[object, ...]]:
        forget()
        event_store.command("TRUNCATE TABLE hits")
        found = evaluate(event_store, stage, by.city_code)
        assert found is not None
        event_store.insert("hits", found)
        # How long a trial takes is the machine's affair.
        return {
            one.rule.pk: (one.hits, one.taken, *(sign for sign in one.signs if sign != Sign.SLOW))
            for one in rule_health(by)
        }

    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert signs() == {
            rule.pk: (2, 2),
            some.pk: (2, 0),
            lost.pk: (0, 0, "missing"),
            nowhere.pk: (0, 0, "missing"),
        }
        switch_off(by=by, rule=some, version=some.version)
        every = on(by, filter_text({"s": {"User|contains": "a"}, "condition": "not s"}, "any", name="every"))
        switch_off(by=by, rule=lost, version=lost.version)
        assert signs() == {
            rule.pk: (0, 4, "silenced"),
            every.pk: (4, 0, "silenced"),
            nowhere.pk: (0, 0, "missing"),
        }


@pytest.mark.django_db
def test_a_filter_is_tried_on_the_past_rule_by_rule(by: Principal, event_store: Store) -> None:
    rule = on(by, WHOAMI)
    other = on(by, named(rule_text({"selection": {"CommandLine": "dir"}}, number=2), "dirs"))
    event_store.insert(
        "events",
        table_of([{**one, "city": by.city_code, "payload": 1, "seq": at} for at, one in enumerate(EVENTS)]),
    )
    period = (NOON - timedelta(days=1), NOON + timedelta(days=1))
    whole = {"s": {"CommandLine": "dir"}, "a": {"User|startswith": "adm_"}, "condition": "not 1 of them"}
    found = try_on_history(by, filter_text(whole, ["who", "dirs"]), *period)
    assert (found.hits, len(found.samples)) == (6, 6)
    assert {one.rule.pk: (one.hits, one.taken) for one in found.narrowed} == {
        rule.pk: (4, 2),
        other.pk: (4, 4),
    }
    nobody = try_on_history(by, filter_text(whole, ["nobody"]), *period)
    assert (nobody.hits, nobody.narrowed) == (0, [])
    assert try_on_history(by, WHOAMI, *period).hits == 4
    on(by, filter_text(ADMINS, ["who"]))
    assert try_on_history(by, WHOAMI, *period).hits == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"filter": {"selection": {"User": "a"}, "condition": "not selection"}}, "6行目.*rules"),
        ({"filter": {"rules": 5, "selection": {"User": "a"}, "condition": "not selection"}}, "7行目.*rules"),
        ({"filter": {"rules": "any", "selection": {"User": "a"}, "condition": ["a", "b"]}}, "condition"),
        ({"filter": {"rules": "any", "selection": {"User": "a"}}}, "condition"),
        ({"filter": {"rules": "any", "condition": "not selection"}}, "detection"),
        ({"filter": "any"}, "filter"),
        ({"filter": {"rules": "any", "s": {"User|nosuch": "a"}, "condition": "not s"}}, "9行目.*nosuch"),
    ],
)
def test_a_filter_that_is_none_is_refused_with_its_line(
    by: Principal, said: dict[str, Any], kind: str
) -> None:
    text = yaml.safe_dump({"title": "x", "name": "x", "logsource": SOURCE, **said}, sort_keys=False)
    with pytest.raises(Invalid, match=kind):
        save_rule(by=by, text=text)


@pytest.mark.django_db
def test_a_condition_that_names_nothing_is_refused_when_it_is_switched_on(by: Principal) -> None:
    with pytest.raises(Invalid, match=r"condition|nothing"):
        on(by, filter_text({"selection": {"User": "a"}, "condition": "not nothing"}, ["who"]))


@pytest.mark.django_db
def test_a_tree_says_what_its_filters_reach(by: Principal, tmp_path: Path, event_store: Store) -> None:
    (tmp_path / "who.yml").write_text(WHOAMI, encoding="utf-8")
    (tmp_path / "dir.yml").write_text(rule_text({"selection": {"CommandLine": "dir"}}, number=2))
    texts = {
        "a_admins.yml": filter_text(ADMINS, ["who", "gone"]),
        "b_any.yml": filter_text(ADMINS, "any", name="every"),
        "c_lost.yml": filter_text(ADMINS, ["gone"], name="lost"),
        "d_bad.yml": filter_text(
            {"s": {"User|expand": "%no_such%"}, "condition": "not s"}, "any", name="bad"
        ),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = import_rules(by=by, folder=tmp_path, apply=True)
    assert [(one.file, one.rules, one.missing) for one in report.filters] == [
        ("a_admins.yml", 1, ("gone",)),
        ("b_any.yml", 2, ()),
        ("c_lost.yml", 0, ("gone",)),
    ]
    assert [(one.file, one.line, one.kind) for one in report.problems] == [("d_bad.yml", 9, "リストの誤り")]
    kinds = DetectionRule.objects.values_list("kind", "state").order_by("kind")
    assert sorted(kinds) == [("event", "off")] * 2 + [("filter", "off")] * 3
    (tmp_path / "who.yml").unlink()
    again = import_rules(by=by, folder=tmp_path)
    assert again.filters[0].rules == 1, "the city has the rule that the tree lacks"


@pytest.mark.django_db
def test_the_command_says_what_filters_reach(
    by: Principal, tmp_path: Path, event_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "who.yml").write_text(WHOAMI, encoding="utf-8")
    (tmp_path / "admins.yml").write_text(filter_text(ADMINS, ["who", "gone"]), encoding="utf-8")
    (tmp_path / "nowhere.yml").write_text(filter_text(ADMINS, "any", {"product": "macos"}, "nowhere"))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args(["import", str(tmp_path)])) == 0
    said = capsys.readouterr().out
    assert "フィルター「Filter admins」（admins.ymlの1行目）：対象のルール1件" in said
    assert "ないルール：gone" in said
    assert "対象のルールがありません" in said
    assert run(parser.parse_args(["try", str(tmp_path / "admins.yml")])) == 0
    said = capsys.readouterr().out
    assert "検知を残す条件" in said
    assert "対象のルール：who、gone" in said
