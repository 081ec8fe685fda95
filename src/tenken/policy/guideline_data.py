"""A guideline's editions and requirements as read from a file: ``defaults/guidelines.yaml``, or one a city brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tenken.common.refusals import Invalid, Problem

_FILE = Path(__file__).parent / "defaults" / "guidelines.yaml"
_LIMITS = {"code": 20, "section": 60, "title": 120, "text": 1000}
MAX_BYTES = 1_000_000
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_LONGEST_NUMBER = 20
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True)
class EditionData:
    """One edition: when it was published, and what it did to each requirement that it has."""

    code: str
    published_on: date
    summary: str


@dataclass(frozen=True)
class RequirementData:
    """A requirement over the editions. ``changed``: how, by edition; ``until``: the edition that no longer has it."""

    code: str
    section: str
    title: str
    text: str
    mandatory: bool
    since: str
    changed: dict[str, str]
    until: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class GuidelineData:
    """A guideline with its editions in the order of their publication."""

    title: str
    editions: tuple[EditionData, ...]
    requirements: tuple[RequirementData, ...]

    def of(self, edition: EditionData) -> Iterator[tuple[RequirementData, str, str]]:
        """Yield (requirement, what the edition did to it, how) for what *edition* asks."""
        order = {one.code: place for place, one in enumerate(self.editions)}
        here = order[edition.code]
        for row in self.requirements:
            if order[row.since] > here or (row.until and order[row.until] <= here):
                continue
            if row.since == edition.code:
                yield row, NEW if here else SAME, ""
            elif edition.code in row.changed:
                yield row, CHANGED, row.changed[edition.code]
            else:
                yield row, SAME, ""


def default_guideline() -> GuidelineData:
    """Return the ministry's guideline as it comes with the product."""
    return read_guideline(_FILE.read_bytes(), _FILE.name)


def read_guideline(content: bytes, name: str) -> GuidelineData:
    """Read a guideline file (YAML). ``Invalid`` with the place of each fault; aliases and tags are refused."""
    if len(content) > MAX_BYTES:
        raise Invalid(f"「{name}」は大きすぎます（1MBまで）。")
    try:
        data = yaml.load(content.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a safe loader without aliases
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = f"{line + 1}行目" if line is not None else ""
        raise Invalid(
            f"「{name}」を読み取れません。", [Problem("YAMLの書き方に誤りがあります。", where, "file")]
        ) from None
    problems: list[Problem] = []
    guideline = _guideline(data, problems)
    if problems or guideline is None:
        raise Invalid(f"「{name}」の内容に誤りがあります。", problems[:50])
    return guideline


class _PlainLoader(yaml.SafeLoader):
    """Plain values only: an alias would let a small file grow without end, a tag makes of a text what it is not, and
    a number of many digits takes minutes to read. No half characters either: nothing can keep them."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise yaml.YAMLError("aliases and tags are not read")
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode):
            node.value.encode("utf-8")
            if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
                raise yaml.YAMLError("a number too long")
        return node


def _guideline(data: Any, problems: list[Problem]) -> GuidelineData | None:
    if not isinstance(data, dict) or not all(
        isinstance(data.get(key), list) for key in ("editions", "requirements")
    ):
        problems.append(Problem("「editions」と「requirements」の一覧がありません。", "", "file"))
        return None
    editions = [one for row in data["editions"] if (one := _edition(row, problems)) is not None]
    editions.sort(key=lambda one: one.published_on)
    known = {one.code for one in editions}
    if len(known) != len(editions):
        problems.append(Problem("同じ版が2度あります。", "editions", "file"))
    requirements: dict[str, RequirementData] = {}
    for number, row in enumerate(data["requirements"], start=1):
        place = f"requirementsの{number}番目"
        found = _requirement(row, known, place, problems)
        if found is not None and found.code in requirements:
            problems.append(Problem(f"コード「{found.code}」が2度あります。", place, "file"))
        elif found is not None:
            requirements[found.code] = found
    return GuidelineData(str(data.get("guideline", ""))[:120], tuple(editions), tuple(requirements.values()))


def _edition(row: Any, problems: list[Problem]) -> EditionData | None:
    if (
        not isinstance(row, dict)
        or type(row.get("published_on")) is not date
        or not 0 < len(str(row.get("code", ""))) <= 20
    ):
        problems.append(
            Problem("版には、code（20字まで）とpublished_on（年-月-日）が要ります。", "editions", "file")
        )
        return None
    return EditionData(str(row["code"]), row["published_on"], str(row.get("summary", ""))[:2000])


def _requirement(row: Any, editions: set[str], place: str, problems: list[Problem]) -> RequirementData | None:
    if not isinstance(row, dict):
        problems.append(Problem("コードや見出しがありません。", place, "file"))
        return None
    texts = {name: str(row.get(name, "")).strip() for name in _LIMITS}
    changed = row.get("changed") or {}
    until = str(row.get("until") or "")
    clauses = row.get("clauses") or []
    faults = [
        f"{name}は1字から{limit}字で書いてください。"
        for name, limit in _LIMITS.items()
        if not 0 < len(texts[name]) <= limit
    ]
    if not isinstance(row.get("mandatory"), bool):
        faults.append("mandatoryはtrueかfalseで書いてください。")
    if not isinstance(changed, dict) or not isinstance(clauses, list):
        faults.append("changedは版ごと、clausesは一覧で書いてください。")
        changed = {}
    named = {str(row.get("since", "")), *map(str, changed), *([until] if until else [])}
    if unknown := sorted(named - editions):
        faults.append(f"版「{'、'.join(unknown)}」は、editionsにありません。")
    problems.extend(Problem(fault, place, "file") for fault in faults)
    if faults:
        return None
    return RequirementData(
        **texts,
        mandatory=row["mandatory"],
        since=str(row["since"]),
        changed={str(code): str(how)[:500] for code, how in changed.items()},
        until=until,
        clauses=tuple(str(code) for code in clauses),
    )
