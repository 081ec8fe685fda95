"""検知の記録 (``hits``): kept as long as the events of the class that is kept longest, and where something refers to them
longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max

from tenken.common import clock
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.telemetry.detection.correlating import correlation_of
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.writing import referenced
from tenken.telemetry.models import Alert, DetectionRule, EventDeletion, LegalHold, RetentionClass
from tenken.telemetry.permissions import MANAGE_RETENTION
from tenken.telemetry.retention import alert_hits
from tenken.telemetry.retention.events import ALL_TIME, Held, day_of, held_by
from tenken.telemetry.retention.rules.due import month_bounds, month_of, months_later
from tenken.telemetry.retention.rules.kept_hits import ANY_RULE, Span, merged
from tenken.telemetry.store import Store, store

HITS: Final = "hits"
NAME: Final = "検知の記録"
# What a correlation counts lies so long before its own hit, at most.
_LONGEST: Final = timedelta(days=366)
_WHERE: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"


def due_hits(city: City, today: date) -> list[date]:
    """Return the months whose hits are to be deleted on a day, the oldest first: no class keeps their events any more,
    and not all of them are held."""
    longest = RetentionClass.objects.filter(city=city).aggregate(most=Max("keep_months"))["most"]
    if longest is None:
        return []
    opened = store()
    since, until = ALL_TIME
    rows = opened.query(
        f"SELECT DISTINCT toStartOfMonth(ts, 'Asia/Tokyo') AS month FROM hits WHERE {_WHERE} ORDER BY month",
        city=city.code,
        since=since,
        until=until,
    ).to_pylist()
    over = [month for row in rows if months_later(month := day_of(row["month"]), longest) < month_of(today)]
    return [month for month in over if _free(opened, city, month)[0]]


def delete_hits(*, by: Principal, month: date) -> EventDeletion:
    """Delete the hits of a month but for those that a standing hold, an open alert, an incident or a finding refers to;
    leave a row of how many went, and one in the journal. With them goes what the database keeps of each (``AlertHit``);
    what they said of an alert stays with it: its number, terminals and accounts."""
    require(by, MANAGE_RETENTION)
    opened = store()
    rows, staying, held = _free(opened, by.city, month)
    since, until = month_bounds(month)
    of_alerts = alert_hits.going(opened, by.city, month, held)
    with transaction.atomic():
        made = EventDeletion.objects.create(
            city=by.city, retention=HITS, month=month, rows=rows, held=staying, done_at=clock.now()
        )
        # The journal first: what it says may be done again, what was done is never unsaid.
        record(
            by=by,
            city_code=by.city_code,
            operation="telemetry.hits.delete",
            subject=("telemetry.eventdeletion", made.pk),
            changes={"month": f"{month:%Y-%m}", "rows": rows, "held": staying, "alert_hits": len(of_alerts)},
        )
        alert_hits.delete(of_alerts)
        if rows:
            opened.command(
                f"ALTER TABLE hits DELETE WHERE {_WHERE} AND NOT ({held.condition}) SETTINGS mutations_sync = 2",
                {"city": by.city_code, "since": since, "until": until, **held.parameters},
            )
    return made


def _free(opened: Store, city: City, month: date) -> tuple[int, int, Held]:
    """Return how many hits of a month may go, how many are held, and by what."""
    since, until = month_bounds(month)
    held = _held(city, since, until)
    row = opened.query(
        f"SELECT count() AS rows, countIf({held.condition}) AS held FROM hits FINAL WHERE {_WHERE}",
        city=city.code,
        since=since,
        until=until,
        parameters=held.parameters,
    ).to_pylist()[0]
    return row["rows"] - row["held"], row["held"], held


def _held(city: City, since: datetime, until: datetime) -> Held:
    spans = merged(one for one in _referred_to(city, since, until) if one.first < until and since <= one.last)
    by_alerts = Held(
        "arrayExists((of, first, last) -> of IN (rule, {any:UInt32}) AND "
        "toUnixTimestamp64Milli(ts) BETWEEN first AND last, "
        "{rules:Array(UInt32)}, {firsts:Array(Int64)}, {lasts:Array(Int64)})",
        {
            "any": ANY_RULE,
            "rules": [one.rule for one in spans],
            "firsts": [_milliseconds(one.first) for one in spans],
            "lasts": [_milliseconds(one.last) for one in spans],
        },
    )
    by_order = held_by(list(LegalHold.objects.filter(city=city, released_at__isnull=True)))
    if by_order is None:
        return by_alerts
    return Held(
        f"({by_alerts.condition}) OR ({by_order.condition})", by_alerts.parameters | by_order.parameters
    )


def _referred_to(city: City, since: datetime, until: datetime) -> Iterator[Span]:
    """Yield the hits that alerts refer to which somebody may still ask about."""
    near = alert_hits.referring(city).filter(first_at__lt=until + _LONGEST, last_at__gte=since)
    for alert in near.select_related("rule").order_by("pk"):
        yield Span(alert.rule_id, alert.first_at, alert.last_at)
        if alert.rule.kind == DetectionRule.Kind.CORRELATION:
            yield from _counted(alert)


def _counted(alert: Alert) -> Iterator[Span]:
    try:
        document = read_rule(alert.rule.text)
        correlation = correlation_of(document.rule, document.data)
    except Unusable:
        return
    first = alert.first_at - timedelta(seconds=correlation.seconds)
    for row in referenced(alert.city_id, correlation.references).values():
        yield Span(row.pk, first, alert.last_at)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
