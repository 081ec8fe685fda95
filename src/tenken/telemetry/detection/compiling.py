"""A Sigma rule as a condition over the columns of events: pySigma parses, this is the backend for our tables.

The backend walks detections and conditions itself instead of pySigma's text templates: values of one field become one
function, and the same walk finds what the rule needs (``needles``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.detection import matching
from tenken.telemetry.detection.fields import ANY_FIELD, Field, field_of
from tenken.telemetry.detection.literals import regex_escaped
from tenken.telemetry.detection.matching import Condition, Pattern
from tenken.telemetry.detection.needles import ALWAYS, Requirement
from tenken.telemetry.detection.problems import Unusable, explained
from tenken.telemetry.detection.sources import LogSource

if TYPE_CHECKING:
    from sigma.filters import SigmaFilter
    from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections, SigmaRule
    from sigma.types import SigmaString, SigmaType

Lists = Mapping[str, Sequence[str]]

# Lists every city has: empty until the first entry, never unknown.
STANDING_LISTS: Final = frozenset(
    {"folders", "keywords", "approved_devices", "approved_apps", "approved_addresses", "approved_hosts"}
)
_OPERATORS: Final = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=", "NEQ": "!="}
_MOST_EXPANDED: Final = 20_000


@dataclass(frozen=True)
class Compiled:
    """``condition``: of type UInt8, log source included. ``keywords``: it asks columns of ``fields.everything``.
    ``lists``: the lists it names."""

    condition: str
    needs: Requirement
    source: LogSource
    fields: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    keywords: bool = False


def compile_rule(rule: SigmaRule, lists: Lists) -> Compiled:
    """Return *rule* (of pySigma) as a condition. ``Unusable`` says what our engine cannot do, and where."""
    compiled = _compiled(rule, rule.detection, _Walk("detection", rule.logsource.category or "", lists))
    sources = f"{of_source} AND " if (of_source := compiled.source.sql()) else ""
    return replace(compiled, condition=f"({sources}{compiled.condition})")


def compile_filter(found: SigmaFilter, lists: Lists, category: str | None = None) -> Compiled:
    """Return the condition that hits of rules of *category* (None: the filter's own) must meet besides, without its log
    source: it is asked of hits. It needs nothing: what it takes away is told, too."""
    own = found.logsource.category or ""
    walk = _Walk("filter", own if category is None else category, lists)
    compiled = _compiled(found, found.filter, walk)
    return replace(compiled, condition=f"({compiled.condition})", needs=ALWAYS)


def _compiled(found: SigmaRule | SigmaFilter, detections: SigmaDetections, walk: _Walk) -> Compiled:
    said = found.logsource
    source = LogSource(said.product or "", said.category or "", said.service or "")
    condition = matching.either([walk.condition(one, detections) for one in detections.parsed_condition])
    return Compiled(
        condition.sql,
        condition.needs,
        source,
        frozenset(walk.fields),
        frozenset(walk.lists),
        walk.keywords,
    )


@dataclass
class _Walk:
    """``part``: where in the document the detections stand."""

    part: str
    category: str
    bound: Lists
    fields: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    keywords: bool = False

    def condition(self, parsed: Any, detections: SigmaDetections) -> Condition:
        from sigma.exceptions import SigmaError

        try:
            tree = parsed.parse(postprocess=False)
            return self._tree(tree, detections)
        except SigmaError as error:
            raise explained(error, (self.part, "condition")) from error
        except RecursionError as error:
            raise Unusable("条件の誤り", "条件の入れ子が深すぎます", (self.part, "condition")) from error

    def _tree(self, node: Any, detections: SigmaDetections) -> Condition:
        from sigma import conditions as tree

        match node:
            case tree.ConditionIdentifier():
                if node.identifier not in detections.detections:
                    reason = f"条件にある「{node.identifier}」が{self.part}にありません"
                    raise Unusable("条件の誤り", reason, (self.part, "condition"))
                return self._named(node.identifier, detections)
            case tree.ConditionSelector():
                named = [one.identifier for one in node.resolve_referenced_detections(detections)]
                if not named:
                    reason = f"条件の「{node.pattern}」に当たるものが{self.part}にありません"
                    raise Unusable("条件の誤り", reason, (self.part, "condition"))
                join = matching.both if node.cond_class is tree.ConditionAND else matching.either
                return join([self._named(name, detections) for name in named])
            case tree.ConditionAND():
                return matching.both([self._tree(one, detections) for one in node.args])
            case tree.ConditionOR():
                return matching.either([self._tree(one, detections) for one in node.args])
            case tree.ConditionNOT():
                return matching.neither(self._tree(node.args[0], detections))
        raise Unusable("条件の誤り", "条件を読めません", (self.part, "condition"))

    def _named(self, name: str, detections: SigmaDetections) -> Condition:
        return self._detection(detections.detections[name], (self.part, name))

    def _detection(self, detection: SigmaDetection, path: tuple[str | int, ...]) -> Condition:
        from sigma.conditions import ConditionAND
        from sigma.rule import SigmaDetection as Nested

        found = [
            self._detection(one, (*path, at)) if isinstance(one, Nested) else self._item(one, path)
            for at, one in enumerate(detection.detection_items)
        ]
        return matching.both(found) if detection.item_linking is ConditionAND else matching.either(found)

    def _item(self, item: SigmaDetectionItem, path: tuple[str | int, ...]) -> Condition:
        from sigma.conditions import ConditionAND
        from sigma.modifiers import reverse_modifier_mapping

        if item.field is None:
            self.keywords, where = True, ANY_FIELD
        else:
            self.fields.add(item.field)
            where = field_of(item.field, self.category)
        try:
            if not item.value:
                found = matching.missing(where)
            elif item.value_linking is ConditionAND:
                found = self._every_value(item, where)
            else:
                found = self._values(item, where, item.value)
        except Unusable as refused:
            names = [reverse_modifier_mapping[one.__name__] for one in item.modifiers]
            key = "|".join([item.field or "", *names])
            raise Unusable(refused.kind, refused.reason, (*path, key)) from refused
        return matching.neither(found) if item.negated else found

    def _every_value(self, item: SigmaDetectionItem, where: Field) -> Condition:
        """Return that all values match: those of a list each, those that a modifier expanded any of them."""
        from sigma.types import SigmaString

        keyword = item.field is None
        found: list[Condition] = []
        for value in item.value:
            if isinstance(value, SigmaString):
                patterns = list(self._patterns(value, keyword=keyword))
                found += [matching.texts(where, [one], keyword=keyword) for one in patterns] or [
                    matching.NEVER
                ]
            else:
                found.append(self._values(item, where, [value]))
        return matching.both(found)

    def _values(self, item: SigmaDetectionItem, where: Field, values: Sequence[SigmaType]) -> Condition:
        """Return that one of *values* matches; those of one kind together."""
        from sigma import types

        strings: list[Pattern] = []
        numbers: list[int | float] = []
        others: list[Condition] = []
        for value in _expanded(values):
            if isinstance(value, types.SigmaString):
                strings += self._patterns(value, keyword=item.field is None)
            elif isinstance(value, types.SigmaNumber) and not isinstance(value, types.SigmaTimestampPart):
                if item.field is None:
                    strings += self._patterns(types.SigmaString.from_str(str(value.number)), keyword=True)
                else:
                    numbers.append(value.number)
            else:
                others.append(self._special(item, where, value))
        if strings:
            others.append(matching.texts(where, strings, keyword=item.field is None))
        if numbers:
            others.append(matching.numbers(where, numbers))
        return matching.either(others)

    def _patterns(self, value: SigmaString, *, keyword: bool) -> Iterator[Pattern]:
        """Return the patterns of a text: one, or one for each value of the lists it names."""
        from sigma.types import Placeholder, SigmaCasedString, SpecialChars

        star = SpecialChars.WILDCARD_MULTI
        cased = isinstance(value, SigmaCasedString)
        variants: list[tuple[object, ...]] = [()]
        for part in value.s:
            more = self._list(part.name) if isinstance(part, Placeholder) else (part,)
            variants = [_joined(one, piece) for one in variants for piece in more]
            if len(variants) > _MOST_EXPANDED:
                raise Unusable("リストの誤り", f"リストの値の組合せが{_MOST_EXPANDED:,}を超えます")
        for parts in variants:
            if keyword:
                parts = (*((star,) if parts[:1] != (star,) else ()), *parts)
                parts = (*parts, *((star,) if parts[-1:] != (star,) or len(parts) == 1 else ()))
            yield Pattern(parts, cased)

    def _list(self, name: str) -> Sequence[str]:
        """Return the values of a list. An empty value is refused: as a prefix or a part it would match everything."""
        if name not in self.bound and name not in STANDING_LISTS:
            raise Unusable("リストの誤り", f"「%{name}%」というリストはありません")
        self.lists.add(name)
        values = self.bound.get(name, ())
        if any(not value.strip() for value in values):
            raise Unusable("リストの誤り", f"リスト「{name}」に空の値があります")
        return values

    def _special(self, item: SigmaDetectionItem, where: Field, value: SigmaType) -> Condition:
        from sigma import types
        from sigma.modifiers import SigmaEndswithModifier, SigmaStartswithModifier

        start, end = SigmaStartswithModifier in item.modifiers, SigmaEndswithModifier in item.modifiers
        match value:
            case types.SigmaNull():
                if item.field is None:
                    raise Unusable("detectionの誤り", "項目名のない値に空は書けません")
                return matching.missing(where)
            case types.SigmaExists():
                absent = matching.missing(where)
                return matching.neither(absent) if value.exists else absent
            case types.SigmaBool():
                return matching.truth(where, value.boolean)
            case types.SigmaRegularExpression():
                bound = self._bound_regex(value)
                return matching.regex(where, bound, start=start, end=end) if bound else matching.NEVER
            case types.SigmaCIDRExpression():
                return matching.network(where, value)
            case types.SigmaFieldReference():
                self.fields.add(value.field)
                other = field_of(value.field, self.category)
                return matching.reference(where, other, start=value.starts_with, end=value.ends_with)
            case types.SigmaCompareExpression():
                part = getattr(value.number, "timestamp_part", None)
                return matching.compared(where, _OPERATORS[value.op.name], value.number.number, part)
            case types.SigmaTimestampPart():
                return matching.compared(where, "=", value.number, value.timestamp_part)
        raise Unusable("使えない値", f"{type(value).__name__}という値は扱えません")

    def _bound_regex(self, value: Any) -> Any:
        """Return a regular expression with its lists as alternatives of plain text; None when a list is empty."""
        from sigma.types import Placeholder, SigmaRegularExpression, SigmaString

        parts: list[Any] = []
        for part in value.regexp.s:
            if isinstance(part, Placeholder):
                values = self._list(part.name)
                if not values:
                    return None
                part = f"(?:{'|'.join(map(regex_escaped, values))})"
            parts.append(part)
        if parts == value.regexp.s:
            return value
        text = SigmaString()
        text.s = parts
        return SigmaRegularExpression(text.to_plain_regex(), set(value.flags), value.policy)


def _expanded(values: Iterable[SigmaType]) -> Iterator[SigmaType]:
    """Return *values* with the expansions of ``windash`` and ``base64offset`` laid open: any of them will do."""
    from sigma.types import SigmaExpansion

    for value in values:
        if isinstance(value, SigmaExpansion):
            yield from _expanded(value.values)
        else:
            yield value


def _joined(parts: tuple[object, ...], piece: object) -> tuple[object, ...]:
    if parts and isinstance(piece, str) and isinstance(parts[-1], str):
        return (*parts[:-1], parts[-1] + piece)
    return (*parts, piece)
