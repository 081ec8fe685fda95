"""The events behind an alert: read from the store for who handles it, each look recorded with its purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Min

from tenken.common import clock
from tenken.common.refusals import Denied
from tenken.organization.access import Principal, decide
from tenken.telemetry.alerts.grouping import unsigned
from tenken.telemetry.detection.correlating import correlation_of
from tenken.telemetry.detection.documents import read_rule
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.detection.writing import referenced
from tenken.telemetry.models import Alert, AlertHit, DetectionRule, SearchPurpose, SearchRecord
from tenken.telemetry.permissions import HANDLE_ALERTS, SEARCH_EVENTS
from tenken.telemetry.search.criteria import Criteria
from tenken.telemetry.search.reading import SHOWN, Row
from tenken.telemetry.search.searching import record_search
from tenken.telemetry.store import store

MOST: Final = 200
_MILLISECOND: Final = timedelta(milliseconds=1)
_OF_CITY: Final = "city = {city:String} AND ts >= {since:DateTime64(3)} AND ts < {until:DateTime64(3)}"


@dataclass(frozen=True)
class Behind:
    """The newest events behind an alert, the newest first, and the record of this look."""

    record: SearchRecord
    rows: list[Row]


def may_look(by: Principal, alert: Alert) -> bool:
    """Tell whether *by* may read the events behind an alert: who handles it, or searches operation logs there."""
    return any(bool(decide(by, one, unit=alert.unit)) for one in (HANDLE_ALERTS, SEARCH_EVENTS))


def kept_from(alert: Alert) -> datetime | None:
    """Return of when the earliest single operation is that is kept of an alert; None when all are past their retention."""
    return AlertHit.objects.filter(alert=alert).aggregate(first=Min("ts"))["first"]


def look_behind(*, by: Principal, alert: Alert) -> Behind:
    """Return the events behind an alert that *by* was given. The look is recorded, its purpose 「アラートの確認」.

    ``Denied`` for who only sees that there is an alert; ``StoreUnavailable`` when the store cannot be asked.
    """
    if by.person_id is None or not may_look(by, alert):
        raise Denied("操作の内容を見ることができるのは、アラートに対応する役割の人です。")
    rows = _events(alert)
    criteria = Criteria(since=alert.first_at, until=alert.last_at + _MILLISECOND)
    with transaction.atomic():
        purpose = _purpose(by, by.person_id, alert)
        summary = f"アラート{alert}の操作（{alert.title}）"
        return Behind(record_search(by, purpose, SearchRecord.Kind.EVENT, criteria, len(rows), summary), rows)


def _purpose(by: Principal, person_id: int, alert: Alert) -> SearchPurpose:
    """Return the purpose of looking behind this alert: one of its own, that leaves what *by* searches for as it is."""
    text = f"アラート{alert}の確認"
    kind = SearchPurpose.Kind.ALERT
    found = SearchPurpose.objects.filter(person=person_id, kind=kind, text=text).first()
    moment = clock.now()
    return found or SearchPurpose.objects.create(
        city=by.city,
        person_id=person_id,
        kind=kind,
        text=text,
        stated_at=moment,
        expires_at=moment,
        ended_at=moment,
    )


def _events(alert: Alert) -> list[Row]:
    newest = AlertHit.objects.filter(alert=alert).order_by("-ts", "-pk")[:MOST]
    keys = [(unsigned(payload), seq) for payload, seq in newest.values_list("payload", "seq")]
    since = alert.first_at
    if alert.rule.kind == DetectionRule.Kind.CORRELATION:
        counted, since = _counted(alert)
        keys = list(dict.fromkeys([*counted, *keys]))[:MOST]
    return _read(alert.city.code, keys, since, alert.last_at)


def _counted(alert: Alert) -> tuple[list[tuple[int, int]], datetime]:
    """Return the events that a correlation counted for an alert's group, the newest first, and from when on they are.

    Of a rule that was rewritten since and cannot be read any more: none.
    """
    try:
        document = read_rule(alert.rule.text)
        correlation = correlation_of(document.rule, document.data)
    except Unusable:
        return [], alert.first_at
    since = alert.first_at - timedelta(seconds=correlation.seconds)
    rows = referenced(alert.city_id, correlation.references)
    groups = {rows[one].pk: one for one in correlation.references if one in rows}
    sql = (
        f"SELECT rule, payload, seq, fields FROM hits FINAL WHERE {_OF_CITY} AND rule IN {{rules:Array(UInt32)}} "
        f"ORDER BY ts DESC, payload, seq LIMIT {MOST * 50}"
    )
    found = store().query(
        sql,
        city=alert.city.code,
        since=since,
        until=alert.last_at + _MILLISECOND,
        parameters={"rules": sorted(groups)},
    )
    keys = []
    for row in found.to_pylist():
        fields = dict(row["fields"])
        said = {
            name: fields.get(correlation.name_in(name, groups[row["rule"]]), "")
            for name in correlation.group_by
        }
        if all(
            said[name].casefold() == value.casefold() for name, value in alert.group.items() if name in said
        ):
            keys.append((row["payload"], row["seq"]))
    return keys, since


def _read(city: str, keys: Iterable[tuple[int, int]], since: datetime, until: datetime) -> list[Row]:
    wanted = list(keys)
    if not wanted:
        return []
    sql = (
        f"SELECT ts, payload, seq, {SHOWN} FROM events WHERE {_OF_CITY} "
        "AND (payload, seq) IN (SELECT arrayJoin(arrayZip({payloads:Array(UInt64)}, {seqs:Array(UInt32)}))) "
        f"ORDER BY ts DESC, payload, seq LIMIT {MOST}"
    )
    given: dict[str, Any] = {"payloads": [key[0] for key in wanted], "seqs": [key[1] for key in wanted]}
    rows: list[Row] = (
        store().query(sql, city=city, since=since, until=until + _MILLISECOND, parameters=given).to_pylist()
    )
    return rows
