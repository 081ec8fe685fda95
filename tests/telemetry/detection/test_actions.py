"""Files of several documents: global, reset and repeat give whole rules; a problem's line points into the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.organization.access import Principal
from tenken.telemetry.detection.actions import Whole, wholes_of
from tenken.telemetry.detection.compiling import compile_rule
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.operations import import_rules
from tenken.telemetry.detection.problems import RuleProblem, Unusable
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store
from tests.factories import Scenario
from tests.telemetry.detection.evaluating import evaluated, event
from tests.telemetry.detection.plain import hits, wholes

COLLECTION = """# Two sources, one detection.
action: global
title: Shadow copies deleted
id: 00000000-0000-4000-8000-00000000000a
level: high
detection:
  selection:
    CommandLine|contains|all: [delete, shadows]
  condition: selection
---
logsource: {product: windows, service: sysmon}
detection:
  selection:
    EventID: 1
---
logsource: {product: windows, service: security}
detection:
  selection:
    EventID: 4688
---
action: repeat
level: low
detection:
  selection:
    EventID: [4689]
---
action: reset
---
title: Alone
name: alone
logsource: {product: windows}
detection: {selection: {User: sato}, condition: selection}
"""
EVENTS = [
    event(log_service=service, event_code=code, command_line=line, user=user)
    for service, code in (("sysmon", "1"), ("security", "4688"), ("security", "4689"))
    for line, user in (("vssadmin delete shadows", ""), ("dir", "sato"))
]


def whole(text: str) -> list[Whole]:
    found = list(wholes_of(text))
    assert all(isinstance(one, Whole) for one in found)
    return [one for one in found if isinstance(one, Whole)]


def test_common_parts_come_into_every_rule_until_they_are_reset(session_store: Store) -> None:
    found = whole(COLLECTION)
    texts = [one.text for one in found]
    assert [one.line for one in found] == [11, 16, 21, 29]
    assert [yaml.safe_load(text) for text in texts[3:]] == [yaml.safe_load(wholes(COLLECTION)[3])]
    assert evaluated(session_store, texts, EVENTS) == {(0, 0), (1, 2), (2, 4), (3, 1), (3, 3), (3, 5)}
    for number, text in enumerate(wholes(COLLECTION)):
        expected = {at for at, one in enumerate(EVENTS) if hits(text, one)}
        assert expected == {at for rule, at in evaluated(session_store, texts, EVENTS) if rule == number}


def test_rules_that_share_an_id_have_one_each_and_the_same_every_time() -> None:
    codes = [read_rule(one.text).code for one in whole(COLLECTION)]
    assert codes[0] == "00000000-0000-4000-8000-00000000000a"
    assert codes[3] == "alone"
    assert len(set(codes)) == 4
    assert codes == [read_rule(one.text).code for one in whole(COLLECTION)]
    own = COLLECTION.replace(
        "logsource: {product: windows, service: security}",
        "id: 00000000-0000-4000-8000-00000000000b\nlogsource: {product: windows, service: security}",
    )
    assert read_rule(whole(own)[1].text).code.endswith("b")


def test_common_parts_gather_and_the_later_prevails() -> None:
    text = (
        "action: global\nlevel: low\ntitle: First\ndetection: {condition: a or b, a: {User: x}}\n---\n"
        "action: global\nlevel: high\nlogsource: {product: windows}\n---\n"
        "name: one\nlevel: medium\ndetection: {b: {User: y}}\n"
    )
    (found,) = whole(text)
    data = yaml.safe_load(found.text)
    assert data == yaml.safe_load(wholes(text)[0])
    assert (data["level"], data["title"], data["detection"]["a"], data["detection"]["b"]) == (
        "high",
        "First",
        {"User": "x"},
        {"User": "y"},
    )


def test_correlations_and_filters_take_no_part() -> None:
    others = (
        "title: Burst\nname: burst\ncorrelation:\n  type: event_count\n  rules: [alone]\n  timespan: 5m\n"
        "  condition: {gte: 2}\n",
        "title: Narrow\nname: narrow\nlogsource: {product: windows}\n"
        "filter: {rules: [alone], s: {User: x}, condition: not s}\n",
    )
    text = "action: global\nlevel: high\nlogsource: {product: linux}\n---\n" + "---\n".join(others)
    assert [one.text for one in whole(text)] == list(others)


def test_a_file_without_actions_is_left_as_it_is() -> None:
    text = "# A rule that speaks of an action: global.\ntitle: a\ndescription: |\n  action: global\n---\ntitle: b\n"
    assert [(one.line, one.text) for one in whole(text)] == [
        (1, text.split("---\n", maxsplit=1)[0]),
        (6, "title: b\n"),
    ]
    assert [one.line for one in whole("# A licence.\n---\ntitle: a\n")] == [3]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        # In the common part: told for each rule that has it.
        ("CommandLine|contains|all", "CommandLine|nosuch", [8, 8, 8]),
        ("condition: selection\n---", "condition: selectoin\n---", [9, 9, 9]),
        # In a rule's own part.
        ("    EventID: 1\n", "    EventID|re: '('\n", [14]),
        ("service: sysmon}", "service: 5}", [11]),
        ("{User: sato}", "{'User|nosuch': sato}", [32]),
        # What a rule says of its own, repeated: where it stands.
        ("    EventID: 4688", "    EventID|nosuch: 4688", [19, 19]),
        # What is nowhere: where the rule begins.
        ("title: Shadow copies deleted\n", "", [10, 15, 20]),
    ],
)
def test_a_problem_points_into_the_file(old: str, new: str, lines: list[int]) -> None:
    assert old in COLLECTION
    found = []
    for one in whole(COLLECTION.replace(old, new, 1)):
        try:
            compile_rule(read_rule(one.text).rule, {})
        except Unusable as error:
            found.append(one.problem(error, "x.yml").line)
    assert found == lines


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("title: a\naction: globe\n", 2, "global・reset・repeat"),
        ("# x\naction: repeat\nlevel: low\n", 2, "前にルールがありません"),
        ("title: a\nname: a\n---\n'action': [global]\n", 4, "global・reset・repeat"),
        ("{action: reset}\n---\n{action: repeat}\n", 3, "前にルールがありません"),
    ],
)
def test_an_action_that_is_none_is_told_with_its_line(text: str, line: int, said: str) -> None:
    (problem,) = [one for one in wholes_of(text, "x.yml") if isinstance(one, RuleProblem)]
    assert (problem.file, problem.line, problem.kind) == ("x.yml", line, "古い書き方")
    assert said in problem.reason


def test_what_is_no_yaml_is_told_alone_and_the_others_go_on() -> None:
    found = whole(COLLECTION + "---\ntitle: [\n")
    with pytest.raises(Unusable):
        read_rule(found[-1].text)
    assert [one.line for one in found] == [11, 16, 21, 29, 34]


_MORE = st.fixed_dictionaries(
    {},
    optional={
        "level": st.sampled_from(["low", "high"]),
        "tags": st.lists(st.sampled_from(["a.b", "c.d"]), max_size=2),
        "detection": st.dictionaries(
            st.sampled_from(["a", "b"]),
            st.dictionaries(st.sampled_from(["User", "Image"]), st.sampled_from(["x", ["y"]]), min_size=1),
            min_size=1,
        ),
    },
)
_DOCUMENT = st.tuples(st.sampled_from([None, None, "global", "reset", "repeat"]), _MORE)


@settings(max_examples=200, deadline=None)
@given(st.lists(_DOCUMENT, max_size=6))
def test_both_readings_of_a_collection_agree(documents: list[tuple[str | None, dict[str, Any]]]) -> None:
    first = {"title": "First", "logsource": {"product": "windows"}}
    said = [(None, first), *documents]
    text = "---\n".join(
        yaml.safe_dump({**data, **({"action": action} if action else {"x": at})})
        for at, (action, data) in enumerate(said)
    )
    ours = [yaml.safe_load(one.text) for one in whole(text)]
    for one in ours:
        if len(ours) > 1:
            one.pop("id", None)
    assert ours == [yaml.safe_load(one) for one in wholes(text)]


@pytest.mark.django_db
def test_a_tree_with_a_collection_is_taken_in(scenario: Scenario, tmp_path: Path, event_store: Store) -> None:
    by: Principal = scenario.by("secretariat")
    (tmp_path / "shadows.yml").write_text(COLLECTION, encoding="utf-8")
    report = import_rules(by=by, folder=tmp_path, apply=True)
    assert (report.documents, len(report.usable), report.problems) == (4, 4, [])
    assert sorted(DetectionRule.objects.values_list("level", "service")) == [
        ("high", "security"),
        ("high", "sysmon"),
        ("low", "security"),
        ("medium", ""),
    ]
    again = import_rules(by=by, folder=tmp_path, apply=True).taken
    assert again is not None
    assert len(again.unchanged) == 4


def test_what_has_neither_id_nor_name_is_known_by_its_title_and_source() -> None:
    text = "title: T\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: a}\n"
    code = read_rule(text).code
    assert code == read_rule(text.replace("b: c", "b: d")).code
    assert code != read_rule(text.replace("T", "U")).code != read_rule(text.replace("windows", "linux")).code


COUNTING = """title: Many failed logons
id: 00000000-0000-4000-8000-00000000000c
level: high
logsource: {product: windows, service: security}
detection:
  selection: {EventID: 4625, 'Image|contains': logon}
  timeframe: 10m
  condition: selection | %s
"""


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("count() > 5", {"type": "event_count", "condition": {"gt": 5}}),
        ("count() by user >= 5", {"type": "event_count", "condition": {"gte": 5}, "group-by": ["user"]}),
        ("count(user) by src_ip,host < 3", {"type": "value_count", "condition": {"lt": 3, "field": "user"}, "group-by": ["src_ip", "host"]}),
        ("sum(bytes.out)  by user == 9", {"type": "value_sum", "condition": {"eq": 9, "field": "bytes.out"}, "group-by": ["user"]}),
        ("avg( pages ) <= 9", {"type": "value_avg", "condition": {"lte": 9, "field": "pages"}}),
    ],
)  # fmt: skip
def test_a_condition_that_counts_becomes_a_rule_and_a_correlation(said: str, wanted: dict[str, Any]) -> None:
    base, correlation = whole(COUNTING % said)
    rule, counting = yaml.safe_load(base.text), yaml.safe_load(correlation.text)
    assert rule["detection"]["condition"] == "selection"
    assert "timeframe" not in rule["detection"]
    assert counting["correlation"] == {"rules": [rule["id"]], "timespan": "10m", **wanted}
    assert (counting["id"][-1], counting["level"], rule["level"]) == ("c", "high", "informational")
    assert [one.text for one in whole(COUNTING % said)] == [base.text, correlation.text]
    assert read_rule(correlation.text).references == (read_rule(base.text).code,)


@pytest.mark.parametrize(
    "text",
    [
        COUNTING.replace("  timeframe: 10m\n", "") % "count() > 5",
        COUNTING % "max(pages) by user > 5",
        COUNTING % "near other",
        COUNTING % "sum() > 5",
        COUNTING % "count() > 5 | count() > 6",
    ],
)
def test_what_no_correlation_counts_is_refused_with_its_line(text: str) -> None:
    (found,) = whole(text)
    with pytest.raises(Unusable) as refused:
        compile_rule(read_rule(found.text).rule, {})
    problem = found.problem(refused.value, "x.yml")
    assert (problem.kind, problem.line) == ("古い書き方", text.splitlines().index(text.splitlines()[-1]) + 1)


@pytest.mark.django_db
def test_a_tree_with_a_condition_that_counts_is_taken_in(
    scenario: Scenario, tmp_path: Path, event_store: Store
) -> None:
    (tmp_path / "a.yml").write_text(COUNTING % "count() by user > 5", encoding="utf-8")
    (tmp_path / "b.yml").write_text(
        (COUNTING % "count() by user > 5").replace("00c", "00d").replace("10m", "10x"), encoding="utf-8"
    )
    report = import_rules(by=scenario.by("secretariat"), folder=tmp_path, apply=True)
    assert sorted(DetectionRule.objects.values_list("kind", flat=True)) == ["correlation", "event", "event"]
    assert [(one.file, one.line, one.kind) for one in report.problems] == [("b.yml", 8, "相関の誤り")]
