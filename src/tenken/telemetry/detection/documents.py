"""A rule's YAML read by pySigma; what is wrong with it, in Japanese, with its line."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import yaml

from tenken.telemetry.detection.problems import (
    RuleProblem,
    Unusable,
    duplicate_line,
    explained,
    line_of,
    yaml_line,
)

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule
    from sigma.filters import SigmaFilter
    from sigma.policy import SigmaPolicy
    from sigma.rule import SigmaRule

_LONGEST: Final = 200_000
_LONGEST_CONDITION: Final = 10_000
_CODE: Final = 100
_OF_TITLES: Final = UUID("0a3b8c52-7d0e-5f0c-8f5e-2f1f5b9f6f3d")


@dataclass(frozen=True)
class Document:
    """One rule, correlation or filter; ``rule``: as pySigma reads it. ``code``: its id, else its name, else made of its
    title and log source. ``references``: the ids or names of the rules a correlation counts or a filter narrows; of a
    filter of all rules none."""

    rule: Any
    text: str
    code: str
    name: str
    title: str
    description: str
    level: str
    data: Mapping[str, Any]

    @property
    def correlation(self) -> bool:
        return "correlation" in self.data

    @property
    def filter(self) -> bool:
        return "filter" in self.data and not self.correlation

    @property
    def kind(self) -> str:
        """What it is, as ``DetectionRule.Kind`` says it."""
        return "correlation" if self.correlation else "filter" if self.filter else "event"

    @property
    def references(self) -> tuple[str, ...]:
        from tenken.telemetry.detection.correlating import references_of

        if self.filter:
            named = self.rule.filter.rules
            return () if isinstance(named, str) else tuple(_reference(one.reference) for one in named)
        return references_of(self.rule) if self.correlation else ()

    @property
    def of_every_rule(self) -> bool:
        """It is a filter of all rules of its log source."""
        return self.filter and isinstance(self.rule.filter.rules, str)

    def named_by(self, references: Container[str]) -> bool:
        """Tell whether *references* name it, by its code or its name."""
        return self.code in references or (self.name != "" and self.name in references)


def read_rule(text: str) -> Document:
    """Return the one rule of *text*. ``Unusable`` says why not."""
    data = mapping_of(text)
    if "action" in data:
        reason = "actionのある文書は1つのルールではありません。ファイルのまま取り込んでください"
        raise Unusable("古い書き方", reason, ("action",))
    if "correlation" not in data:
        _check_shape(data)
    rule = _parsed(_asked(data))
    code = str(
        rule.id or data.get("id") or rule.name or uuid5(_OF_TITLES, f"{rule.title}\n{data.get('logsource')}")
    )
    if len(code) > _CODE:
        raise Unusable("識別子の誤り", f"id・nameは{_CODE}字までにしてください", ("name",))
    return Document(
        rule=rule,
        text=text,
        code=code,
        name=str(rule.name or "")[:256],
        title=rule.title[:256],
        description=str(data.get("description") or "")[:5_000],
        level=rule.level.name.lower() if rule.level else "medium",
        data=data,
    )


def problem_of(error: Unusable, text: str, file: str = "", first_line: int = 1) -> RuleProblem:
    """Return why the rule of *text*, which begins on *first_line* of *file*, cannot be used."""
    line = error.path[0] if error.path and isinstance(error.path[0], int) else line_of(text, error.path)
    return RuleProblem(file, int(line) + first_line - 1, error.kind, error.reason)


# What a rule says about itself is shown with its text and decides nothing: a tag or a date that pySigma does not know is
# no reason not to use the rule.
_ABOUT: Final = frozenset(
    {"author", "date", "description", "falsepositives", "fields", "license", "modified", "references", "related", "scope",
     "status", "tags", "taxonomy"}
)  # fmt: skip


def _asked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what pySigma is asked to read: an id need not be a UUID, it only takes such."""
    asked = {key: value for key, value in data.items() if key not in _ABOUT}
    try:
        UUID(str(asked.get("id", "")))
    except ValueError:
        asked.pop("id", None)
    return asked


def _reference(said: object) -> str:
    """Return a reference as codes are written: ids in small letters, with hyphens."""
    try:
        return str(UUID(str(said)))
    except ValueError:
        return str(said)


def mapping_of(text: str) -> dict[str, Any]:
    """Return the one YAML document of *text*. ``Unusable`` when it is none, or no mapping."""
    from sigma.exceptions import SigmaError
    from sigma.rule.base import SigmaYAMLLoader, check_alias_expansion

    if len(text) > _LONGEST:
        raise Unusable("大きすぎるファイル", f"1つのルールは{_LONGEST:,}字までです")
    try:
        data = yaml.load(text, Loader=SigmaYAMLLoader)  # noqa: S506 - a subclass of the safe loader
        check_alias_expansion(data)
    except yaml.YAMLError as error:
        if "Duplicate key" in str(error):
            raise Unusable("YAMLの誤り", "同じ名前の項目が2つあります", (duplicate_line(text),)) from error
        raise Unusable(
            "YAMLの誤り", f"YAMLとして読めません（{_short(error)}）", (yaml_line(error),)
        ) from error
    except SigmaError as error:
        raise explained(error) from error
    except (RecursionError, ValueError) as error:
        raise Unusable("YAMLの誤り", "YAMLとして読めません（入れ子が深すぎるか、値が読めません）") from error
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise Unusable("YAMLの誤り", "ルールではありません（項目と値の組がありません）")
    return data


@cache
def _policy() -> SigmaPolicy:
    """Return pySigma's safe policy, less what re2 itself writes to stderr about an expression it refuses."""
    from sigma.policy import SigmaPolicy
    from sigma.policy.regex_engine import RE2RegexEngine, RegexPattern

    re2 = import_module("re2")

    class Quiet(RE2RegexEngine):
        def compile(self, pattern: str, flags: int = 0) -> RegexPattern:
            options = re2.Options()
            options.log_errors = False
            options.case_sensitive = not flags & re.IGNORECASE
            letters = "".join(
                letter for flag, letter in ((re.MULTILINE, "m"), (re.DOTALL, "s")) if flags & flag
            )
            found: RegexPattern = re2.compile(f"(?{letters}){pattern}" if letters else pattern, options)
            return found

    return SigmaPolicy(regex_engine=Quiet())


def _check_shape(data: Mapping[str, Any]) -> None:
    """Refuse what pySigma takes for granted."""
    detected = "filter" if "filter" in data else "detection"
    for part in ("logsource", detected):
        if not isinstance(data.get(part), dict):
            raise Unusable(f"{part}の誤り", f"{part}がないか、項目と値の組ではありません", (part,))
    said = data[detected].get("condition", "")
    conditions = said if isinstance(said, list) else [said]
    if not all(isinstance(one, str) and len(one) <= _LONGEST_CONDITION for one in conditions):
        reason = f"conditionは{_LONGEST_CONDITION:,}字までの文字で書いてください"
        raise Unusable("条件の誤り", reason, (detected, "condition"))


def _short(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0][:120]


def _parsed(data: dict[str, Any]) -> SigmaRule | SigmaCorrelationRule | SigmaFilter:
    from sigma.exceptions import SigmaError
    from sigma.filters import SigmaFilter
    from sigma.rule import SigmaRule

    try:
        if "correlation" in data:
            from tenken.telemetry.detection.correlating import parse_correlation

            return parse_correlation(data)
        if "filter" in data:
            return SigmaFilter.from_dict(data, policy=_policy())
        return SigmaRule.from_dict(data, policy=_policy())
    except SigmaError as error:
        raise explained(error, _place(data, str(error))) from error
    except RecursionError as error:
        raise Unusable("detectionの誤り", "入れ子が深すぎます", ("detection",)) from error
    except (TypeError, AttributeError, KeyError, ValueError, IndexError) as error:
        # pySigma trusts the shape of a document here and there.
        raise Unusable(
            "ルールの誤り", f"ルールの形が正しくありません（{error}）", _place(data, "")
        ) from error


# What pySigma's sentences speak of, as far as they name a part of the document.
_PARTS: Final = ("logsource", "correlation", "level", "title")


def _place(data: Mapping[str, Any], message: str) -> tuple[str | int, ...]:
    """Return where in the document pySigma stopped: the item of a detection that it cannot read by itself, else a
    guess from what it says."""
    from sigma.rule import SigmaDetection

    part = "filter" if "filter" in data else "detection"
    detection = data.get(part)
    named = detection.items() if isinstance(detection, dict) else ()
    for name, definition in named:
        for path, one in () if name in ("condition", "rules") else _items(definition):
            try:
                SigmaDetection.from_definition(one, policy=_policy())
            except Exception:
                return (part, str(name), *path)
    if detection and part == "filter" and "rule" in message and "condition" not in message:
        return ("filter", "rules")
    if detection and "condition" in message:
        return (part, "condition")
    return next(((part,) for part in _PARTS if part in message.lower()), ())


def _items(definition: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(definition, dict):
        for key, value in definition.items():
            yield (str(key),), {key: value}
    elif isinstance(definition, list):
        for at, one in enumerate(definition):
            for key, value in _items(one):
                yield (at, *key), value
    else:
        yield (), definition
