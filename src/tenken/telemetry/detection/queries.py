"""Reading rules: scoped lists, a rule tried on the past, the health of rules."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing
from tenken.journal.operations import note_access, record
from tenken.organization.access import Principal, require
from tenken.telemetry.detection.documents import Document, problem_of, read_rule
from tenken.telemetry.detection.filtering import reaches
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.detection.past import Narrowed, Past
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.ruleset import numbered, readable
from tenken.telemetry.detection.writing import named_rules
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.models.rules import DetectionRuleQuerySet
from tenken.telemetry.permissions import MANAGE_RULES, VIEW_ALERTS
from tenken.telemetry.store import store

LONGEST_TRIAL: Final = timedelta(days=31)
_TEXT_KEPT: Final = 10_000

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
    """How a rule would have fired; of a filter, which hits it would have taken away, ``narrowed``: rule by rule.
    ``by_day``: days of Japan with hits, in order. ``samples``: the newest, as ts, section, device, op, payload, seq: who
    it was is looked up where such looks are recorded (``search``)."""

    hits: int
    by_day: dict[date, int]
    samples: list[dict[str, Any]]
    seconds: float
    filter: bool = False
    narrowed: list[Narrowed] = field(default_factory=list)


def try_on_history(by: Principal, rule_text: str, since: datetime, until: datetime) -> HistoryTrial:
    """Return how often the rule of *rule_text* would have fired between two moments, at most 31 days apart.

    The city's filters that are on are applied; of a filter, it is told what it alone would take from the rules it reaches.
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
        trial = Past(by, store(), since, until)
        of_kind = {
            "correlation": trial.of_correlation,
            "filter": trial.of_filter,
            "event": trial.of_rule,
        }
        days, samples = of_kind[document.kind](document)
    except Unusable as error:
        from tenken.telemetry.detection.writing import refusal

        raise refusal(problem_of(error, rule_text)) from error
    _note_trial(by, document, rule_text, since, until, sum(days.values()), len(samples))
    seconds = time.perf_counter() - begun
    return HistoryTrial(sum(days.values()), days, samples, seconds, document.filter, trial.narrowed)


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


class Sign(StrEnum):
    """What is wrong with a rule, if anything. ``SILENCED``: filters take every hit of the rule, the filter every hit of a
    rule it reaches; ``MISSING``: a filter names a rule there is not."""

    FAILED = "failed"
    MISSING = "missing"
    SILENCED = "silenced"
    NEVER = "never"
    NOISY = "noisy"
    SLOW = "slow"

    @property
    def label(self) -> str:
        return {
            "failed": "異常",
            "missing": "対象のルールなし",
            "silenced": "すべて除外",
            "never": "一度も検知なし",
            "noisy": "検知が多すぎる",
            "slow": "遅い",
        }[self.value]


@dataclass(frozen=True)
class RuleHealth:
    """``hits``, ``last_hit``: of the last 30 days, by the time of receipt; of a filter, of what it took away. ``taken``:
    the hits of a rule that filters took away."""

    rule: DetectionRule
    hits: int
    last_hit: datetime | None
    signs: tuple[Sign, ...]
    taken: int = 0

    @property
    def per_day(self) -> float:
        return self.hits / HEALTH_DAYS


def rule_health(by: Principal) -> list[RuleHealth]:
    """Return how each rule that is on or failed does. Failed ones say why (``rule.reason``) with the line; a rule never
    hit is told once it has been on for 30 days. Two queries, three with filters. ``StoreUnavailable`` when the store
    cannot be asked."""
    now = clock.now()
    since = now - timedelta(days=HEALTH_DAYS)
    states = (DetectionRule.State.ON, DetectionRule.State.FAILED)
    rows = list(rules_for(by).filter(state__in=states).order_by("code"))
    filters = [row for row in rows if row.kind == DetectionRule.Kind.FILTER]
    told = _told(by, since, now, filtered=bool(filters))
    silenced = {number for row in filters for number in told.silenced_by(row)}
    missing = missing_rules(by.city_id, filters) if filters else {}
    return [_health(row, told, since, silenced, missing) for row in rows]


@dataclass
class _Told:
    """What the store says: hits and the last by the number of a rule or filter; by the number of a filter, how many hits
    of which rules it took away."""

    hits: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    taken: dict[int, Counter[int]] = field(default_factory=dict)

    def taken_from(self, rule: int) -> int:
        return sum(one[rule] for one in self.taken.values())

    def silenced_by(self, row: DetectionRule) -> set[int]:
        """Return the rules of which no hit stood since the filter *row* was switched on, though it took some away, and
        then the filter itself."""
        found = set()
        for rule in self.taken.get(row.pk, ()):
            last = self.hits[rule][1] if rule in self.hits else None
            if last is None or (row.switched_at is not None and last < row.switched_at):
                found.add(rule)
        return found | {row.pk} if found else found


def _told(by: Principal, since: datetime, now: datetime, *, filtered: bool) -> _Told:
    # The field is read only where there are filters: it is the widest column.
    taker = f"if(rule >= {TAKEN_AWAY}, toUInt32OrZero(fields['filter']), 0)" if filtered else "toUInt32(0)"
    sql = (
        f"SELECT rule, {taker} AS filter, uniqExact(payload, seq) AS hits, max(ts) AS last FROM hits "
        "WHERE city = {city:String} AND received >= {since:DateTime64(3)} "
        "AND received < {until:DateTime64(3)} GROUP BY rule, filter"
    )
    found = store().query(sql, city=by.city_code, since=since, until=now + timedelta(days=1)).to_pylist()
    told = _Told()
    for row in found:
        if row["rule"] < TAKEN_AWAY:
            told.hits[row["rule"]] = (row["hits"], row["last"])
            continue
        many, last = told.hits.get(row["filter"], (0, row["last"]))
        told.hits[row["filter"]] = (many + row["hits"], max(row["last"], last))
        told.taken.setdefault(row["filter"], Counter())[row["rule"] - TAKEN_AWAY] += row["hits"]
    return told


def missing_rules(city_id: int, filters: Sequence[DetectionRule]) -> dict[int, tuple[str, ...]]:
    """Return, by the filters' numbers, the ids and names they say that are no rule of the city; 'any' of one on all rules
    when none of its log source is on. Filters that miss none are left out."""
    documents = {one.number: one.document for one in numbered(filters)}
    rows = DetectionRule.objects.of_city(city_id).filter(kind=DetectionRule.Kind.EVENT)
    wanted = {one for document in documents.values() for one in document.references}
    named = rows.filter(Q(code__in=wanted) | Q(name__in=wanted)).values_list("code", "name")
    known = {one for pair in named for one in pair}
    every = any(document.of_every_rule for document in documents.values())
    on = list(readable(rows.filter(state=DetectionRule.State.ON))) if every else []
    found = {}
    for number, document in documents.items():
        missing = tuple(one for one in document.references if one not in known)
        if document.of_every_rule and not any(reaches(document, one) for one in on):
            missing = ("any",)
        if missing:
            found[number] = missing
    return found


@dataclass(frozen=True)
class Narrowing:
    """``rows``: the rules that a filter reaches (of all rules: those that are on), or the filters that are on for a rule;
    ``missing``: what a filter names in vain."""

    rows: list[DetectionRule]
    missing: tuple[str, ...] = ()


def narrowing_of(by: Principal, rule: DetectionRule) -> Narrowing:
    """Return what a filter and the rules it is for have to do with each other, seen from *rule*. Of one that cannot be
    read, or a correlation: nothing."""
    document = next(readable([rule]), None)
    if document is None or document.correlation:
        return Narrowing([])
    if document.filter:
        rows = [(row, next(readable([row]), None)) for row in named_rules(rule.city_id, document)]
        reached = [row for row, one in rows if one is not None and reaches(document, one)]
        return Narrowing(reached, missing_rules(rule.city_id, [rule]).get(rule.pk, ()))
    filters = rules_for(by).filter(kind=DetectionRule.Kind.FILTER, state=DetectionRule.State.ON)
    reaching = {one.number for one in numbered(filters) if reaches(one.document, document)}
    return Narrowing([row for row in filters if row.pk in reaching])


def _health(
    rule: DetectionRule,
    told: _Told,
    since: datetime,
    silenced: Collection[int],
    missing: Collection[int],
) -> RuleHealth:
    on = rule.state == DetectionRule.State.ON
    hits, last = told.hits.get(rule.pk, (0, None))
    taken = told.taken_from(rule.pk)
    old = rule.switched_at is not None and rule.switched_at <= since
    signs = {
        Sign.FAILED: rule.state == DetectionRule.State.FAILED,
        Sign.MISSING: rule.pk in missing,
        Sign.SILENCED: on and rule.pk in silenced,
        Sign.NEVER: on and not hits and not taken and old,
        Sign.NOISY: on and rule.kind != DetectionRule.Kind.FILTER and hits > NOISY_A_DAY * HEALTH_DAYS,
        Sign.SLOW: on and (rule.trial_ms or 0) >= SLOW_MS,
    }
    return RuleHealth(rule, hits, last, tuple(sign for sign, holds in signs.items() if holds), taken)
