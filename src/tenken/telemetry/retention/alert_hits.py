"""What the database keeps of a month's hits (``AlertHit``): it goes when the hit in the store does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from tenken.organization.models import City
from tenken.telemetry.detection.hits import TAKEN_AWAY
from tenken.telemetry.models import Alert, AlertHit
from tenken.telemetry.retention.events import Held
from tenken.telemetry.retention.rules.due import month_bounds
from tenken.telemetry.store import Store

# Keys a statement: below what SQLite takes.
_AT_ONCE: Final = 10_000
_STAYING: Final = (
    "SELECT DISTINCT rule, reinterpretAsInt64(payload) AS payload, seq FROM hits FINAL "
    "WHERE city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)} "
    f"AND rule < {TAKEN_AWAY} AND "
)


def referring(city: City) -> QuerySet[Alert]:
    """Return the alerts somebody may still ask about: open, or an incident or a finding of them. None twice."""
    asked = ~Q(status=Alert.Status.CLOSED) | Q(finding__isnull=False) | Q(incidents__isnull=False)
    return Alert.objects.filter(asked, city=city).distinct()


def going(opened: Store, city: City, month: date, held: Held) -> list[int]:
    """Return the keys of the rows of a month that go with the store's hits: all but those *held* and those of alerts that
    somebody may still ask about. A day after the other, for what stays of a day is known by heart."""
    return [
        key
        for since, until in _days(*month_bounds(month))
        for key in _of_day(opened, city, since, until, held)
    ]


def delete(keys: Sequence[int]) -> None:
    """Delete rows by their *keys*. Part of a write."""
    for start in range(0, len(keys), _AT_ONCE):
        AlertHit.objects.filter(pk__in=keys[start : start + _AT_ONCE]).delete()


def _of_day(opened: Store, city: City, since: datetime, until: datetime, held: Held) -> Iterator[int]:
    found = opened.query(
        f"{_STAYING} ({held.condition})",
        city=city.code,
        since=since,
        until=until,
        parameters=held.parameters,
        settings={"max_execution_time": 120, "max_result_rows": 0},
    )
    staying = set(zip(*(column.to_pylist() for column in found.columns), strict=True))
    at = Q(ts__gte=since, ts__lt=until)
    # Apart, so that each is found by its own index; an alert's hits lie between its first and its last.
    of_alerts = AlertHit.objects.filter(
        at, alert__city=city, alert__first_at__lt=until, alert__last_at__gte=since
    ).exclude(alert__in=referring(city))
    for rows in (of_alerts, AlertHit.objects.filter(at, exclusion__city=city)):
        for key, *hit in rows.order_by().values_list("pk", "rule_id", "payload", "seq").iterator():
            if tuple(hit) not in staying:
                yield key


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        after = min(since + timedelta(days=1), until)
        yield since, after
        since = after
