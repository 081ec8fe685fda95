"""SARIF 2.1.0 (OASIS): results about files, of any tool that writes it.

The file is read twice: rules may stand after the results that name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tenken.audit.technical.readers import severities
from tenken.audit.technical.readers.json_stream import mapping, sequence, text, texts, values
from tenken.audit.technical.readers.making import (
    clean,
    cves_in,
    cwes_in,
    host_of,
    make_host,
    make_record,
    moment,
    reference_list,
    score_of,
)
from tenken.audit.technical.readers.severities import of_score
from tenken.audit.technical.readers.sources import Told, opened
from tenken.audit.technical.records import ScannedHost, ScanRecord
from tenken.common.refusals import Invalid

_RUN: Final = ("runs", "*")
_NAME: Final = (*_RUN, "tool", "driver", "name")
_RULE: Final = (*_RUN, "tool", "driver", "rules", "*")
_MORE_RULES: Final = (*_RUN, "tool", "extensions", "*", "rules", "*")
_INVOCATION: Final = (*_RUN, "invocations", "*")
_RESULT: Final = (*_RUN, "results", "*")
_VERSION: Final = ("version",)
_MOST_RULES: Final = 20_000
_RULE_TEXT: Final = 2_000
# kind: nothing was found, or there was nothing to look at.
_NOT_FOUND: Final = frozenset({"pass", "notApplicable"})
_CWE = re.compile(r"\bcwe[-: /]?(\d{1,5})\b", re.IGNORECASE)


@dataclass
class _Rule:
    """What results take from their rule."""

    rule: str
    title: str
    description: str
    messages: dict[str, str]
    level: str
    score: float | None
    cwes: tuple[str, ...]
    cves: tuple[str, ...]
    references: tuple[str, ...]
    solution: str


@dataclass
class _Run:
    tool: str = ""
    rules: dict[str, _Rule] = field(default_factory=dict)
    order: list[_Rule] = field(default_factory=list)
    seen_at: datetime | None = None


def read_sarif(path: Path, told: Told | None) -> Iterator[ScannedHost | ScanRecord]:
    """Yield the host '' (files belong to no host), then the results."""
    with opened(path, _half(told, 0)) as source:
        runs = _runs(
            values(
                source, frozenset({_NAME, _RULE, _MORE_RULES, _INVOCATION, _VERSION}), ended=frozenset({_RUN})
            )
        )
    if not runs:
        raise Invalid("SARIFの結果ではありません（runsがありません）。")
    yield make_host("", seen_at=runs[0].seen_at)
    number = 0
    with opened(path, _half(told, 1)) as source:
        for place, value in values(source, frozenset({_RESULT}), ended=frozenset({_RUN})):
            if place == _RUN:
                number += 1
            elif record := _record(mapping(value), runs[number]):
                yield record


def _half(told: Told | None, number: int) -> Told | None:
    """Return what tells the progress of one of two readings."""
    return None if told is None else lambda read, total: told((number * total + read) // 2, total)


def _runs(found: Iterator[tuple[tuple[str, ...], Any]]) -> list[_Run]:
    runs: list[_Run] = []
    run = _Run()
    for place, value in found:
        if place == _RUN:
            runs.append(run)
            run = _Run()
        elif place == _VERSION and not text(value).startswith("2.1"):
            raise Invalid(f"SARIF 2.1.0ではありません（versionが「{text(value)[:20]}」です）。")
        elif place == _NAME:
            run.tool = text(value)
        elif place == _INVOCATION:
            facts = mapping(value)
            run.seen_at = (
                moment(text(facts.get("endTimeUtc")))
                or moment(text(facts.get("startTimeUtc")))
                or run.seen_at
            )
        elif place in (_RULE, _MORE_RULES):
            rule = _rule(mapping(value))
            if len(run.rules) >= _MOST_RULES:
                raise Invalid(f"ルールが多すぎます（{_MOST_RULES:,}個まで）。")
            run.rules.setdefault(rule.rule, rule)
            if place == _RULE:
                run.order.append(rule)
    return runs


def _rule(facts: Mapping[str, Any]) -> _Rule:
    properties = mapping(facts.get("properties"))
    identifier, name = text(facts.get("id")), text(facts.get("name"))
    short = _words(facts.get("shortDescription"))
    related = (
        mapping(mapping(item).get("target")).get("id") for item in sequence(facts.get("relationships"))
    )
    told = " ".join([*texts(properties.get("tags")), *texts(properties.get("cwe")), *map(text, related)])
    # A bare name tells little, and may stand for several rules.
    title = short or (f"{name}（{identifier}）" if name else "")
    return _Rule(
        rule=identifier,
        title=title,
        description=clean(
            _words(facts.get("fullDescription")) or _words(facts.get("shortDescription")), _RULE_TEXT
        ),
        messages={
            name: clean(_words(words), _RULE_TEXT)
            for name, words in list(mapping(facts.get("messageStrings")).items())[:20]
        },
        level=text(mapping(facts.get("defaultConfiguration")).get("level")),
        score=score_of(text(properties.get("security-severity"))),
        cwes=cwes_in(_CWE.findall(told)),
        cves=cves_in(identifier, title, told),
        references=reference_list([text(facts.get("helpUri"))]),
        solution=clean(_words(facts.get("help")), _RULE_TEXT),
    )


def _words(message: Any) -> str:
    return text(mapping(message).get("text"))


def _record(result: Mapping[str, Any], run: _Run) -> ScanRecord | None:
    kind = text(result.get("kind")) or "fail"
    if kind in _NOT_FOUND or result.get("baselineState") == "absent":
        return None
    rule = _rule_of(result, run)
    message = _message(result, rule)
    score = score_of(text(mapping(result.get("properties")).get("security-severity"))) or rule.score
    level = text(result.get("level")) or rule.level or "warning"
    location = _location(result)
    host, port, scheme = host_of(location) if location.startswith(("http://", "https://")) else ("", None, "")
    return make_record(
        tool=run.tool or "sarif",
        rule=rule.rule,
        title=rule.title or message.partition("\n")[0] or rule.rule,
        severity="info"
        if kind == "informational"
        else of_score(score) or severities.SARIF.get(level, "medium"),
        host=host,
        port=port,
        service=scheme,
        location=location,
        score=score,
        cves=rule.cves or cves_in(message),
        cwes=rule.cwes,
        description=rule.description,
        solution=rule.solution if rule.solution != rule.description else "",
        output="\n".join(filter(None, (message, _snippet(result), _suppressed(result)))),
        references=rule.references,
        seen_at=run.seen_at,
    )


def _rule_of(result: Mapping[str, Any], run: _Run) -> _Rule:
    """Return the rule of a result: by its name, by the name it specialises (a/b → a), by its number, or a bare one."""
    named = mapping(result.get("rule"))
    name = text(result.get("ruleId")) or text(named.get("id"))
    number = result.get("ruleIndex", named.get("index"))
    if found := run.rules.get(name) or run.rules.get(name.rpartition("/")[0]):
        return found
    if not name and isinstance(number, int) and 0 <= number < len(run.order):
        return run.order[number]
    return _rule({"id": name or _words(result.get("message"))[:200] or "?"})


def _message(result: Mapping[str, Any], rule: _Rule) -> str:
    message = mapping(result.get("message"))
    words = text(message.get("text")) or rule.messages.get(text(message.get("id")), "")
    for number, argument in enumerate(texts(sequence(message.get("arguments"))[:20])):
        words = words.replace(f"{{{number}}}", argument[:500])
    return words


def _physical(result: Mapping[str, Any]) -> Mapping[str, Any]:
    places = sequence(result.get("locations"))
    return mapping(mapping(places[0]).get("physicalLocation")) if places else {}


def _location(result: Mapping[str, Any]) -> str:
    place = _physical(result)
    uri = text(mapping(place.get("artifactLocation")).get("uri")).removeprefix("file://")
    line = text(mapping(place.get("region")).get("startLine"))
    return f"{uri}:{line}" if uri and line and "://" not in uri else uri


def _snippet(result: Mapping[str, Any]) -> str:
    return _words(mapping(_physical(result).get("region")).get("snippet"))


def _suppressed(result: Mapping[str, Any]) -> str:
    for item in sequence(result.get("suppressions")):
        if text(mapping(item).get("status")) in {"", "accepted"}:
            reason = text(mapping(item).get("justification"))
            return f"ツールの側で対象外とされています{f'（{reason[:500]}）' if reason else ''}。"
    return ""
