"""Hits become alerts: grouped, throttled, exclusions taken off, written in bulk, told by mail; each hit once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import transaction
from django.db.models import Count

from tenken.common import clock
from tenken.common.many_rows import insert_many, update_many
from tenken.journal.operations import record
from tenken.organization.access import Principal, system_principal
from tenken.organization.models import City, Unit
from tenken.telemetry.alerts.grouping import (
    Hit,
    Span,
    excluded_by,
    fold,
    group_of,
    hits_of,
    key_of,
    seen_in,
    spread,
    summary_key,
)
from tenken.telemetry.alerts.mail import tell_waiting
from tenken.telemetry.alerts.states import severity_of
from tenken.telemetry.models import Alert, AlertExclusion, AlertHit, AlertSettings, AlertStep, DetectionRule

if TYPE_CHECKING:
    import pyarrow as pa

# A batch that failed while a later one went through is given again with this much of what came before it.
OVERLAP: Final = timedelta(minutes=10)
_HOUR: Final = timedelta(hours=1)
_CHUNK: Final = 2_000
_T = TypeVar("_T")


def watermark(city: str) -> datetime | None:
    """Return from when on (received) the hits of a city are to be given again after a restart; None: all there are."""
    mark = AlertSettings.objects.filter(city__code=city).values_list("watermark", flat=True).first()
    return mark - OVERLAP if mark else None


@transaction.atomic
def raise_from(city: str, hits: pa.Table) -> int:
    """Turn *hits* (rows of the store's table ``hits``) of a city into alerts; return how many new ones there are.

    Beyond ``MOST_AN_HOUR`` new alerts of a rule further ones are folded into a summary. Further hits of a group join its
    open alert until the rule's ``throttle_seconds`` have passed since the last; those an
    exclusion in force meets raise nothing; those of rules that are not on neither. A hit given again adds nothing. The
    number of queries depends on thousands of hits, not on each.
    """
    town = City.objects.get(code=city)
    by = system_principal(town, "alerts")
    settings = locked_settings(town)
    rows = hits_of(hits)
    raised = _take_in(by, settings, rows) if rows else []
    newest = max((hit.received for hit in rows), default=None)
    if newest and (settings.watermark is None or newest > settings.watermark):
        settings.watermark = newest
    settings.save(update_fields=["last_number", "watermark"])
    tell_waiting(by, settings)
    return len(raised)


def locked_settings(city: City) -> AlertSettings:
    """Return the city's settings with their row locked: alerts of a city are raised one batch after another."""
    rows = AlertSettings.objects.select_for_update(of=("self",)).filter(city=city)
    found = rows.first()
    if found is None:
        AlertSettings.objects.bulk_create([AlertSettings(city=city)], ignore_conflicts=True)
        found = rows.get()
    return found


def _take_in(by: Principal, settings: AlertSettings, rows: Sequence[Hit]) -> list[Alert]:
    rules = DetectionRule.objects.filter(
        city=by.city, state=DetectionRule.State.ON, pk__in={hit.rule for hit in rows}
    ).in_bulk()
    fresh = _not_yet([hit for hit in rows if hit.rule in rules])
    if not fresh:
        return []
    kept, left_out = _exclude(by, fresh)
    spans = _folded(_spans(rules, kept))
    units = _units(by.city, {hit.section for span in spans for hit in span.hits if hit.section})
    raised = _write(settings, rules, spans, units)
    joined = ((hit, span.alert.pk, None) for span in spans for hit in span.hits)
    insert_many(
        AlertHit,
        ("rule", "payload", "seq", "ts", "alert", "exclusion"),
        (
            (hit.rule, hit.payload, hit.seq, hit.ts, alert, exclusion)
            for hit, alert, exclusion in chain(joined, ((hit, None, key) for hit, key in left_out))
        ),
    )
    _tell_journal(by, raised)
    return raised


def _not_yet(rows: Sequence[Hit]) -> list[Hit]:
    """Return those of *rows* that were not taken in before."""
    known: set[tuple[int, int, int]] = set()
    for payloads in _chunks(sorted({hit.payload for hit in rows})):
        known.update(AlertHit.objects.filter(payload__in=payloads).values_list("rule_id", "payload", "seq"))
    return [hit for hit in rows if hit.key not in known]


def _exclude(by: Principal, rows: Sequence[Hit]) -> tuple[list[Hit], list[tuple[Hit, int]]]:
    exclusions: dict[int, list[tuple[int, Mapping[str, str]]]] = defaultdict(list)
    in_force = AlertExclusion.objects.filter(
        city=by.city, expires_on__gte=by.on, ended_at__isnull=True
    ).order_by("pk")
    for key, rule, conditions in in_force.values_list("pk", "rule_id", "conditions"):
        exclusions[rule].append((key, conditions))
    kept: list[Hit] = []
    left_out: list[tuple[Hit, int]] = []
    for hit in rows:
        exclusion = excluded_by(hit, exclusions[hit.rule]) if hit.rule in exclusions else None
        if exclusion is None:
            kept.append(hit)
        else:
            left_out.append((hit, exclusion))
    return kept, left_out


def _spans(rules: Mapping[int, DetectionRule], hits: Iterable[Hit]) -> list[Span]:
    """Return which alerts get hits: standing ones and those to be made, with the group's key and values on them."""
    groups: dict[str, list[Hit]] = defaultdict(list)
    rule_of: dict[str, int] = {}
    keys: dict[tuple[object, ...], str] = {}
    for hit in hits:
        group = group_of(hit, rules[hit.rule].group_by)
        told = (hit.rule, *group.items())
        key = keys.get(told) or keys.setdefault(told, key_of(hit.rule, group))
        groups[key].append(hit)
        rule_of[key] = hit.rule
    standing: dict[str, list[Span]] = defaultdict(list)
    for some in _chunks(list(groups)):
        for alert in (
            Alert.objects.filter(rule__in={rule_of[key] for key in some}, group_key__in=some)
            .exclude(status=Alert.Status.CLOSED)
            .order_by("last_at", "pk")
        ):
            standing[alert.group_key].append(
                Span(alert.first_at, alert.last_at, alert.received_at, alert=alert)
            )
    found: list[Span] = []
    for key, rows in groups.items():
        throttle = timedelta(seconds=rules[rule_of[key]].throttle_seconds)
        found += spread(rows, standing[key], throttle)
    return found


def _folded(spans: Sequence[Span]) -> list[Span]:
    """Return *spans* with what goes beyond the most alerts of a rule in an hour folded: whoever forges names makes a few
    alerts, not thousands. Each hit stays with the alert it is folded into."""
    new = [span.hits[0] for span in spans if span.alert is None]
    if not new:
        return list(spans)
    recent = Alert.objects.filter(rule__in={hit.rule for hit in new}, raised_at__gt=clock.now() - _HOUR)
    raised = dict(recent.order_by().values_list("rule").annotate(Count("pk")))
    standing: dict[str, Span] = {}
    for keys in _chunks(sorted({summary_key(hit.rule, hit.section) for hit in new})):
        for alert in recent.filter(group_key__in=keys).exclude(status=Alert.Status.CLOSED).order_by("pk"):
            standing[alert.group_key] = Span(alert.first_at, alert.last_at, alert.received_at, alert=alert)
    return fold(spans, raised, standing)


def _units(city: City, codes: Iterable[str]) -> dict[str, int]:
    """Return the city's units by code; of one code the latest counts."""
    found: dict[str, int] = {}
    for some in _chunks(sorted(codes)):
        rows = Unit.objects.filter(city=city, code__in=some).order_by("valid_from", "pk")
        found.update(rows.values_list("code", "pk"))
    return found


def _write(
    settings: AlertSettings,
    rules: Mapping[int, DetectionRule],
    spans: Sequence[Span],
    units: Mapping[str, int],
) -> list[Alert]:
    """Write the alerts of *spans*, new and standing; return the new ones, with the number of each given."""
    moment = clock.now()
    raised, touched = [], []
    for span in spans:
        if span.alert is None:
            settings.last_number += 1
            span.alert = _new(settings, rules[span.hits[0].rule], span, units, moment)
            raised.append(span.alert)
        else:
            touched.append(span.alert)
        alert: Alert = span.alert
        alert.hit_count += len(span.hits)
        alert.first_at, alert.last_at, alert.received_at = span.first, span.last, span.received
        alert.seen = seen_in(span.hits, alert.seen)
        if span.folded:
            _tell_folded(alert, rules[span.hits[0].rule], span.folded)
    Alert.objects.bulk_create(raised, batch_size=500)
    update_many(
        Alert,
        ("hit_count", "first_at", "last_at", "received_at", "seen", "title"),
        (
            (one.hit_count, one.first_at, one.last_at, one.received_at, one.seen, one.title, one.pk)
            for one in touched
        ),
    )
    AlertStep.objects.bulk_create(
        [
            AlertStep(
                alert=alert,
                event="raised",
                status=alert.status,
                by_code="system:alerts",
                by_name="システム",
                recorded_at=moment,
            )
            for alert in raised
        ],
        batch_size=500,
    )
    return raised


def _new(
    settings: AlertSettings, rule: DetectionRule, span: Span, units: Mapping[str, int], moment: datetime
) -> Alert:
    hit = span.hits[0]
    group = {} if span.folded else group_of(hit, rule.group_by)
    return Alert(
        city_id=settings.city_id,
        number=settings.last_number,
        rule=rule,
        level=rule.level,
        severity=severity_of(rule.level),
        title=rule.shown_title,
        unit_id=units.get(hit.section),
        section=hit.section,
        group_key=summary_key(rule.pk, hit.section) if span.folded else key_of(rule.pk, group),
        group=group,
        user="" if span.folded else hit.user[:200],
        person="" if span.folded else hit.person[:64],
        device=hit.device[:64],
        computer=hit.computer[:200],
        raised_at=moment,
        told_at=None if rule.notify else moment,
    )


def _tell_folded(alert: Alert, rule: DetectionRule, more: int) -> None:
    """Let a summary say of how many alerts it is."""
    folded = int(next(iter(alert.seen.get("folded", ())), "0")) + more
    alert.seen["folded"] = [str(folded)]
    alert.title = f"{rule.shown_title[:200]}（1時間の上限を超えたアラート{folded:,}件のまとめ）"


def _tell_journal(by: Principal, raised: Sequence[Alert]) -> None:
    if raised:
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.alert.raise",
            subject=("telemetry.alerts", raised[0].number),
            changes={"alerts": [[alert.number, alert.rule_id, alert.level] for alert in raised]},
        )


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
