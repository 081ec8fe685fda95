"""Forms of conditions and of detections, log sources; rules and events at random, both evaluators of one mind."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.telemetry.detection import engine
from tenken.telemetry.store import Store
from tests.telemetry.detection.evaluating import evaluated, event, rule_text
from tests.telemetry.detection.plain import hits

A, B, C = {"user": "a"}, {"Computer": "b"}, {"command_line": "c"}
# Every combination of the three holding or not.
EVENTS = [
    event(user="a" * one, computer="b" * two, command_line="c" * three)
    for one in (0, 1)
    for two in (0, 1)
    for three in (0, 1)
]
NAMED = {"sel_a": A, "sel_b": B, "filter_c": C}
CONDITIONS = {
    "sel_a": {4, 5, 6, 7},
    "not sel_a": {0, 1, 2, 3},
    "sel_a and sel_b": {6, 7},
    "sel_a or sel_b": {2, 3, 4, 5, 6, 7},
    "sel_a and not filter_c": {4, 6},
    "sel_a or sel_b and filter_c": {3, 4, 5, 6, 7},
    "(sel_a or sel_b) and filter_c": {3, 5, 7},
    "not (sel_a or sel_b)": {0, 1},
    "not sel_a and not sel_b": {0, 1},
    "not (not sel_a)": {4, 5, 6, 7},
    "1 of sel_*": {2, 3, 4, 5, 6, 7},
    "any of sel_*": {2, 3, 4, 5, 6, 7},
    "all of sel_*": {6, 7},
    "1 of them": {1, 2, 3, 4, 5, 6, 7},
    "all of them": {7},
    "not 1 of them": {0},
    "not all of them": {0, 1, 2, 3, 4, 5, 6},
    "all of sel_* and not 1 of filter_*": {6},
    "1 of sel_a": {4, 5, 6, 7},
    "1 of *_a or 1 of *_c": {1, 3, 4, 5, 6, 7},
    "((sel_a)) and ((sel_b or (filter_c and sel_a)))": {5, 6, 7},
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_holds_for_what_it_says(condition: str, event_store: Store) -> None:
    text = rule_text({**NAMED, "condition": condition})
    found = {seq for _, seq in evaluated(event_store, [text], EVENTS)}
    assert found == CONDITIONS[condition] == {at for at, one in enumerate(EVENTS) if hits(text, one)}


@pytest.mark.parametrize(
    ("detection", "wanted"),
    [
        ({"selection": {**A, **B}}, {6, 7}),
        ({"selection": [A, B]}, {2, 3, 4, 5, 6, 7}),
        ({"selection": [{**A, **C}, B]}, {2, 3, 5, 6, 7}),
        ({"selection": [[A], [B, C]]}, {1, 2, 3, 4, 5, 6, 7}),
        ({"s1": A, "s2": C, "condition": ["s1", "s2"]}, {1, 3, 4, 5, 6, 7}),
        ({"selection": A, "_hidden": B, "condition": "all of them"}, {4, 5, 6, 7}),
        ({"selection-with-dash": A, "condition": "selection-with-dash"}, {4, 5, 6, 7}),
        ({"notable": A, "andy": B, "condition": "notable and andy"}, {6, 7}),
    ],
)
def test_a_detection_joins_maps_by_and_lists_by_or(
    detection: dict[str, Any], wanted: set[int], event_store: Store
) -> None:
    text = rule_text({"condition": "selection", **detection})
    assert {seq for _, seq in evaluated(event_store, [text], EVENTS)} == wanted
    assert {at for at, one in enumerate(EVENTS) if hits(text, one)} == wanted


SOURCES = [
    event(),
    event(log_category="registry_set"),
    event(log_product="linux"),
    event(log_product="", log_category="", log_service="", op="print", source="agent"),
    event(log_category="", log_service="security", op="logon", source="forwarder"),
]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ({"product": "windows", "category": "process_creation"}, {0}),
        ({"product": "windows"}, {0, 1, 4}),
        ({"category": "process_creation"}, {0, 2}),
        ({"product": "windows", "service": "security"}, {4}),
        ({"product": "windows", "category": "registry_event"}, {1}),
        ({"category": "process_creation", "service": "sysmon", "product": "linux"}, {2}),
        ({"product": "tenken"}, {0, 1, 2, 3, 4}),
        ({"product": "tenken", "category": "print"}, {3}),
        ({"product": "tenken", "service": "forwarder"}, {4}),
        ({"product": "macos"}, set()),
    ],
)
def test_a_rule_looks_at_its_log_source_only(
    source: dict[str, str], wanted: set[int], event_store: Store
) -> None:
    text = rule_text({"selection": {"ts|year": 2020}}, source)
    assert {seq for _, seq in evaluated(event_store, [text], SOURCES)} == wanted
    assert {at for at, one in enumerate(SOURCES) if hits(text, one)} == wanted


def test_fields_of_proxies_are_read_in_rules_on_proxies(event_store: Store) -> None:
    seen = event(
        log_product="",
        log_category="proxy",
        log_service="",
        url="http://X.example/a",
        rest={"c-uri": "other"},
    )
    asked = {"selection": {"c-uri|contains": "x.example"}}
    assert evaluated(event_store, [rule_text(asked, {"category": "proxy"})], [seen]) == {(0, 0)}
    assert evaluated(event_store, [rule_text(asked, {"product": "tenken"})], [seen]) == set()


def test_names_of_ocsf_are_columns(event_store: Store) -> None:
    text = rule_text(
        {"selection": {"actor.user.name": "yamada", "file.path|endswith": ".csv", "file.size|gt": 10}}
    )
    events = [event(user="Yamada", path="x.CSV", size=11), event(user="Yamada", path="x.CSV", size=10)]
    assert evaluated(event_store, [text], events) == {(0, 0)}


# --- at random

LETTERS = "abAB\\/*?%_-. \n髙ß"
WORDS = st.text(LETTERS, max_size=5)
FIELDS = ["Image", "CommandLine", "user", "section", "Custom", "mail_to", "attachments"]
LISTS = {"approved_hosts": ("a", "ab", "%"), "keywords": (), "own": ("A*", "b\\")}

EVENT = st.builds(
    lambda image, command, user, section, custom, to, pages: event(
        process=image, command_line=command, user=user, section=section, rest={"Custom": custom} if custom else {},
        mail_to=[one for one in to if one], pages=pages,
    ),
    WORDS, WORDS, WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3), st.integers(0, 3),
)  # fmt: skip

TEXT_MODIFIERS = st.sampled_from(
    ["", "|contains", "|startswith", "|endswith", "|contains|all", "|all", "|neq", "|cased", "|contains|cased",
     "|endswith|neq", "|startswith|cased|neq", "|windash", "|windash|contains"]
)  # fmt: skip


@st.composite
def text_item(draw: st.DrawFn) -> tuple[str, Any]:
    name = draw(st.sampled_from(FIELDS))
    values = draw(st.lists(st.one_of(WORDS, st.integers(0, 3)), min_size=1, max_size=6, unique=True))
    modifier = draw(TEXT_MODIFIERS)
    if modifier:
        values = [str(one) for one in values]
    return name + modifier, values


ITEM = st.one_of(
    text_item(),
    text_item(),
    st.tuples(st.sampled_from(FIELDS), st.none()),
    st.tuples(st.sampled_from([f"{one}|exists" for one in FIELDS]), st.booleans()),
    st.tuples(st.sampled_from(["pages", "pages|gt", "pages|lte", "Custom|gte"]), st.integers(0, 3)),
    st.tuples(
        st.sampled_from(["Image|re", "CommandLine|re|i", "mail_to|re", "Custom|re|s"]),
        st.sampled_from(["a", "^a+", "b$", "a.b", "[ab]+\\\\", "^$", "髙|ß"]),
    ),
    st.tuples(st.sampled_from(["Image|fieldref", "Custom|fieldref|contains", "mail_to|fieldref|startswith"]), st.sampled_from(["CommandLine", "user", "mail_to"])),
    st.tuples(
        st.sampled_from(["Image|expand", "Custom|contains|expand", "mail_to|startswith|expand", "user|neq|expand"]),
        st.sampled_from(["%approved_hosts%", "%keywords%", "%own%", "b%own%", "x"]),
    ),
)  # fmt: skip
DETECTION = st.one_of(
    st.lists(ITEM, min_size=1, max_size=3).map(dict),
    st.lists(st.lists(ITEM, min_size=1, max_size=2).map(dict), min_size=1, max_size=2),
    st.lists(WORDS.filter(lambda one: one.strip("*?") != ""), min_size=1, max_size=3),
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    condition = st.recursive(
        st.sampled_from(["s1", "s2", "f1", "1 of s*", "all of s*", "all of them", "1 of them"]),
        lambda inner: st.one_of(
            inner.map(lambda one: f"not {one}" if " of " in one or " " not in one else f"not ({one})"),
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda three: f"({three[0]}) {three[1]} ({three[2]})"),
        ),
        max_leaves=4,
    )  # fmt: skip
    return {"s1": draw(DETECTION), "s2": draw(DETECTION), "f1": draw(DETECTION), "condition": draw(condition)}


@settings(max_examples=40)
@given(
    detections=st.lists(rules(), min_size=1, max_size=16),
    events=st.lists(EVENT, min_size=1, max_size=25),
    needles=st.booleans(),
)
def test_both_evaluators_agree(
    detections: list[dict[str, Any]], events: list[dict[str, Any]], needles: bool, session_store: Store
) -> None:
    texts = [rule_text(one, number=at) for at, one in enumerate(detections)]
    wanted = {
        (rule, seq)
        for rule, text in enumerate(texts)
        for seq, one in enumerate(events)
        if hits(text, one, LISTS)
    }
    with mock.patch.object(engine, "_PREFILTER_FROM", 1 if needles else 1_000):
        assert evaluated(session_store, texts, events, LISTS) == wanted


def test_a_rule_on_every_event_of_one_condition(event_store: Store) -> None:
    text = rule_text({"selection": {"Computer": "b"}}, {"product": "tenken"})
    assert {seq for _, seq in evaluated(event_store, [text], EVENTS)} == {2, 3, 6, 7}
