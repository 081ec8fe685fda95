"""Rules tried on the operation logs of the past."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from tenken.common.refusals import Invalid
from tenken.organization.access import Principal
from tenken.telemetry.detection.compiling import compile_filter, compile_rule
from tenken.telemetry.detection.correlating import correlation_of
from tenken.telemetry.detection.documents import Document
from tenken.telemetry.detection.engine import SETTINGS, evaluate_rules, hits_query
from tenken.telemetry.detection.fields import everything
from tenken.telemetry.detection.filtering import Filters, Numbered
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.ruleset import EventRule, bound, event_rule_of, filters_on
from tenken.telemetry.detection.writing import named_rules, referenced
from tenken.telemetry.lists.queries import snapshot
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store

_SAMPLES: Final = 20
_MOST_BASE_HITS: Final = 500_000
_MOST_NARROWED: Final = 500
_SAMPLED: Final = "ts, section, device, op, payload, seq"
_OF_CITY: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"

Found = tuple[dict[date, int], list[dict[str, Any]]]


@dataclass(frozen=True)
class Narrowed:
    """What a filter would have done to one rule: its ``hits`` without the filter, and how many of them are taken away."""

    rule: DetectionRule
    hits: int
    taken: int


class Past:
    """The events of a city in a time, and rules tried on them: each answers how many hits there are on which day, and
    the newest of them. ``narrowed``: what a filter that was tried does, rule by rule."""

    def __init__(self, by: Principal, opened: Store, since: datetime, until: datetime) -> None:
        self.by, self.store, self.since, self.until = by, opened, since, until
        self.lists = snapshot(by.city_code).values
        self.narrowed: list[Narrowed] = []

    def of_rule(self, document: Document) -> Found:
        compiled = compile_rule(document.rule, self.lists)
        filters = filters_on(self.by.city_id, self.lists).of(document)
        table = everything("events") if EventRule(0, 0, compiled, "", filters).keywords else "events"
        asked = " AND ".join([compiled.condition, *(one.condition for one in filters)])
        return self._counted(table, f" AND {asked}")

    def of_filter(self, document: Document) -> Found:
        """Tell what the filter would have taken from the rules it names; of all: from those that are on."""
        rows = {row.pk: row for row in named_rules(self.by.city_id, document) if _is_event(row)}
        if len(rows) > _MOST_NARROWED:
            raise Invalid(
                f"対象のルールが{_MOST_NARROWED:,}件を超えるフィルターは、過去の記録では試せません。"
            )
        alone = Filters([Numbered(0, 0, document)], self.lists)
        rules = []
        for row in rows.values():
            with suppress(Unusable):  # it stands aside in the live stream, too
                rules.append(event_rule_of(row, self.lists, (), alone))
        rules = [rule for rule in rules if rule.filters]
        if error := alone.broken.get(0):
            raise error
        if not rules:
            compile_filter(document.rule, self.lists)
            return {}, []
        sql = hits_query("events", rules)
        counts = self._ask(
            f"SELECT toDate(ts, 'Asia/Tokyo') AS day, rule, count() AS hits FROM ({sql}) GROUP BY day, rule ORDER BY day"
        )
        days: dict[date, int] = {}
        stood, taken = Counter[int](), Counter[int]()
        for one in counts:
            away = one["rule"] >= TAKEN_AWAY
            (taken if away else stood)[one["rule"] % TAKEN_AWAY] += one["hits"]
            if away:
                days[one["day"]] = days.get(one["day"], 0) + one["hits"]
        self.narrowed = [
            Narrowed(rows[rule.number], stood[rule.number] + taken[rule.number], taken[rule.number])
            for rule in rules
        ]
        newest = self._ask(
            f"SELECT ts, section, device, '' AS op, payload, seq FROM ({sql}) WHERE rule >= {TAKEN_AWAY} "
            f"ORDER BY ts DESC, payload, seq LIMIT {_SAMPLES}"
        )
        return days, newest

    def of_correlation(self, document: Document) -> Found:
        """Count over a table of the hits that the rules would have had, made for this and dropped."""
        correlation = correlation_of(document.rule, document.data)
        rows = referenced(self.by.city_id, document.references)
        query = bound(0, correlation, {name: row.pk for name, row in rows.items()})
        rules: list[EventRule] = []
        filters = filters_on(self.by.city_id, self.lists)
        for row in {row.pk: row for row in rows.values()}.values():
            if row.kind == DetectionRule.Kind.CORRELATION:
                raise Unusable(
                    "相関の相関", "相関を数える相関は、過去の記録では試せません", ("correlation", "rules")
                )
            rules.append(event_rule_of(row, self.lists, [query], filters))
        name = f"past_hits_{secrets.token_hex(6)}"
        self.store.command(f"CREATE TABLE {name} AS hits ENGINE = Memory")
        try:
            span = timedelta(seconds=correlation.seconds)
            self._fill(name, rules, span)
            return self._counted_hits(query.sql(hits=name), span)
        finally:
            self.store.command(f"DROP TABLE IF EXISTS {name}")

    def _fill(self, table: str, rules: list[EventRule], span: timedelta) -> None:
        hits = evaluate_rules(
            self.store, "events", self.by.city_code, rules, self.since - 2 * span, self.until
        )
        if hits is None:
            return
        if hits.num_rows > _MOST_BASE_HITS:
            raise Invalid(f"相関が数える検知が{_MOST_BASE_HITS:,}件を超えます。期間を短くしてください。")
        self.store.insert(table, hits)

    def _counted(self, table: str, condition: str) -> Found:
        where = f"FROM {table} WHERE {_OF_CITY}{condition}"
        days = self._ask(
            f"SELECT toDate(ts, 'Asia/Tokyo') AS day, count() AS hits {where} GROUP BY day ORDER BY day"
        )
        newest = (
            self._ask(f"SELECT {_SAMPLED} {where} ORDER BY ts DESC, payload, seq LIMIT {_SAMPLES}")
            if days
            else []
        )
        return {row["day"]: row["hits"] for row in days}, newest

    def _counted_hits(self, sql: str, span: timedelta) -> Found:
        """Count the hits of a correlation's query: those in the time, over the hits from two spans before."""
        given = {"groups": [], "decided": self.since}
        found = f"FROM ({sql}) WHERE ts < {{until:DateTime64(3)}}"
        days = self._ask(
            f"SELECT toDate(ts, 'Asia/Tokyo') AS day, count() AS hits {found} GROUP BY day ORDER BY day",
            given,
            before=2 * span,
        )
        newest = self._ask(
            f"SELECT ts, section, device, '' AS op, payload, seq {found} ORDER BY ts DESC LIMIT {_SAMPLES}",
            given,
            before=2 * span,
        )
        return {row["day"]: row["hits"] for row in days}, newest

    def _ask(
        self, sql: str, parameters: Mapping[str, Any] | None = None, before: timedelta = timedelta()
    ) -> list[dict[str, Any]]:
        try:
            return self.store.query(
                sql,
                city=self.by.city_code,
                since=self.since - before,
                until=self.until,
                parameters=parameters,
                settings={**SETTINGS, "max_execution_time": 20},
            ).to_pylist()
        except Exception as error:
            if "TIMEOUT_EXCEEDED" in str(error):
                raise Invalid("20秒で試しきれませんでした。期間を短くしてください。") from error
            raise


def _is_event(row: DetectionRule) -> bool:
    return row.kind == DetectionRule.Kind.EVENT
