"""Rules on a batch of events, correlations over the hits.

What a query costs is its planning: some milliseconds a rule, whatever the batch. So only rules of the log sources in the
batch are asked; above a few of them, one pass finds which needles of all rules occur in the batch at all, and only the
rules whose needles do are evaluated, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.detection.compiling import Compiled
from tenken.telemetry.detection.correlating import Query
from tenken.telemetry.detection.fields import everything
from tenken.telemetry.detection.hits import TAKEN_AWAY, as_hits
from tenken.telemetry.detection.prefilter import may_hit, needles_of, occurrences
from tenken.telemetry.detection.ruleset import EventRule, forget, rules_of, set_aside
from tenken.telemetry.detection.sources import COLUMNS, Present
from tenken.telemetry.store.errors import StoreUnavailable

if TYPE_CHECKING:
    import pyarrow as pa

    from tenken.telemetry.detection.filtering import EventFilter
    from tenken.telemetry.store import Store

__all__ = ["correlate", "evaluate", "evaluate_rules", "forget"]

_PREFILTER_FROM: Final = 12
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_MOST_GROUPS: Final = 5_000
# A query of hundreds of rules is long, and is ours.
SETTINGS: Final = {
    "max_query_size": 1 << 27,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
    "max_ast_depth": 100_000,
    "max_parser_depth": 100_000,
    "compile_expressions": 0,
    "max_execution_time": 60,
    "max_result_rows": 10_000_000,
}
_OF_CITY: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"


def evaluate(store: Store, stage: str, city: str) -> pa.Table | None:
    """Return the rows of ``hits`` for the events of *city* in the memory table *stage*; None when there are none.

    ``StoreUnavailable`` when the store cannot be asked. A rule that fails alone is set aside and the rest go on.
    """
    return evaluate_rules(store, stage, city, rules_of(city).events)


def evaluate_rules(
    store: Store,
    table: str,
    city: str,
    rules: Sequence[EventRule],
    since: datetime = _FIRST,
    until: datetime = _LAST,
) -> pa.Table | None:
    """Return the hits of *rules* on the events of *table* (a stage, or ``events``) in a time."""
    asked = _Asked(store, table, city, since, until)
    return as_hits(asked.hits(asked.candidates(rules))) if rules else None


def evaluate_compiled(
    store: Store, table: str, city: str, compiled: Compiled, filters: tuple[EventFilter, ...] = ()
) -> pa.Table:
    """Run one rule on *table* as it stands, its errors not caught: the trial of a rule."""
    return _Asked(store, table, city, _FIRST, _LAST).query([EventRule(1, 0, compiled, filters=filters)])


def hits_query(table: str, rules: Sequence[EventRule]) -> str:
    """Return the query of the hits of *rules* on *table*: of the columns of ``hits``, those that filters took away
    among them. It asks ``city``, ``since`` and ``until``."""
    filtered = any(one.filters for one in rules)
    numbers = ", ".join(map(_number, rules)) or "0"
    said = f"arrayJoin(arrayFilter(x -> x != 0, [{numbers}]))"
    carried: dict[str, list[str]] = {}
    for one in rules:
        if one.fields:
            carried.setdefault(one.fields, []).append(str(one.number))
    nothing = "CAST(map(), 'Map(String, String)')"
    choices = "".join(
        f"rule IN ({', '.join(numbers)}), CAST({fields}, 'Map(String, String)'), "
        for fields, numbers in carried.items()
    )
    if filtered:
        by = "CAST(map('filter', toString(bitShiftRight(said, 32))), 'Map(String, String)')"
        choices = f"rule >= {TAKEN_AWAY}, {by}, {choices}"
    asked = everything(table) if any(one.keywords for one in rules) else table
    rule = f"{said} AS said, toUInt32(bitAnd(said, {(1 << 32) - 1}))" if filtered else f"toUInt32({said})"
    return (
        f"SELECT city, {rule} AS rule, ts, received, payload, "
        "seq, section, person, user, device, computer, "
        f"{f'multiIf({choices}{nothing})' if choices else nothing} AS fields FROM {asked} WHERE {_OF_CITY}"
    )


def _number(rule: EventRule) -> str:
    """Return the expression of the number of a hit of *rule*, 0 where there is none: its own, or that of a hit taken
    away with, in the upper half, the filter that did."""
    condition = rule.compiled.condition
    if not rule.filters:
        return f"{condition} * {rule.number}"
    away = "".join(
        f"NOT {one.condition}, toUInt64({(one.number << 32) + TAKEN_AWAY + rule.number}), "
        for one in rule.filters
    )
    return f"if({condition}, multiIf({away}toUInt64({rule.number})), toUInt64(0))"


class _Asked:
    """One table of events of one city in one time, and what is asked of it."""

    def __init__(self, store: Store, table: str, city: str, since: datetime, until: datetime) -> None:
        self.store, self.table, self.city, self.since, self.until = store, table, city, since, until

    def _query(self, sql: str) -> pa.Table:
        return self.store.query(sql, city=self.city, since=self.since, until=self.until, settings=SETTINGS)

    def query(self, rules: Sequence[EventRule]) -> pa.Table:
        """Return the rows that *rules* hit, in one query."""
        return self._query(hits_query(self.table, rules))

    def candidates(self, rules: Sequence[EventRule]) -> list[EventRule]:
        """Return the rules that may hit: of a log source in the table, and what they need occurs in an event."""
        columns = ", ".join(COLUMNS)
        found = self._query(f"SELECT DISTINCT {columns} FROM {self.table} WHERE {_OF_CITY}")
        present = [Present(*row.values()) for row in found.to_pylist()]
        left = [rule for rule in rules if any(rule.compiled.source.covers(one) for one in present)]
        needing = [rule for rule in left if rule.compiled.needs]
        if len(needing) < _PREFILTER_FROM:
            return left
        needles = needles_of(needing)
        found = self._query(occurrences(self.table, _OF_CITY, needles))
        reached = may_hit(needing, needles, found)
        return [rule for rule in left if not rule.compiled.needs or rule.number in reached]

    def hits(self, rules: Sequence[EventRule]) -> Any:
        """Return the rows that *rules* hit. When the query fails, the rules that fail alone are set aside."""
        try:
            return self.query(rules)
        except StoreUnavailable:
            raise
        except Exception:
            self._query(f"SELECT count() FROM {self.table} WHERE {_OF_CITY}")  # the store itself is well
            return self._hits_of_the_sound(rules)

    def _hits_of_the_sound(self, rules: Sequence[EventRule]) -> Any:
        import pyarrow as pa

        if len(rules) > 1:
            middle = len(rules) // 2
            return pa.concat_tables([self._tried(rules[:middle]), self._tried(rules[middle:])])
        (rule,) = rules
        try:
            return self.query(rules)
        except StoreUnavailable:  # no fault of the rule's
            raise
        except Exception as error:
            if rule.filters:
                return self._hits_of_the_sound([self._with_sound_filters(rule)])
            set_aside(rule.number, rule.version, f"評価できませんでした（{_short(error)}）")
            return self.query(())

    def _with_sound_filters(self, rule: EventRule) -> EventRule:
        """Return *rule*, which fails, with the filters that do not fail it by themselves; the others are set aside. When
        it fails without any, they are not to blame, and it is left without."""
        bare = replace(rule, filters=())
        sound = []
        if self._failure(bare):
            return bare
        for one in rule.filters:
            if said := self._failure(replace(rule, filters=(one,))):
                set_aside(one.number, one.version, f"評価できませんでした（{said}）")
            else:
                sound.append(one)
        return replace(rule, filters=tuple(sound) if len(sound) < len(rule.filters) else ())

    def _failure(self, rule: EventRule) -> str:
        try:
            self.query([rule])
        except StoreUnavailable:
            raise
        except Exception as error:
            return _short(error)
        return ""

    def _tried(self, rules: Sequence[EventRule]) -> Any:
        try:
            return self.query(rules)
        except StoreUnavailable:
            raise
        except Exception:
            return self._hits_of_the_sound(rules)


def correlate(store: Store, city: str, hits: pa.Table) -> pa.Table | None:
    """Return the hits of correlation rules that *hits* (in the store already) bring about; None when there are none.

    The same hits again give the same rows. Hits that other correlations count are in the store when this returns.
    """
    import pyarrow as pa

    rules = rules_of(city)
    counted_again = {number for query in rules.correlations for number in query.counted}
    seen, found = hits, []
    for query in rules.correlations:
        new = _correlated(store, city, query, seen)
        if new is None:
            continue
        found.append(new)
        if query.number in counted_again:
            store.insert("hits", new)
            seen = pa.concat_tables([seen, new])
    return pa.concat_tables(found) if found else None


def _correlated(store: Store, city: str, query: Query, hits: pa.Table) -> pa.Table | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    mine = hits.filter(pc.is_in(hits["rule"], value_set=pa.array(query.counted, pa.uint32())))
    groups: set[tuple[str, ...]] = set()
    first, last = _LAST, _FIRST
    for row in mine.select(["rule", "ts", "fields"]).to_pylist():
        key = query.key_of(row["rule"], dict(row["fields"]))
        if key is not None:
            groups.add(key)
            first, last = min(first, row["ts"]), max(last, row["ts"])
    if not groups:
        return None
    span = timedelta(seconds=query.correlation.seconds)
    asked = [list(key) for key in sorted(groups)] if len(groups) <= _MOST_GROUPS and groups != {()} else []
    try:
        found = store.query(
            query.sql(),
            city=city,
            since=first - 2 * span,
            until=last + span + timedelta(milliseconds=1),
            parameters={"groups": asked, "decided": first},
            settings=SETTINGS,
        )
    except Exception as error:
        store.query(f"SELECT count() FROM hits WHERE {_OF_CITY}", city=city, since=_FIRST, until=_LAST)
        set_aside(query.number, None, f"評価できませんでした（{_short(error)}）")
        return None
    return as_hits(found)


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
