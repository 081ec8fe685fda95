"""What an import would change, weakness by weakness: read side by side from both tables, never all at once."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from tenken.audit.models import (
    HostScan,
    ReportedPlace,
    ReportedWeakness,
    ScanDifference,
    ScanImport,
    Weakness,
    WeaknessPlace,
)
from tenken.audit.technical.rules.difference import Changed, changed
from tenken.audit.technical.staging import in_batches
from tenken.audit.technical.states import APPLIED
from tenken.audit.technical.words import CHANGES, SEVERITY_LABELS

_CHUNK = 5_000
_Row = tuple[str, str, str | None, bool]  # tool, rule, host, told by this scan


def compare(scan: ScanImport) -> dict[str, int]:
    """Write the difference of a read *scan* against what stands of its system and return its figures."""
    figures: Counter[str] = Counter(dict.fromkeys((*CHANGES, *SEVERITY_LABELS), 0))
    ScanDifference.objects.filter(scan=scan).delete()
    for batch in in_batches(_differences(scan)):
        ScanDifference.objects.bulk_create(batch)
        for row in batch:
            figures[row.change] += 1
            figures[row.severity] += row.hosts_after > 0
    figures["weaknesses"] = ReportedWeakness.objects.filter(scan=scan).count()
    figures["places"] = ReportedPlace.objects.filter(reported__scan=scan).count()
    figures["hosts"] = HostScan.objects.filter(scan=scan).exclude(host="").values("host").distinct().count()
    return dict(figures)


def last_applied(system_id: int) -> int | None:
    """Return the key of the import applied last to a system: what a difference was made against."""
    rows = ScanImport.objects.filter(system=system_id, status=APPLIED)
    newest = rows.order_by("-applied_at", "-pk").values_list("pk", flat=True).first()
    return newest


def _differences(scan: ScanImport) -> Iterator[ScanDifference]:
    looked = set(HostScan.objects.filter(scan=scan).values_list("tool", "host"))
    later = set(
        HostScan.objects.filter(
            Q(scan__system=scan.system_id, scan__status=APPLIED, scan__partial=False),
            scan__scanned_at__gt=scan.scanned_at,
        )
        .values_list("tool", "host")
        .distinct()
    )
    rows = heapq.merge(_standing(scan), _told(scan), key=lambda row: row[:2])
    batch: list[tuple[str, str, Changed]] = []
    for (tool, rule), group in groupby(rows, key=lambda row: row[:2]):
        if found := _changed(scan, tool, list(group), looked, later):
            batch.append((tool, rule, found))
        if len(batch) == _CHUNK:
            yield from _described(scan, batch)
            batch = []
    yield from _described(scan, batch)


def _changed(
    scan: ScanImport,
    tool: str,
    group: list[_Row],
    looked: set[tuple[str, str]],
    later: set[tuple[str, str]],
) -> Changed | None:
    return changed(
        {host for _, _, host, told in group if not told and host is not None},
        {host for _, _, host, told in group if told and host is not None},
        known=any(not told for *_, told in group),
        looked_at=lambda host: not scan.partial and (tool, host) in looked,
        overtaken=lambda host: (tool, host) in later,
    )


def _standing(scan: ScanImport) -> Iterator[_Row]:
    """Yield every known weakness of the system with the hosts where it stands; one without any by a None."""
    known = Weakness.objects.filter(system=scan.system_id)
    places = WeaknessPlace.objects.filter(weakness__system=scan.system_id, not_seen_since=None)
    yield from heapq.merge(
        ((tool, rule, None, False) for tool, rule in _in_order(known, "")),
        ((tool, rule, host, False) for tool, rule, host in _in_order(places, "weakness__", "host")),
        key=lambda row: row[:2],
    )


def _told(scan: ScanImport) -> Iterator[_Row]:
    places = ReportedPlace.objects.filter(reported__scan=scan)
    for tool, rule, host in _in_order(places, "reported__", "host"):
        yield tool, rule, host, True


def _in_order(rows: QuerySet[Any], path: str, *more: str) -> Iterator[tuple[Any, ...]]:
    """Yield tool, rule and *more* of *rows*, each once, in the order Python has for text whatever the database's."""
    plain = "C" if connection.vendor == "postgresql" else "BINARY"
    ordered = rows.annotate(
        in_tool=Collate(F(f"{path}tool"), plain), in_rule=Collate(F(f"{path}rule"), plain)
    ).order_by("in_tool", "in_rule")
    return ordered.values_list("in_tool", "in_rule", *more).distinct().iterator(_CHUNK)


def _described(scan: ScanImport, batch: list[tuple[str, str, Changed]]) -> Iterator[ScanDifference]:
    """Give each change the title and severity the scan tells, else those that stand."""
    rules = {rule for _, rule, _ in batch}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for rows in (
        Weakness.objects.filter(system=scan.system_id, rule__in=rules),
        ReportedWeakness.objects.filter(scan=scan, rule__in=rules),
    ):
        for tool, rule, title, severity in rows.values_list("tool", "rule", "title", "severity"):
            names[tool, rule] = title, severity
    for tool, rule, found in batch:
        title, severity = names[tool, rule]
        yield ScanDifference(
            scan=scan,
            tool=tool,
            rule=rule,
            title=title,
            severity=severity,
            change=found.change,
            hosts_before=found.before,
            hosts_after=found.after,
            added=found.added,
            removed=found.removed,
        )
