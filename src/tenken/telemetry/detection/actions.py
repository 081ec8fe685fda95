"""Files of several documents: which rules they hold, when some documents only give others their parts.

A rule whose condition counts is two (``aggregations``). ``action: global`` is merged into every rule after it (and over what that says), several ones together, until ``action:
reset``; ``action: repeat`` is the rule before it with changes (Sigma's specification 1, "Rule Collections"). Correlations
and filters take no part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import yaml

from tenken.telemetry.detection.aggregations import counted
from tenken.telemetry.detection.documents import mapping_of, problem_of
from tenken.telemetry.detection.problems import RuleProblem, Unusable, found_line

# A key at the left edge, or of a document in one line.
_ACTION: Final = re.compile(r"""(?m)^(?:["']?action["']?\s*:|\s*\{.*action)""")
_AGGREGATION: Final = re.compile(r"\|\s*(?:count|sum|avg)\s*\(")
_OF_COLLECTIONS: Final = UUID("6c9a3a4f-2f36-5b0e-9d2a-6a0a5f1c7f11")


@dataclass(frozen=True)
class Part:
    """A document of a file as it stands; ``line``: the one (from 1) it begins on."""

    line: int
    text: str


@dataclass(frozen=True)
class Whole:
    """A rule with what other documents of its file gave it. ``line``: where its own document begins; ``parts``: where
    its text stands, what prevails first; ``place``: where a problem is that stands nowhere there."""

    text: str
    line: int
    parts: tuple[Part, ...]
    place: tuple[str, ...] = ()

    def problem(self, error: Unusable, file: str = "") -> RuleProblem:
        """Return why it cannot be used, with the line of the file."""
        if self.text == self.parts[0].text:
            return problem_of(error, self.text, file, self.line)
        depth, line, first = max(
            (
                (*found_line(part.text, path), part.line)
                for path in (error.path, self.place)
                for part in self.parts
            ),
            key=lambda one: one[0],
        )
        return RuleProblem(file, line + first - 1 if depth else self.line, error.kind, error.reason)


def parts_of(text: str) -> Iterator[Part]:
    """Yield each document of a file."""
    first = 1
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if line.rstrip() == "---" or line.startswith("--- "):
            if "".join(lines).strip():
                yield Part(first, "".join(lines))
            first, lines = number + 1, []
        else:
            lines.append(line)
    if "".join(lines).strip():
        yield Part(first, "".join(lines))


def wholes_of(text: str, file: str = "") -> Iterator[Whole | RuleProblem]:
    """Yield each rule of a file, whole, or why a document gives none. What cannot be read as YAML is yielded as it is."""
    collection = _Collection()
    acting = _ACTION.search(text) is not None
    for part in parts_of(text):
        if _only_comments(part.text):
            continue
        try:
            whole = collection.take(part) if acting else Whole(part.text, part.line, (part,))
        except Unusable as error:
            yield problem_of(error, part.text, file, part.line)
            continue
        if whole is not None:
            yield from _with_counting(whole)


def _with_counting(whole: Whole) -> Iterator[Whole]:
    made = None
    if _AGGREGATION.search(whole.text):
        with suppress(Unusable):
            made = counted(mapping_of(whole.text))
    if made is None:
        yield whole
        return
    rule, correlation = made
    yield Whole(_dumped(rule), whole.line, whole.parts)
    yield Whole(_dumped(correlation), whole.line, whole.parts, ("detection", "condition"))


def _only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


class _Collection:
    def __init__(self) -> None:
        self.common: dict[str, Any] = {}
        self.common_parts: tuple[Part, ...] = ()
        self.before: dict[str, Any] | None = None
        self.before_parts: tuple[Part, ...] = ()
        self.seen: dict[str, int] = {}

    def take(self, part: Part) -> Whole | None:
        try:
            data = mapping_of(part.text)
        except Unusable:
            return Whole(part.text, part.line, (part,))
        action = data.pop("action", None)
        match action:
            case "global":
                self.common = _merged(self.common, data)
                self.common_parts = (part, *self.common_parts)
            case "reset":
                self.common, self.common_parts = {}, ()
            case "repeat":
                if self.before is None:
                    raise Unusable("古い書き方", "action: repeatの前にルールがありません", ("action",))
                return self._whole(part, data, _merged(self.before, data), (part, *self.before_parts))
            case None:
                if "correlation" in data or "filter" in data:
                    return Whole(part.text, part.line, (part,))
                whole = _merged(data, self.common)
                if "id" in data:
                    whole["id"] = data["id"]
                return self._whole(part, data, whole, (*self.common_parts, part))
            case _:
                reason = "actionに書けるのは、global・reset・repeatです"
                raise Unusable("古い書き方", reason, ("action",))
        return None

    def _whole(
        self, part: Part, own: Mapping[str, Any], data: dict[str, Any], parts: tuple[Part, ...]
    ) -> Whole:
        self.before, self.before_parts = data, parts
        identity = str(data.get("id") or data.get("name") or "")
        earlier = self.seen.get(identity, 0)
        self.seen[identity] = earlier + 1
        if len(parts) == 1:
            return Whole(part.text, part.line, parts)
        if earlier and "id" not in own:
            # Rules that share the id of their common document: the first keeps it.
            data = {**data, "id": str(uuid5(_OF_COLLECTIONS, f"{identity}#{earlier}"))}
        return Whole(_dumped(data), part.line, parts)


def _dumped(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=120)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, *over* prevailing; only mappings are merged, a list is replaced."""
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[key] = _merged(below or {}, value) if both else deepcopy(value)
    return found
