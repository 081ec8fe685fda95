"""Reading rules: scoped lists, a rule tried on the past, the health of rules."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing
from tenken.journal.operations import note_access, record
from tenken.organization.access import Principal, require
from tenken.telemetry.detection.documents import Document, problem_of, read_rule
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.models.rules import DetectionRuleQuerySet
from tenken.telemetry.permissions import MANAGE_RULES, VIEW_ALERTS
from tenken.telemetry.store import Store, store

if TYPE_CHECKING:
    from tenken.telemetry.detection.ruleset import EventRule

LONGEST_TRIAL: Final = timedelta(days=31)
_SAMPLES: Final = 20
_TEXT_KEPT: Final = 10_000
_MOST_BASE_HITS: Final = 500_000
_SAMPLED: Final = "ts, section, device, op, payload, seq"
_OF_CITY: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"

HEALTH_DAYS: Final = 30
NOISY_A_DAY: Final = 100
SLOW_MS: Final = 50


def rules_for(by: Principal) -> DetectionRuleQuerySet:
    """Return the rules *by* may see."""
    return DetectionRule.objects.restrict(by, VIEW_ALERTS)


def find_rule(by: Principal, code: str) -> DetectionRule:
    """Return the rule with *code*; ``Missing`` when there is none that *by* may see."""
    found = rules_for(by).filter(code=code).first()
    if found is None:
        raise Missing("この検知ルールはありません。")
    return found


@dataclass(frozen=True)
class HistoryTrial:
    """How a rule would have fired. ``by_day``: days of Japan with hits, in order. ``samples``: the newest, as ts,
    section, device, op, payload, seq: who it was is looked up where such looks are recorded (``search``)."""

    hits: int
    by_day: dict[date, int]
    samples: list[dict[str, Any]]
    seconds: float


def try_on_history(by: Principal, rule_text: str, since: datetime, until: datetime) -> HistoryTrial:
    """Return how often the rule of *rule_text* would have fired between two moments, at most 31 days apart.

    A correlation counts the hits its rules would have had. A rule is a question to the operation logs like any search:
    what was tried is in the journal, and that its samples were read is noted. ``Invalid``: the line and reason when it cannot be used, a
    period out of bounds, or one in which there is too much to read within 20 seconds.
    """
    require(by, MANAGE_RULES)
    if not since < until or until - since > LONGEST_TRIAL:
        raise Invalid(f"期間は{LONGEST_TRIAL.days}日以内で指定してください。")
    begun = time.perf_counter()
    try:
        document = read_rule(rule_text)
        trial = _Past(by, store(), since, until)
        rows = trial.of_correlation(document) if document.correlation else trial.of_rule(document)
    except Unusable as error:
        from tenken.telemetry.detection.writing import refusal

        raise refusal(problem_of(error, rule_text)) from error
    days, samples = rows
    _note_trial(by, document, rule_text, since, until, sum(days.values()), len(samples))
    return HistoryTrial(sum(days.values()), days, samples, time.perf_counter() - begun)


@transaction.atomic
def _note_trial(
    by: Principal, document: Document, text: str, since: datetime, until: datetime, hits: int, shown: int
) -> None:
    subject = ("telemetry.rules", by.city_code)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.rule.try",
        subject=subject,
        changes={
            "code": document.code,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "hits": hits,
            "text": text[:_TEXT_KEPT],
        },
    )
    if shown:
        note_access(by=by, city_code=by.city_code, subject=subject, purpose="検知ルールの試行", rows=shown)


class _Past:
    """The events of a city in a time, and rules tried on them."""

    def __init__(self, by: Principal, opened: Store, since: datetime, until: datetime) -> None:
        from tenken.telemetry.lists.queries import snapshot

        self.by, self.store, self.since, self.until = by, opened, since, until
        self.lists = snapshot(by.city_code).values

    def of_rule(self, document: Document) -> tuple[dict[date, int], list[dict[str, Any]]]:
        from tenken.telemetry.detection.compiling import compile_rule
        from tenken.telemetry.detection.fields import everything

        compiled = compile_rule(document.rule, self.lists)
        table = everything("events") if compiled.keywords else "events"
        return self._counted(table, f" AND {compiled.condition}")

    def of_correlation(self, document: Document) -> tuple[dict[date, int], list[dict[str, Any]]]:
        """Count over a table of the hits that the rules would have had, made for this and dropped."""
        from tenken.telemetry.detection.correlating import correlation_of
        from tenken.telemetry.detection.ruleset import bound, event_rule_of
        from tenken.telemetry.detection.writing import referenced

        correlation = correlation_of(document.rule, document.data)
        rows = referenced(self.by.city_id, document.references)
        query = bound(0, correlation, {name: row.pk for name, row in rows.items()})
        rules: list[EventRule] = []
        for row in {row.pk: row for row in rows.values()}.values():
            if row.kind == DetectionRule.Kind.CORRELATION:
                raise Unusable(
                    "相関の相関", "相関を数える相関は、過去の記録では試せません", ("correlation", "rules")
                )
            rules.append(event_rule_of(row, self.lists, [query]))
        name = f"past_hits_{secrets.token_hex(6)}"
        self.store.command(f"CREATE TABLE {name} AS hits ENGINE = Memory")
        try:
            span = timedelta(seconds=correlation.seconds)
            self._fill(name, rules, span)
            return self._counted_hits(query.sql(hits=name), span)
        finally:
            self.store.command(f"DROP TABLE IF EXISTS {name}")

    def _fill(self, table: str, rules: list[EventRule], span: timedelta) -> None:
        from tenken.telemetry.detection.engine import evaluate_rules

        hits = evaluate_rules(
            self.store, "events", self.by.city_code, rules, self.since - 2 * span, self.until
        )
        if hits is None:
            return
        if hits.num_rows > _MOST_BASE_HITS:
            raise Invalid(f"相関が数える検知が{_MOST_BASE_HITS:,}件を超えます。期間を短くしてください。")
        self.store.insert(table, hits)

    def _counted(self, table: str, condition: str) -> tuple[dict[date, int], list[dict[str, Any]]]:
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

    def _counted_hits(self, sql: str, span: timedelta) -> tuple[dict[date, int], list[dict[str, Any]]]:
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
        from tenken.telemetry.detection.engine import SETTINGS

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


class Sign(StrEnum):
    """What is wrong with a rule, if anything."""

    FAILED = "failed"
    NEVER = "never"
    NOISY = "noisy"
    SLOW = "slow"

    @property
    def label(self) -> str:
        return {"failed": "異常", "never": "一度も検知なし", "noisy": "検知が多すぎる", "slow": "遅い"}[
            self.value
        ]


@dataclass(frozen=True)
class RuleHealth:
    """``hits``, ``last_hit``: of the last 30 days, by the time of receipt."""

    rule: DetectionRule
    hits: int
    last_hit: datetime | None
    signs: tuple[Sign, ...]

    @property
    def per_day(self) -> float:
        return self.hits / HEALTH_DAYS


def rule_health(by: Principal) -> list[RuleHealth]:
    """Return how each rule that is on or failed does. Failed ones say why (``rule.reason``) with the line; a rule never
    hit is told once it has been on for 30 days. Two queries. ``StoreUnavailable`` when the store cannot be asked."""
    now = clock.now()
    since = now - timedelta(days=HEALTH_DAYS)
    states = (DetectionRule.State.ON, DetectionRule.State.FAILED)
    rows = list(rules_for(by).filter(state__in=states).order_by("code"))
    sql = (
        "SELECT rule, uniqExact(payload, seq) AS hits, max(ts) AS last FROM hits WHERE city = {city:String} "
        "AND received >= {since:DateTime64(3)} AND received < {until:DateTime64(3)} GROUP BY rule"
    )
    found = store().query(sql, city=by.city_code, since=since, until=now + timedelta(days=1)).to_pylist()
    hits = {row["rule"]: (row["hits"], row["last"]) for row in found}
    return [_health(row, *hits.get(row.pk, (0, None)), since) for row in rows]


def _health(rule: DetectionRule, hits: int, last: datetime | None, since: datetime) -> RuleHealth:
    on = rule.state == DetectionRule.State.ON
    signs = {
        Sign.FAILED: rule.state == DetectionRule.State.FAILED,
        Sign.NEVER: on and not hits and rule.switched_at is not None and rule.switched_at <= since,
        Sign.NOISY: on and hits > NOISY_A_DAY * HEALTH_DAYS,
        Sign.SLOW: on and (rule.trial_ms or 0) >= SLOW_MS,
    }
    return RuleHealth(rule, hits, last, tuple(sign for sign, holds in signs.items() if holds))
