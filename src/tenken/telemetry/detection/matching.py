"""One field of a rule against its values: conditions of ClickHouse, with what they need (``needles``).

A missing value ('' or 0, an empty list) is equal to null and to '', and matches nothing else: no pattern, no regular
expression, no other field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tenken.telemetry.detection import needles
from tenken.telemetry.detection.fields import WHOLE_TEXT, Field, Kind
from tenken.telemetry.detection.literals import array, like_escaped, literal, regex_escaped
from tenken.telemetry.detection.needles import ALWAYS, Requirement

if TYPE_CHECKING:
    from sigma.types import SigmaCIDRExpression, SigmaRegularExpression, TimestampPart


_MOST_SEARCHED: Final = 250  # multiSearchAny takes 255


@dataclass(frozen=True)
class Condition:
    """``sql``: of type UInt8, never NULL."""

    sql: str
    needs: Requirement = ALWAYS


NEVER: Final = Condition("0", needles.IMPOSSIBLE)


def both(conditions: Sequence[Condition]) -> Condition:
    """Return the conjunction."""
    if len(conditions) == 1:
        return conditions[0]
    return Condition(
        f"({' AND '.join(one.sql for one in conditions)})", needles.every(one.needs for one in conditions)
    )


def either(conditions: Sequence[Condition]) -> Condition:
    """Return the disjunction; of nothing: what never holds."""
    if not conditions:
        return NEVER
    if len(conditions) == 1:
        return conditions[0]
    return Condition(
        f"({' OR '.join(one.sql for one in conditions)})", needles.some([one.needs for one in conditions])
    )


def neither(condition: Condition) -> Condition:
    """Return the negation."""
    return Condition(f"(NOT {condition.sql})")


def missing(field: Field) -> Condition:
    return Condition(field.missing)


def _each(field: Field, expression: str, test: Callable[[str], str], variable: str = "x") -> str:
    """Apply *test* to a value, or to each element of a list until one passes."""
    if field.kind is Kind.LIST:
        return f"arrayExists({variable} -> {test(variable)}, {expression})"
    return test(expression)


@dataclass(frozen=True)
class Pattern:
    """Text with wildcards. ``parts``: plain text, or '*' and '?' as members of ``Wildcard``."""

    parts: tuple[object, ...]
    cased: bool = False

    @property
    def plain(self) -> list[str]:
        """The literal pieces as they are compared: folded unless ``cased``."""
        return [self._said(part) for part in self.parts if isinstance(part, str)]

    def _said(self, text: str) -> str:
        return text if self.cased else text.casefold()

    @property
    def shape(self) -> str:
        """What the pattern asks: exact, any (only '*'), contains, startswith, endswith, or like for all else."""
        from sigma.types import SpecialChars

        star = SpecialChars.WILDCARD_MULTI
        shape = tuple(
            "text" if isinstance(part, str) else "*" if part is star else "?" for part in self.parts
        )
        shapes = {
            (): "exact",
            ("text",): "exact",
            ("*", "text", "*"): "contains",
            ("text", "*"): "startswith",
            ("*", "text"): "endswith",
        }
        if shape and set(shape) == {"*"}:
            return "any"
        return shapes.get(shape, "like")

    def needs(self, field: Field) -> Requirement:
        return needles.needle(piece.casefold() for piece in self.plain) if field.searched else ALWAYS

    def like(self) -> str:
        from sigma.types import SpecialChars

        star = SpecialChars.WILDCARD_MULTI
        return "".join(
            like_escaped(self._said(part)) if isinstance(part, str) else "%" if part is star else "_"
            for part in self.parts
        )


def texts(field: Field, patterns: Iterable[Pattern], *, keyword: bool = False) -> Condition:
    """Return that the field matches at least one of *patterns*; those of one shape become one function."""
    kept: dict[tuple[str, bool], list[Pattern]] = {}
    for pattern in dict.fromkeys(patterns):
        kept.setdefault((pattern.shape, pattern.cased), []).append(pattern)
    conditions = []
    for (shape, cased), group in kept.items():
        expression = field.raw if cased and field.kind is not Kind.NUMBER else field.folded
        sql = _shaped(field, expression, shape, group, whole=keyword and not cased)
        conditions.append(Condition(sql, needles.some([one.needs(field) for one in group])))
    return either(conditions)


def _shaped(field: Field, expression: str, shape: str, group: Sequence[Pattern], *, whole: bool) -> str:
    words = [one.plain[0] if one.plain else "" for one in group]
    if shape == "exact":
        return _exactly(field, expression, words)
    if shape == "any":
        return f"(NOT {field.missing})"
    if shape == "contains":
        if whole and not any("\n" in word for word in words):
            return _contains(WHOLE_TEXT, words)
        return _each(field, expression, lambda one: _contains(one, words))
    if shape == "startswith":
        return _each(field, expression, lambda one: _affix("startsWith", one, words))
    if shape == "endswith":
        return _each(field, expression, lambda one: _affix("endsWith", one, words))
    likes = [literal(one.like()) for one in group]
    return _each(
        field, expression, lambda one: _any(f"({one} LIKE {like} AND {one} != '')" for like in likes)
    )


def _exactly(field: Field, expression: str, words: Sequence[str]) -> str:
    said = [word for word in words if word]
    conditions = [field.missing] if len(said) < len(words) else []
    if said and field.kind is Kind.LIST:
        conditions.append(f"hasAny({expression}, {array(said)})")
    elif len(said) == 1:
        conditions.append(f"{expression} = {literal(said[0])}")
    elif said:
        conditions.append(f"{expression} IN ({', '.join(map(literal, said))})")
    return _any(conditions)


def _contains(expression: str, words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"position({expression}, {literal(words[0])}) > 0"
    chunks = [words[at : at + _MOST_SEARCHED] for at in range(0, len(words), _MOST_SEARCHED)]
    return _any(f"multiSearchAny({expression}, {array(chunk)})" for chunk in chunks)


def _affix(function: str, expression: str, words: Sequence[str]) -> str:
    if len(words) < 4:
        return _any(f"{function}({expression}, {literal(word)})" for word in words)
    # One function instead of many: what a query costs to plan grows with its functions.
    either_of = f"(?:{'|'.join(map(regex_escaped, words))})"
    return f"match({expression}, {literal(chr(92) + 'A' + either_of if function == 'startsWith' else either_of + chr(92) + 'z')})"


def _any(conditions: Iterable[str]) -> str:
    said = list(conditions)
    return said[0] if len(said) == 1 else f"({' OR '.join(said)})"


def numbers(field: Field, values: Iterable[int | float]) -> Condition:
    """Return that the field is one of *values*."""
    said = list(dict.fromkeys(values))
    if field.kind is Kind.NUMBER:
        return Condition(f"{field.raw} IN ({', '.join(map(str, said))})")
    return texts(field, (Pattern((str(value),)) for value in said))


def truth(field: Field, value: bool) -> Condition:
    """Return that the field is true or false: 1 and 0 in columns of numbers, their words elsewhere."""
    return (
        numbers(field, [int(value)]) if field.kind is Kind.NUMBER else texts(field, [Pattern((str(value),))])
    )


def regex(
    field: Field, value: SigmaRegularExpression, *, start: bool = False, end: bool = False
) -> Condition:
    """Return that the expression is found in the field, case-sensitive unless ``i``; '.' is no newline unless ``s``.

    ``start``, ``end``: at the value's beginning or end only (``|re|startswith``).
    """
    from sigma.policy import default_policy
    from sigma.types import SigmaRegularExpressionFlag as Flag

    on = "".join(
        letter for flag, letter in ((Flag.IGNORECASE, "i"), (Flag.MULTILINE, "m")) if flag in value.flags
    )
    flags = f"(?{on}s)" if Flag.DOTALL in value.flags else f"(?{on}-s)"
    body = value.regexp.to_plain_regex()
    pattern = f"{flags}{chr(92) + 'A' if start else ''}(?:{body}){chr(92) + 'z' if end else ''}"
    empty = (value.policy or default_policy).regex_engine.compile(pattern).search("") is not None
    raw = field.raw if field.kind in (Kind.TEXT, Kind.LIST) else f"toString({field.raw})"

    def test(one: str) -> str:
        found = f"match({one}, {literal(pattern)})"
        return f"({found} AND {one} != '')" if empty else found

    runs = needles.plain_runs(body) if field.searched else []
    return Condition(_each(field, raw, test), needles.needle(run.casefold() for run in runs))


def network(field: Field, value: SigmaCIDRExpression) -> Condition:
    """Return that the field is an address in the network; what is no address ('' or '-') is in none."""
    four = value.network.version == 4
    check, other = ("isIPv4String", "::") if four else ("isIPv6String", "0.0.0.0")  # noqa: S104 - an address of the other kind

    def test(one: str) -> str:
        # IPv4 within IPv6, as dual-stack senders report it, is the IPv4 address it is.
        plain = f"if(startsWith({one}, '::ffff:'), substring({one}, 8), {one})" if four else one
        return f"isIPAddressInRange(if({check}({plain}), {plain}, '{other}'), '{value.network}')"

    return Condition(_each(field, field.folded, test))


def reference(field: Field, other: Field, *, start: bool = False, end: bool = False) -> Condition:
    """Return that the field is what *other* is (begins, ends with, contains it), neither of them missing."""
    function = "position" if start and end else "startsWith" if start else "endsWith" if end else ""

    def test(one: str, two: str) -> str:
        call = f"({function}({one}, {two}) > 0)" if function else f"{one} = {two}"
        return f"({call} AND {one} != '' AND {two} != '')"

    sql = _each(field, field.folded, lambda one: _each(other, other.folded, lambda two: test(one, two), "y"))
    unknown = [f"(NOT {one.missing})" for one in (field, other) if one.kind is Kind.NUMBER]
    return Condition(f"({' AND '.join([sql, *unknown])})")


def compared(
    field: Field, operator: str, number: int | float, part: TimestampPart | None = None
) -> Condition:
    """Return that the field's number (or the *part* of its time in Japan) stands so to *number*; no number: not so."""
    if part is not None:
        return Condition(_each(field, field.raw, lambda one: _timed(field, one, part, operator, number)))
    if field.kind is Kind.NUMBER:
        return Condition(f"{field.raw} {operator} {number}")
    return Condition(
        _each(field, field.raw, lambda one: f"ifNull(toFloat64OrNull({one}) {operator} {number}, 0)")
    )


def _timed(field: Field, expression: str, part: TimestampPart, operator: str, number: int | float) -> str:
    function = {
        "MINUTE": "toMinute",
        "HOUR": "toHour",
        "DAY": "toDayOfMonth",
        "WEEK": "toISOWeek",
        "MONTH": "toMonth",
        "YEAR": "toYear",
    }[part.name]
    if field.kind is Kind.TIME:
        return f"{function}(toTimeZone({expression}, 'Asia/Tokyo')) {operator} {number}"
    moment = f"parseDateTime64BestEffortOrNull({expression}, 3, 'UTC')"
    return f"ifNull({function}(toTimeZone({moment}, 'Asia/Tokyo')) {operator} {number}, 0)"
