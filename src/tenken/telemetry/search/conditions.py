"""Criteria as ClickHouse conditions. Every value a person typed is a parameter; none becomes text of the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tenken.telemetry.events.schema import COLUMNS
from tenken.telemetry.search.criteria import Criteria, midnight
from tenken.telemetry.search.language import And, Expression, Not, Word, fold, parse
from tenken.telemetry.search.scope import Section

WINDOW: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"

# The searched columns as they came: what a word in quotes is held against, after ``search`` has found its folded form.
_AS_WRITTEN: Final = "concatWithSeparator('\\n', {})".format(
    ", ".join(
        f"arrayStringConcat({column.name}, '\\n')" if column.type.startswith("Array") else column.name
        for column in COLUMNS
        if column.searched
    )
)


@dataclass
class Condition:
    """A condition and its parameters; grows by :meth:`add`."""

    clauses: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The window of time and city, and everything else asked for."""
        return " AND ".join((WINDOW, *self.clauses))

    @property
    def where(self) -> str:
        """Everything asked for besides time and city; '' for nothing."""
        return " AND ".join(self.clauses)

    def add(self, clause: str) -> None:
        self.clauses.append(clause)

    def bind(self, value: Any, kind: str = "String") -> str:
        """Return the place in the query that stands for *value*."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{kind}}}"


def like(word: str) -> str:
    """Return the LIKE pattern that finds *word* anywhere, each of its characters standing for itself."""
    return f"%{word.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"


def compile_criteria(criteria: Criteria, *, within: Sequence[tuple[Section, ...] | None]) -> Condition:
    """Return the condition of *criteria*. Each of *within* narrows to its sections: None to nothing less than all, ()
    to none. ``Invalid`` when the words cannot be read."""
    condition = Condition()
    for sections in within:
        if sections is not None:
            condition.add(_sections(condition, sections))
    for column, value in (
        ("person", criteria.person),
        ("device", criteria.device),
        ("disposition", criteria.disposition),
        ("drive", criteria.drive),
        ("source", criteria.source),
    ):
        if value:
            condition.add(f"{column} = {condition.bind(value)}")
    if criteria.operations:
        condition.add(f"op IN {condition.bind(list(criteria.operations), 'Array(String)')}")
    if criteria.off_hours:
        condition.add("off_hours = 1")
    if (expression := parse(criteria.words)) is not None:
        condition.add(_words(condition, expression))
    return condition


def _sections(condition: Condition, sections: tuple[Section, ...]) -> str:
    always = [one.code for one in sections if one.starts is None]
    parts = [f"section IN {condition.bind(always, 'Array(String)')}"] if always else []
    for one in sections:
        if one.starts is None:
            continue
        dated = f"section = {condition.bind(one.code)} AND ts >= {_moment(condition, one.starts)}"
        if one.ends is not None:
            dated += f" AND ts < {_moment(condition, one.ends)}"
        parts.append(f"({dated})")
    return f"({' OR '.join(parts)})" if parts else "0"


def _moment(condition: Condition, day: Any) -> str:
    return condition.bind(midnight(day), "DateTime64(3)")


def _words(condition: Condition, expression: Expression) -> str:
    if isinstance(expression, Word):
        found = f"search LIKE {condition.bind(like(fold(expression.text)))}"
        if not expression.exact:
            return found
        return f"({found} AND position({_AS_WRITTEN}, {condition.bind(expression.text)}) > 0)"
    if isinstance(expression, Not):
        return f"NOT {_words(condition, expression.part)}"
    joined = (" AND " if isinstance(expression, And) else " OR ").join(
        _words(condition, part) for part in expression.parts
    )
    return f"({joined})"
