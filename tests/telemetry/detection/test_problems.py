"""What cannot be used is said in Japanese, with its line."""

from __future__ import annotations

import pytest

from tenken.telemetry.detection.actions import Part, parts_of
from tenken.telemetry.detection.compiling import compile_rule
from tenken.telemetry.detection.documents import problem_of, read_rule
from tenken.telemetry.detection.problems import RuleProblem, Unusable

RULE = """title: A rule
id: 00000000-0000-4000-8000-000000000001
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image: x
        {item}
    condition: {condition}
"""


def problem(text: str) -> RuleProblem:
    with pytest.raises(Unusable) as refused:
        compile_rule(read_rule(text).rule, {"blank": ("a", " ")})
    return problem_of(refused.value, text, "rule.yml")


@pytest.mark.parametrize(
    ("item", "condition", "line", "kind"),
    [
        ("CommandLine|nosuch: x", "selection", 9, "知らない修飾子"),
        ("CommandLine|re: '(?<=a)b'", "selection", 9, "使えない正規表現"),
        ("CommandLine|re: '(a)\\1'", "selection", 9, "使えない正規表現"),
        ("CommandLine|re: '['", "selection", 9, "使えない正規表現"),
        ("address|cidr: 10.0.0.1/8", "selection", 9, "アドレスの範囲の誤り"),
        ("pages|gt: many", "selection", 9, "修飾子の使い方の誤り"),
        ("CommandLine|base64: 'a*'", "selection", 9, "修飾子の使い方の誤り"),
        ("CommandLine|wide: é", "selection", 9, "修飾子の使い方の誤り"),
        ("CommandLine|windash|contains: ' -a -b -c -d'", "selection", 9, "修飾子の使い方の誤り"),
        ("host|expand: '%no_such%'", "selection", 9, "リストの誤り"),
        ("host|startswith|expand: '%blank%'", "selection", 9, "リストの誤り"),
        ("Image: y", "selection", 9, "YAMLの誤り"),
        ("User: a", "selectoin", 10, "条件の誤り"),
        ("User: a", "1 of filter_*", 10, "条件の誤り"),
        ("User: a", "selection | count() > 5", 10, "古い書き方"),
        ("User: a", "selection and (", 10, "条件の誤り"),
        ("User: [a", "selection", 10, "YAMLの誤り"),
    ],
)
def test_the_line_and_the_reason_are_told(item: str, condition: str, line: int, kind: str) -> None:
    found = problem(RULE.format(item=item, condition=condition))
    assert (found.line, found.kind) == (line, kind)
    assert found.file == "rule.yml"
    assert any("\u3040" <= char <= "\u30ff" for char in found.reason), "in Japanese"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("- a\n- b\n", "YAMLの誤り"),
        ("just words", "YAMLの誤り"),
        ("title: x\nid: 00000000-0000-4000-8000-000000000001\n", "logsourceの誤り"),
        ("title: x\nname: x\nlogsource: {product: windows}\n", "detectionの誤り"),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {condition: a}\n", "detectionの誤り"),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {b: c}}\n", "条件の誤り"),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {}, condition: a}\n", "detectionの誤り"),
        ("title: x\nname: x\nlogsource: {}\ndetection: {a: {b: c}, condition: a}\n", "logsourceの誤り"),
        ("title: x\nname: x\nlogsource: {product: tenken, category: no_such}\ndetection: {a: {b: c}, condition: a}\n", "logsourceの誤り"),
        ("title: x\nname: x\nfilter: {rules: [a]}\n", "logsourceの誤り"),
        ("title: x\naction: global\n", "古い書き方"),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: [null], condition: a}\n", "detectionの誤り"),
        ("a: &a [1]\n" + "".join(f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)}, *{chr(97 + at)}, *{chr(97 + at)}]\n" for at in range(20)), "YAMLの誤り"),
        ("a: " + "[" * 5_000, "YAMLの誤り"),
        ("title: x\nname: x\nlogsource: 5\ndetection: 7\n", "logsourceの誤り"),
        ("title: x\nname: x\nlogsource: {product: 3}\ndetection: {a: {b: c}, condition: a}\n", "logsourceの誤り"),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {b: {c: d}}, condition: a}\n", None),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {b: 2020-01-01}, condition: a}\n", None),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: 5}\n", None),
        ("title: x\nname: x\nlogsource: {product: windows}\ndetection: {a: {b: c}, condition: " + "not (" * 900 + "a" + ")" * 900 + "}\n", None),
        ("x" * 200_001, "大きすぎるファイル"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text: str, kind: str | None) -> None:
    found = problem(text)
    assert found.line >= 1
    assert kind in (None, found.kind)


def test_a_file_of_several_rules_is_read_rule_by_rule() -> None:
    text = "# head\n---\ntitle: a\n---\ntitle: b\nx: 1\n---\n"
    assert list(parts_of(text)) == [Part(1, "# head\n"), Part(3, "title: a\n"), Part(5, "title: b\nx: 1\n")]


@pytest.mark.parametrize(
    "said",
    [
        "id: not-a-uuid\n",
        "tags: [Attack.T1059, noname]\nstatus: testing\n",
        "date: yesterday\nmodified: 5\nauthor: [a, b]\nreferences: none\n",
        "related: [{id: x, type: obsoletes}]\nfalsepositives: 3\nscope: x\nlicense: [y]\ntaxonomy: 1\nfields: a\n",
        "description: 5\n",
    ],
)
def test_what_a_rule_says_about_itself_does_not_make_it_unusable(said: str) -> None:
    text = f"title: x\nlogsource: {{product: windows}}\n{said}detection: {{a: {{b: c}}, condition: a}}\n"
    document = read_rule(text)
    assert compile_rule(document.rule, {}).condition
    assert document.code == "not-a-uuid" or "id:" not in said.split("related")[0]
