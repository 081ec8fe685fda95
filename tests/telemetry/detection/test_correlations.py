"""Correlations: each type by hand, late events, and at random against a plain evaluator over the list of hits."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.telemetry.detection import engine
from tenken.telemetry.detection.correlating import Query, correlation_of
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.hits import hits_schema
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.ruleset import RuleSet
from tenken.telemetry.store import Store
from tests.telemetry.detection.evaluating import CITY, NOON

RULE_A, RULE_B, RULE_C, MINE = 1, 2, 3, 9
NUMBERS = {"rule_a": RULE_A, "rule_b": RULE_B, "rule_c": RULE_C}
Hit = tuple[int, int, dict[str, str]]  # second, rule, fields


def text_of(correlation: Mapping[str, Any]) -> str:
    return yaml.safe_dump(
        {
            "title": "Correlation",
            "id": "00000000-0000-4000-8000-000000000009",
            "correlation": dict(correlation),
        }
    )


def query_of(
    correlation: Mapping[str, Any], number: int = MINE, numbers: Mapping[str, int] = NUMBERS
) -> Query:
    document = read_rule(text_of(correlation))
    read = correlation_of(document.rule, document.data)
    return Query(number, read, {one: numbers[one] for one in read.references})


def table_of_hits(hits: Sequence[tuple[int, Hit]]) -> pa.Table:
    """Return hits as rows of the store; the number before each is its ``seq``."""
    rows = [
        {"city": CITY, "rule": rule, "ts": NOON + timedelta(seconds=second), "received": NOON, "payload": 1, "seq": seq,
         "section": "", "person": "", "user": "", "device": "", "computer": "", "fields": list(fields.items())}
        for seq, (second, rule, fields) in hits
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=hits_schema())


def correlated(
    store: Store, queries: Sequence[Query], batches: Sequence[Sequence[tuple[int, Hit]]]
) -> set[tuple[int, int]]:
    """Give the hits batch by batch; return (rule, seq) of every hit of a correlation."""
    store.command("TRUNCATE TABLE hits")
    found: set[tuple[int, int]] = set()
    with mock.patch.object(engine, "rules_of", return_value=RuleSet(correlations=tuple(queries))):
        for batch in batches:
            table = table_of_hits(batch)
            store.insert("hits", table)
            new = engine.correlate(store, CITY, table)
            if new is not None:
                assert new.schema == hits_schema()
                found |= {(row["rule"], row["seq"]) for row in new.select(["rule", "seq"]).to_pylist()}
    return found


# --- in plain Python

SIGNS = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}


def plain(correlation: Mapping[str, Any], hits: Sequence[tuple[int, Hit]]) -> set[int]:
    """Return the ``seq`` of the hits at which the correlation hits: its definition, word for word."""
    span = int(correlation["timespan"][:-1]) * {"s": 1, "m": 60, "h": 3600}[correlation["timespan"][-1]]
    groups: dict[tuple[str, ...], list[tuple[int, int, int, dict[str, str]]]] = {}
    names = [one for one in NUMBERS if one in str(correlation.get("rules", correlation.get("condition")))]
    for seq, (second, rule, fields) in hits:
        reference = next((name for name, number in NUMBERS.items() if number == rule and name in names), None)
        if reference is None:
            continue
        key = tuple(
            value(correlation, name, reference, fields).casefold() for name in correlation.get("group-by", [])
        )
        if "" not in key:
            groups.setdefault(key, []).append(
                (
                    second,
                    seq,
                    rule,
                    {name: value(correlation, name, reference, fields) for name in fields_asked(correlation)},
                )
            )
    found = set()
    for rows in groups.values():
        rows.sort(key=lambda row: row[:3])
        before: tuple[int, bool] | None = None
        for row in rows:
            window = [one for one in rows if row[0] - span <= one[0] <= row[0]]
            holds = decided(correlation, window, row)
            if holds and not (before and before[1] and before[0] >= row[0] - span):
                found.add(row[1])
            before = (row[0], holds)
    return found


def fields_asked(correlation: Mapping[str, Any]) -> list[str]:
    condition = correlation.get("condition")
    named = condition.get("field", []) if isinstance(condition, dict) else []
    return [named] if isinstance(named, str) else named


def value(correlation: Mapping[str, Any], name: str, reference: str, fields: Mapping[str, str]) -> str:
    return fields.get(correlation.get("aliases", {}).get(name, {}).get(reference, name), "")


def decided(correlation: Mapping[str, Any], window: Sequence[Any], row: Any) -> bool:
    kind, condition = correlation["type"], correlation.get("condition")
    rules = {one[2] for one in window}
    if kind == "temporal_ordered":
        wanted = [NUMBERS[one] for one in correlation["rules"]]
        return any(path[-1] is row for path in in_order(window, wanted))
    if isinstance(condition, str):
        return bool(eval(condition, {}, {name: number in rules for name, number in NUMBERS.items()}))
    if kind == "temporal":
        measure: float = len(rules)
        condition = condition or {"gte": len(correlation["rules"])}
    elif kind == "event_count":
        measure = len({one[1] for one in window})
    elif kind == "value_count":
        values = {tuple(one[3][name].casefold() for name in fields_asked(correlation)) for one in window}
        measure = len({one for one in values if "" not in one})
    else:
        numbers = [float(text) for one in window for text in one[3].values() if text.lstrip("-").isdigit()]
        if not numbers and kind != "value_sum":
            return condition == {"neq": condition.get("neq"), "field": condition["field"]}
        measure = {
            "value_sum": lambda: sum(numbers),
            "value_avg": lambda: statistics.fmean(numbers),
            "value_median": lambda: statistics.median(numbers),
            "value_percentile": lambda: percentile(numbers, condition.get("percentile", 50)),
        }[kind]()
    return all(SIGNS[sign](measure, wanted) for sign, wanted in condition.items() if sign in SIGNS)


def percentile(numbers: Sequence[float], level: float) -> float:
    ordered = sorted(numbers)
    place = level / 100 * (len(ordered) - 1)
    low = int(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


def in_order(window: Sequence[Any], wanted: Sequence[int]) -> Iterator[list[Any]]:
    for row in window:
        if row[2] == wanted[0]:
            if len(wanted) == 1:
                yield [row]
            for rest in (
                in_order([one for one in window if one[0] > row[0]], wanted[1:]) if wanted[1:] else ()
            ):
                yield [row, *rest]


# --- by hand


def numbered(*hits: Hit) -> list[tuple[int, Hit]]:
    return list(enumerate(hits))


def by(user: str, second: int, rule: int = RULE_A, **fields: str) -> Hit:
    return second, rule, {"user": user, **fields}


BASE = {"rules": ["rule_a"], "group-by": ["user"], "timespan": "1m"}
CASES: dict[str, tuple[dict[str, Any], list[tuple[int, Hit]], set[int]]] = {
    "event_count": (
        {**BASE, "type": "event_count", "condition": {"gte": 3}},
        numbered(by("x", 0), by("y", 5), by("X", 30), by("x", 60), by("x", 61), by("x", 200)),
        {3},
    ),
    "event_count again after a pause": (
        {**BASE, "type": "event_count", "condition": {"gt": 1}},
        numbered(by("x", 0), by("x", 1), by("x", 2), by("x", 200), by("x", 201)),
        {1, 4},
    ),
    "event_count in a range": (
        {**BASE, "type": "event_count", "condition": {"gt": 1, "lte": 2}},
        numbered(by("x", 0), by("x", 1), by("x", 2), by("x", 62)),
        {1, 3},
    ),
    "event_count of nobody's group": (
        {**BASE, "type": "event_count", "condition": {"gte": 2}},
        numbered(by("", 0), by("", 1), (2, RULE_A, {})),
        set(),
    ),
    "event_count of the whole city": (
        {"type": "event_count", "rules": ["rule_a"], "timespan": "1m", "condition": {"gte": 2}},
        numbered(by("x", 0), by("y", 1), (300, RULE_A, {})),
        {1},
    ),
    "event_count counts an event once": (
        {**BASE, "type": "event_count", "rules": ["rule_a", "rule_b"], "condition": {"gte": 2}},
        [(0, by("x", 0)), (0, by("x", 0, RULE_B)), (1, by("x", 5, RULE_B))],
        {1},
    ),
    "event_count eq": ({**BASE, "type": "event_count", "condition": {"eq": 2}}, numbered(by("x", 0), by("x", 1), by("x", 2)), {1}),
    "event_count lt": ({**BASE, "type": "event_count", "condition": {"lt": 2}}, numbered(by("x", 0), by("x", 1), by("x", 62)), {0, 2}),
    "event_count neq": ({**BASE, "type": "event_count", "condition": {"neq": 1}}, numbered(by("x", 0), by("x", 1)), {1}),
    "value_count": (
        {**BASE, "type": "value_count", "condition": {"field": "device", "gte": 3}},
        numbered(by("x", 0, device="d1"), by("x", 1, device="D1"), by("x", 2, device=""), by("x", 3, device="d2"), by("x", 4, device="d3")),
        {4},
    ),
    "value_count of pairs": (
        {**BASE, "type": "value_count", "condition": {"field": ["device", "host"], "gte": 2}},
        numbered(by("x", 0, device="d", host="h"), by("x", 1, device="d", host="h"), by("x", 2, device="d", host="")
                 , by("x", 3, device="d", host="i")),
        {3},
    ),
    "value_sum": (
        {**BASE, "type": "value_sum", "condition": {"field": "bytes", "gt": 100}},
        numbered(by("x", 0, bytes="60"), by("x", 1, bytes="none"), by("x", 2, bytes="40"), by("x", 3, bytes="1")),
        {3},
    ),
    "value_avg": (
        {**BASE, "type": "value_avg", "condition": {"field": "bytes", "gte": 20}},
        numbered(by("x", 0, bytes="10"), by("x", 1, bytes="none"), by("x", 2, bytes="30")),
        {2},
    ),
    "value_median": (
        {**BASE, "type": "value_median", "condition": {"field": "bytes", "gte": 20}},
        numbered(by("x", 0, bytes="1"), by("x", 1, bytes="20"), by("x", 2, bytes="1000")),
        {2},
    ),
    "value_percentile": (
        {**BASE, "type": "value_percentile", "condition": {"field": "bytes", "gt": 95, "percentile": 90}},
        numbered(by("x", 0, bytes="0"), by("x", 1, bytes="100"), by("x", 2, bytes="100")),
        {2},
    ),
    "temporal": (
        {**BASE, "type": "temporal", "rules": ["rule_a", "rule_b", "rule_c"]},
        numbered(by("x", 0, RULE_C), by("x", 10, RULE_A), by("y", 20, RULE_B), by("x", 60, RULE_B), by("x", 61)),
        {3},
    ),
    "temporal of two in three": (
        {**BASE, "type": "temporal", "rules": ["rule_a", "rule_b", "rule_c"], "condition": {"gte": 2}},
        numbered(by("x", 0, RULE_C), by("x", 10, RULE_C), by("x", 20, RULE_B)),
        {2},
    ),
    "temporal by an expression": (
        {"type": "temporal", "group-by": ["user"], "timespan": "1m", "condition": "rule_a and (rule_b or rule_c)"},
        numbered(by("x", 0, RULE_B), by("x", 5, RULE_C), by("x", 10), by("y", 0)),
        {2},
    ),
    "temporal without": (
        {"type": "temporal", "group-by": ["user"], "timespan": "1m", "condition": "rule_a and not rule_b"},
        numbered(by("x", 0, RULE_B), by("x", 5), by("x", 61), by("y", 0)),
        {2, 3},
    ),
    "temporal_ordered": (
        {**BASE, "type": "temporal_ordered", "rules": ["rule_a", "rule_b", "rule_c"]},
        numbered(by("x", 0), by("x", 5, RULE_C), by("x", 10, RULE_B), by("x", 60, RULE_C), by("y", 0, RULE_C), by("y", 1, RULE_B), by("y", 2)),
        {3},
    ),
    "temporal_ordered is strictly later": (
        {**BASE, "type": "temporal_ordered", "rules": ["rule_a", "rule_b"]},
        numbered(by("x", 0), by("x", 0, RULE_B), by("y", 0), by("y", 1, RULE_B)),
        {3},
    ),
    "temporal_ordered within the span": (
        {**BASE, "type": "temporal_ordered", "rules": ["rule_a", "rule_b"]},
        numbered(by("x", 0), by("x", 61, RULE_B), by("x", 62), by("x", 63, RULE_B)),
        {3},
    ),
    "temporal_ordered of a rule twice": (
        {**BASE, "type": "temporal_ordered", "rules": ["rule_a", "rule_a", "rule_b"]},
        numbered(by("x", 0), by("x", 1, RULE_B), by("x", 2), by("x", 3, RULE_B)),
        {3},
    ),
    "aliases": (
        {"type": "temporal", "rules": ["rule_a", "rule_b"], "group-by": ["who"], "timespan": "1m",
         "aliases": {"who": {"rule_a": "SubjectUserName", "rule_b": "TargetUserName"}}},
        numbered((0, RULE_A, {"SubjectUserName": "x", "TargetUserName": "y"}), (1, RULE_B, {"SubjectUserName": "x", "TargetUserName": "y"}),
                 (2, RULE_B, {"TargetUserName": "X"})),
        {2},
    ),
    "grouped by two fields": (
        {**BASE, "type": "event_count", "group-by": ["user", "device"], "condition": {"gte": 2}},
        numbered(by("x", 0, device="1"), by("x", 1, device="2"), by("x", 2, device="1")),
        {2},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("correlation", "hits", "wanted"), CASES.values(), ids=CASES.keys())
def test_a_correlation_hits_where_it_must(
    correlation: dict[str, Any], hits: list[tuple[int, Hit]], wanted: set[int], event_store: Store
) -> None:
    assert correlated(event_store, [query_of(correlation)], [hits]) == {(MINE, seq) for seq in wanted}
    assert plain(correlation, hits) == wanted
    one_by_one = [[hit] for hit in hits]
    assert {(MINE, seq) for seq in wanted} <= correlated(event_store, [query_of(correlation)], one_by_one)


def test_a_late_event_counts_at_its_own_time(event_store: Store) -> None:
    correlation = {**BASE, "type": "event_count", "condition": {"gte": 3}}
    late = [[(0, by("x", 0)), (1, by("x", 50))], [(2, by("x", 500))], [(3, by("x", 20))]]
    assert correlated(event_store, [query_of(correlation)], late) == {(MINE, 1)}


def test_the_same_hits_again_give_the_same_rows(event_store: Store) -> None:
    correlation = {**BASE, "type": "event_count", "condition": {"gte": 2}}
    batch = numbered(by("x", 0), by("x", 1))
    assert correlated(event_store, [query_of(correlation)], [batch, batch]) == {(MINE, 1)}
    assert event_store.query(
        "SELECT count() AS n FROM hits FINAL WHERE city = {city:String} AND ts >= {since:DateTime64(3)} "
        "AND ts < {until:DateTime64(3)}",
        city=CITY, since=NOON, until=NOON + timedelta(days=1),
    ).to_pylist() == [{"n": 2}]  # fmt: skip


def test_a_hit_says_whose_group_it_is_and_how_many(event_store: Store) -> None:
    query = query_of({**BASE, "type": "event_count", "condition": {"gte": 2}})
    table = table_of_hits(numbered(by("Yamada", 0), by("Yamada", 1)))
    event_store.insert("hits", table)
    with mock.patch.object(engine, "rules_of", return_value=RuleSet(correlations=(query,))):
        found = engine.correlate(event_store, CITY, table)
    assert found is not None
    (row,) = found.to_pylist()
    assert (row["rule"], row["ts"], dict(row["fields"])) == (
        MINE,
        NOON + timedelta(seconds=1),
        {"user": "Yamada", "count": "2"},
    )


def test_a_correlation_counts_correlations(event_store: Store) -> None:
    bursts = query_of({**BASE, "type": "event_count", "condition": {"gte": 2}}, number=7)
    bodies = query_of(
        {"type": "value_count", "rules": ["bursts"], "timespan": "1h", "condition": {"field": "user", "gte": 2}},
        number=8, numbers={"bursts": 7},
    )  # fmt: skip
    hits = numbered(by("x", 0), by("x", 1), by("y", 100), by("y", 101))
    assert correlated(event_store, [bursts, bodies], [hits]) == {(7, 1), (7, 3), (8, 3)}


@pytest.mark.parametrize(
    ("correlation", "said"),
    [
        ({**BASE, "type": "event_count"}, "condition"),
        ({**BASE, "type": "value_count", "condition": {"gte": 2}}, "field"),
        ({**BASE, "type": "no_such"}, "type"),
        ({**BASE, "type": "event_count", "timespan": "soon", "condition": {"gte": 2}}, "timespan"),
        ({**BASE, "type": "event_count", "timespan": "2y", "condition": {"gte": 2}}, "1年"),
        ({**BASE, "type": "temporal_ordered", "rules": ["rule_a", "rule_b"], "condition": {"gte": 1}}, "temporal_ordered"),
        ({"type": "temporal_ordered", "timespan": "1m", "condition": "rule_a or rule_b"}, "and"),
        ({**BASE, "type": "value_percentile", "condition": {"gte": 2, "field": "x", "percentile": 101}}, "percentile"),
        ({**BASE, "type": "value_sum", "condition": {"gte": 2, "field": ["x", "y"]}}, "field"),
        ({**BASE, "type": "event_count", "condition": {"gte": 2, "between": 3}}, "correlation"),
        ({**BASE, "type": "event_count", "condition": {"gte": 2, "lt": "many"}}, "many"),
        ("not a mapping", "correlation"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused(correlation: Any, said: str) -> None:
    text = yaml.safe_dump({"title": "x", "name": "x", "correlation": correlation})
    with pytest.raises(Unusable, match=said):
        correlation_of((document := read_rule(text)).rule, document.data)


# --- at random

NAMES = st.sampled_from(["rule_a", "rule_b", "rule_c"])
SIGN = st.dictionaries(st.sampled_from(sorted(SIGNS)), st.integers(0, 4), min_size=1, max_size=2)


@st.composite
def correlations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            ["event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "expression"]
        )
    )
    said: dict[str, Any] = {
        "type": kind,
        "timespan": f"{draw(st.integers(1, 8))}s",
        "group-by": draw(st.sampled_from([["user"], ["user", "device"]])),
    }
    rules = draw(st.lists(NAMES, min_size=1, max_size=3, unique=kind != "temporal_ordered"))
    if kind == "expression":
        text = draw(
            st.sampled_from(
                [
                    "rule_a and rule_b",
                    "rule_a or rule_b",
                    "rule_a and not rule_b",
                    "not (rule_a or rule_c) and rule_b",
                ]
            )
        )
        return {**said, "type": "temporal", "condition": text}
    said["rules"] = rules
    if kind in ("event_count", "temporal"):
        said["condition"] = draw(SIGN)
    if kind in ("value_count", "value_sum"):
        said["condition"] = {**draw(SIGN), "field": "value"}
    return said  # fmt: skip


HIT = st.tuples(
    st.integers(0, 20),
    st.sampled_from([RULE_A, RULE_B, RULE_C]),
    st.fixed_dictionaries(
        {"user": st.sampled_from(["x", "X", "y", ""]), "device": st.sampled_from(["1", "2"]), "value": st.sampled_from(["", "1", "2", "a", "A"])}
    ),
)  # fmt: skip


@settings(max_examples=80)
@given(correlation=correlations(), hits=st.lists(HIT, max_size=25))
def test_both_agree(correlation: dict[str, Any], hits: list[Hit], session_store: Store) -> None:
    given_hits = numbered(*hits)
    wanted = {(MINE, seq) for seq in plain(correlation, given_hits)}
    assert correlated(session_store, [query_of(correlation)], [given_hits]) == wanted
    in_time = sorted(given_hits, key=lambda hit: (hit[1][0], hit[0]))
    batches = [in_time[at : at + 6] for at in range(0, len(in_time), 6)]
    assert wanted <= correlated(session_store, [query_of(correlation)], batches)
