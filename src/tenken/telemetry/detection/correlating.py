"""Sigma's correlation rules, over the table of hits.

A correlation is decided at each hit of the rules it counts, over the ``timespan`` that ends with that hit (both ends in
it), among the hits that agree in every ``group-by`` field (letter case aside; a hit that lacks one is in no group). It
hits at the event by which its condition becomes true: not again while it stays so, but again when the last event before
lies further back than ``timespan``.

Late events count at the time they happened: the groups they fall into are decided anew from their time on to one
``timespan`` after. What a late event completes becomes a hit then; no hit is taken back.

``temporal_ordered``: the rules one after another, each strictly later than the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.detection.literals import literal
from tenken.telemetry.detection.problems import Unusable

if TYPE_CHECKING:
    from sigma.correlations import SigmaCorrelationRule

_SIGNS: Final = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "!="}
_LONGEST: Final = 366 * 86_400
_ROW: Final = "ts, received, payload, seq, section, person, user, device, computer"


@dataclass(frozen=True)
class Correlation:
    """``references``: ids or names of the rules counted, in order. ``aliases``: name → reference → field.
    ``comparisons``: all must hold. ``expression``: of an extended condition, over ``references``."""

    type: str
    references: tuple[str, ...]
    seconds: int
    group_by: tuple[str, ...] = ()
    comparisons: tuple[tuple[str, int | float], ...] = ()
    values: tuple[str, ...] = ()
    percentile: float = 50
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    expression: Any = None

    def fields_of(self, reference: str) -> frozenset[str]:
        """Return the fields that hits of a referenced rule must carry."""
        return frozenset(self.name_in(name, reference) for name in (*self.group_by, *self.values))

    def name_in(self, name: str, reference: str) -> str:
        """Return what *name* is called in the events of a referenced rule."""
        return self.aliases.get(name, {}).get(reference, name)


def parse_correlation(data: dict[str, Any]) -> SigmaCorrelationRule:
    """Return pySigma's reading; of a range (two comparisons, which it does not know) each part is read alone."""
    from sigma.correlations import SigmaCorrelationRule

    read = [SigmaCorrelationRule.from_dict(one) for one in _single_comparisons(data)]
    return read[0]


def _single_comparisons(data: dict[str, Any]) -> list[dict[str, Any]]:
    body = data["correlation"]
    condition = body.get("condition") if isinstance(body, dict) else None
    if not isinstance(condition, dict):
        return [data]
    said = [key for key in condition if key in _SIGNS]
    if len(said) < 2:
        return [data]
    others = {key: value for key, value in condition.items() if key not in _SIGNS}
    return [{**data, "correlation": {**body, "condition": {**others, key: condition[key]}}} for key in said]


def references_of(rule: Any) -> tuple[str, ...]:
    """Return the ids or names a correlation refers to, in its order."""
    if rule.rules:
        return tuple(str(one.reference) for one in rule.rules)
    return tuple(rule.condition.get_referenced_rules())


def correlation_of(rule: Any, data: Mapping[str, Any]) -> Correlation:
    """Return the correlation that *rule* (of pySigma, of *data*) asks. ``Unusable`` says what our engine cannot do."""
    from sigma.correlations import SigmaCorrelationCondition

    place = ("correlation", "condition")
    kind = rule.type.name.lower()
    if rule.timespan.seconds > _LONGEST:
        raise Unusable("相関の誤り", "timespanは1年までにしてください", ("correlation", "timespan"))
    condition = rule.condition
    extended = not isinstance(condition, SigmaCorrelationCondition)
    values: Sequence[str] = ()
    comparisons: list[tuple[str, int | float]] = []
    if extended:
        if kind == "temporal_ordered" and not _only_and(condition.parsed):
            raise Unusable("相関の誤り", "temporal_orderedの条件の式に使えるのはandだけです", place)
    else:
        from sigma.correlations import SigmaCorrelationRule

        parts = [SigmaCorrelationRule.from_dict(one).condition for one in _single_comparisons(dict(data))]
        comparisons = [
            (_SIGNS[one.op.name.lower()], one.count)
            for one in parts
            if isinstance(one, SigmaCorrelationCondition)
        ]
        named = condition.fieldref
        values = [named] if isinstance(named, str) else list(named or ())
    references = references_of(rule)
    if kind == "temporal_ordered" and not extended and comparisons != [(">=", len(references))]:
        raise Unusable(
            "相関の誤り",
            "temporal_orderedにはconditionを書かないでください（すべてのルールが順に当たることが条件です）",
            place,
        )
    percentile = 50 if extended or condition.percentile is None else condition.percentile
    if not 0 <= percentile <= 100:
        raise Unusable("相関の誤り", "percentileは0から100までです", place)
    if kind in ("value_sum", "value_avg", "value_percentile", "value_median") and len(values) > 1:
        raise Unusable("相関の誤り", "fieldは1つにしてください", place)
    return Correlation(
        type=kind,
        references=references,
        seconds=rule.timespan.seconds,
        group_by=tuple(rule.group_by or ()),
        comparisons=tuple(comparisons),
        values=tuple(values),
        percentile=percentile,
        aliases={
            alias.alias: {one.reference: name for one, name in alias.mapping.items()}
            for alias in rule.aliases
        },
        expression=condition.parsed if extended else None,
    )


def _only_and(node: Any) -> bool:
    from sigma.correlations import CorrelationConditionAND, SigmaRuleReference

    if isinstance(node, SigmaRuleReference):
        return True
    return isinstance(node, CorrelationConditionAND) and all(map(_only_and, node.args))


@dataclass(frozen=True)
class Query:
    """The hits of *correlation* by the rule numbered *number*. ``numbers``: reference → number of the rule counted."""

    number: int
    correlation: Correlation
    numbers: Mapping[str, int]

    @property
    def counted(self) -> list[int]:
        return sorted(set(self.numbers.values()))

    def sql(self, hits: str = "hits FINAL") -> str:
        """Return the query over the table *hits*. It asks ``city``, ``since``, ``until`` (what is read), ``decided`` (from when on hits are
        given) and ``groups`` (array of arrays of values; empty: every group)."""
        span = self.correlation.seconds * 1000
        edge = f"holds AND NOT (held_before AND at_before >= at - {span})"
        before = "(PARTITION BY key ORDER BY at, payload, seq, rule ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"
        return (
            f"SELECT {{city:String}} AS city, toUInt32({self.number}) AS rule, {_ROW}, fields FROM ("
            f"SELECT {_ROW}, {self._fields()} AS fields, at, holds, "
            f"lagInFrame(holds) OVER {before} AS held_before, lagInFrame(at) OVER {before} AS at_before "
            f"FROM ({self._measured(hits)})) "
            f"WHERE {edge} AND ts >= {{decided:DateTime64(3)}} "
            "ORDER BY ts, payload, seq LIMIT 1 BY ts, payload, seq"
        )

    def key_of(self, rule: int, fields: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return the group of a hit; None when it is in none."""
        references = [reference for reference, number in self.numbers.items() if number == rule]
        key = tuple(
            fields.get(self.correlation.name_in(name, references[0]), "")
            for name in self.correlation.group_by
        )
        return None if "" in key else key

    def _value(self, name: str) -> str:
        """Return the expression of a field, by whatever name the rule counted knows it."""
        names = {number: self.correlation.name_in(name, one) for one, number in self.numbers.items()}
        if len(set(names.values())) == 1:
            return f"fields[{literal(next(iter(names.values())))}]"
        choices = ", ".join(f"rule = {number}, fields[{literal(one)}]" for number, one in names.items())
        return f"multiIf({choices}, '')"

    def _base(self, hits: str) -> str:
        groups = [self._value(name) for name in self.correlation.group_by]
        key = (
            f"[{', '.join(f'caseFoldUTF8({one})' for one in groups)}]"
            if groups
            else "CAST([], 'Array(String)')"
        )
        touched = "(SELECT arrayMap(x -> caseFoldUTF8(x), arrayJoin({groups:Array(Array(String))})))"
        whole = (
            f" AND NOT has(key, '') AND (empty({{groups:Array(Array(String))}}) OR key IN {touched})"
            if groups
            else ""
        )
        values = "".join(f", {self._value(name)} AS v{at}" for at, name in enumerate(self.correlation.values))
        shown = f"[{', '.join(groups)}]" if groups else "CAST([], 'Array(String)')"
        return (
            f"SELECT {_ROW}, rule, toUnixTimestamp64Milli(ts) AS at, {key} AS key, {shown} AS shown{values} "
            f"FROM {hits} WHERE city = {{city:String}} AND ts >= {{since:DateTime64(3)}} "
            f"AND ts < {{until:DateTime64(3)}} AND rule IN ({', '.join(map(str, self.counted))}){whole}"
        )

    def _measured(self, hits: str) -> str:
        """Return the rows with ``measure`` and ``holds`` at each."""
        if self.correlation.type == "temporal_ordered":
            return self._ordered(hits)
        span = self.correlation.seconds * 1000
        window = f"OVER (PARTITION BY key ORDER BY at RANGE BETWEEN {span} PRECEDING AND CURRENT ROW)"
        if self.correlation.expression is not None:
            holds, measure = self._expression(self.correlation.expression, window), "0"
        else:
            measure = self._measure(window)
            holds = " AND ".join(f"measure {sign} {count}" for sign, count in self.correlation.comparisons)
        return f"SELECT *, {measure} AS measure, toUInt8({holds}) AS holds FROM ({self._base(hits)})"

    def _measure(self, window: str) -> str:
        names = [f"v{at}" for at in range(len(self.correlation.values))]
        number = "toFloat64OrNull(v0)"
        match self.correlation.type:
            case "event_count":
                # An event that several of the rules hit is one event.
                return f"{'count()' if len(self.counted) == 1 else 'uniqExact((payload, seq))'} {window}"
            case "value_count":
                said = " AND ".join(f"{name} != ''" for name in names)
                return (
                    f"uniqExactIf(({', '.join(f'caseFoldUTF8({name})' for name in names)}), {said}) {window}"
                )
            case "temporal":
                return " + ".join(f"(countIf(rule = {number}) {window} > 0)" for number in self.counted)
            case "value_sum":
                return f"sum(toFloat64OrZero(v0)) {window}"
            case "value_avg":
                return f"avgIf(toFloat64OrZero(v0), isNotNull({number})) {window}"
        level = self.correlation.percentile / 100 if self.correlation.type == "value_percentile" else 0.5
        return f"quantileExactInclusiveIf({level})(toFloat64OrZero(v0), isNotNull({number})) {window}"

    def _expression(self, node: Any, window: str) -> str:
        from sigma import correlations as tree

        if isinstance(node, tree.SigmaRuleReference):
            return f"(countIf(rule = {self.numbers[node.reference]}) {window} > 0)"
        parts = [self._expression(one, window) for one in node.args]
        if isinstance(node, tree.CorrelationConditionNOT):
            return f"(NOT {parts[0]})"
        return f"({(' AND ' if isinstance(node, tree.CorrelationConditionAND) else ' OR ').join(parts)})"

    def _ordered(self, hits: str) -> str:
        """Return the rows with, step by step, the latest moment at which the rules up to a step began in order."""
        rows = f"SELECT *, if(rule = {self.numbers[self.correlation.references[0]]}, at, 0) AS begun FROM ({self._base(hits)})"
        earlier = "OVER (PARTITION BY key ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        for reference in self.correlation.references[1:]:
            number = self.numbers[reference]
            rows = f"SELECT * REPLACE (if(rule = {number}, max(begun) {earlier}, 0) AS begun) FROM ({rows})"
        span = self.correlation.seconds * 1000
        return f"SELECT *, {len(self.correlation.references)} AS measure, toUInt8(begun > 0 AND begun >= at - {span}) AS holds FROM ({rows})"

    def _fields(self) -> str:
        names = ", ".join(map(literal, self.correlation.group_by))
        groups = f"[{names}]" if names else "CAST([], 'Array(String)')"
        return f"mapFromArrays(arrayConcat({groups}, ['count']), arrayConcat(shown, [toString(measure)]))"
