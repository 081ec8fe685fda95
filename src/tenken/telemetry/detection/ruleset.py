"""The rules of a city that are evaluated now, compiled, kept in the process and renewed within seconds of a change."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenken.telemetry.detection.compiling import Compiled, compile_rule
from tenken.telemetry.detection.correlating import Correlation, Query, correlation_of
from tenken.telemetry.detection.documents import Document, problem_of, read_rule
from tenken.telemetry.detection.fields import field_of
from tenken.telemetry.detection.filtering import EventFilter, Filters, Numbered
from tenken.telemetry.detection.literals import literal
from tenken.telemetry.detection.problems import Unusable

if TYPE_CHECKING:
    from tenken.telemetry.models import DetectionRule

_FRESH_SECONDS: Final = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EventRule:
    """A rule on events, ready to be asked. ``fields``: the expression of what its hits carry, '' for nothing;
    ``filters``: what its hits must meet besides, in the order in which they are asked."""

    number: int
    version: int
    compiled: Compiled
    fields: str = ""
    filters: tuple[EventFilter, ...] = ()

    @property
    def keywords(self) -> bool:
        return self.compiled.keywords or any(one.keywords for one in self.filters)


@dataclass(frozen=True)
class RuleSet:
    """``correlations``: those that others count before those that count them."""

    events: tuple[EventRule, ...] = ()
    correlations: tuple[Query, ...] = ()
    versions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    signature: object
    rules: RuleSet
    until: float


_kept: dict[str, _Kept] = {}
# Entered again when a rule is set aside while the rules are built.
_lock = threading.RLock()


def forget(city: str = "") -> None:
    """Drop what is kept of a city (of all), so that the next batch sees the rules as they are."""
    with _lock:
        if city:
            _kept.pop(city, None)
        else:
            _kept.clear()


def rules_of(city: str) -> RuleSet:
    """Return the rules of a city (by its code), at most some seconds old. Rules that do not compile are set aside."""
    from tenken.telemetry.lists.queries import snapshot

    kept = _kept.get(city)
    if kept is not None and time.monotonic() < kept.until:
        return kept.rules
    with _lock:
        kept = _kept.get(city)
        if kept is not None and time.monotonic() < kept.until:
            return kept.rules
        lists = snapshot(city)
        rows = _evaluated(city)
        signature = (frozenset((row.pk, row.version) for row in rows), lists.version)
        unchanged = kept is not None and kept.signature == signature
        rules = kept.rules if kept and unchanged else _built(rows, lists.values)
        _kept[city] = _Kept(signature, rules, time.monotonic() + _FRESH_SECONDS)
        return rules


def _evaluated(city: str) -> list[DetectionRule]:
    """Return the rules that are on, and those that correlations among them count, at any depth."""
    from tenken.telemetry.models import DetectionRule

    every = DetectionRule.objects.filter(city__code=city)
    rows = {row.pk: row for row in every.filter(state=DetectionRule.State.ON)}
    asked = list(rows.values())
    while True:
        wanted = {
            one for row in asked if row.kind == DetectionRule.Kind.CORRELATION for one in _references(row)
        }
        if not wanted:
            return list(rows.values())
        known = every.exclude(pk__in=rows).exclude(state=DetectionRule.State.FAILED)
        asked = [*known.filter(code__in=wanted), *known.filter(name__in=wanted).exclude(code__in=wanted)]
        rows |= {row.pk: row for row in asked}


def _references(row: DetectionRule) -> tuple[str, ...]:
    try:
        return document_of(row).references
    except Unusable:
        return ()


def document_of(row: DetectionRule) -> Document:
    """Return a rule as read, once for each of its texts."""
    return _read(row.text)


@lru_cache(maxsize=10_000)
def _read(text: str) -> Document:
    return read_rule(text)


def _built(rows: Sequence[DetectionRule], lists: Mapping[str, Sequence[str]]) -> RuleSet:
    correlations = _correlations(rows)
    filters = Filters(numbered(rows), lists)
    events = []
    for row in rows:
        if row.kind != row.Kind.EVENT:
            continue
        try:
            events.append(event_rule_of(row, lists, correlations.values(), filters))
        except Unusable as error:
            set_aside(row.pk, row.version, str(problem_of(error, row.text)))
    for row in rows:
        if (broken := filters.broken.get(row.pk)) is not None:
            set_aside(row.pk, row.version, str(problem_of(broken, row.text)))
    return RuleSet(tuple(events), _in_order(correlations), {row.pk: row.version for row in rows})


def readable(rows: Iterable[DetectionRule]) -> Iterator[Document]:
    """Yield *rows* as read, but those that cannot be read any more."""
    for row in rows:
        with suppress(Unusable):
            yield document_of(row)


def numbered(rows: Iterable[DetectionRule]) -> Iterator[Numbered]:
    """Yield the filters among *rows* that can be read."""
    for row in rows:
        if row.kind == row.Kind.FILTER:
            yield from (Numbered(row.pk, row.version, one) for one in readable([row]))


def filters_on(city: int, lists: Mapping[str, Sequence[str]]) -> Filters:
    """Return the filters of a city (by its key) that are on."""
    from tenken.telemetry.models import DetectionRule

    rows = DetectionRule.objects.of_city(city).filter(
        state=DetectionRule.State.ON, kind=DetectionRule.Kind.FILTER
    )
    return Filters(numbered(rows), lists)


def event_rule_of(
    row: DetectionRule,
    lists: Mapping[str, Sequence[str]],
    correlations: Iterable[Query] = (),
    filters: Filters | None = None,
) -> EventRule:
    """Return a rule compiled, with the fields that *correlations* and its own grouping need, and what *filters* reach
    it. ``Unusable`` as it is."""
    document = document_of(row)
    compiled = compile_rule(document.rule, lists)
    names = set(row.group_by)
    for query in correlations:
        for reference, number in query.numbers.items():
            if number == row.pk:
                names |= query.correlation.fields_of(reference)
    shown = [f"{literal(name)}, {field_of(name, row.category).shown}" for name in sorted(names)]
    fields = f"map({', '.join(shown)})" if shown else ""
    return EventRule(row.pk, row.version, compiled, fields, filters.of(document) if filters else ())


def _correlations(rows: Sequence[DetectionRule]) -> dict[int, Query]:
    by_reference = {row.name: row.pk for row in rows if row.name} | {row.code: row.pk for row in rows}
    found: dict[int, Query] = {}
    for row in rows:
        if row.kind != row.Kind.CORRELATION:
            continue
        try:
            correlation = correlation_of(document_of(row).rule, document_of(row).data)
            found[row.pk] = bound(row.pk, correlation, by_reference)
        except Unusable as error:
            set_aside(row.pk, row.version, str(problem_of(error, row.text)))
    return found


def bound(number: int, correlation: Correlation, by_reference: Mapping[str, int]) -> Query:
    """Return the query of a correlation. ``Unusable`` when a rule it counts is not there."""
    for reference in correlation.references:
        if reference not in by_reference:
            reason = f"相関が数えるルール「{reference}」がないか、異常で止まっています"
            raise Unusable("相関が数えるルールがない", reason, ("correlation", "rules"))
    return Query(number, correlation, {one: by_reference[one] for one in correlation.references})


def _in_order(correlations: Mapping[int, Query]) -> tuple[Query, ...]:
    """Return the correlations so that what is counted comes first; those that count themselves in a circle are left."""
    ordered: list[Query] = []
    waiting = dict(correlations)
    while ready := [one for one in waiting.values() if not any(number in waiting for number in one.counted)]:
        ordered += ready
        for one in ready:
            del waiting[one.number]
    for one in waiting.values():
        set_aside(one.number, None, "相関が互いを数えていて、終わりません")
    return tuple(ordered)


def set_aside(number: int, version: int | None, reason: str) -> None:
    """Take a rule out of evaluation with its reason; the others go on."""
    from tenken.telemetry.detection.writing import fail_rule

    _log.warning("rule %s is set aside: %s", number, reason)
    fail_rule(number=number, version=version, reason=reason)
