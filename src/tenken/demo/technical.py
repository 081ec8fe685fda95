"""技術監査: results of scanners received, taken over and judged by the auditor, through the operations a city would use."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, Weakness
from tenken.audit.technical.operations import (
    JudgementData,
    apply_scan,
    judge_weakness,
    open_weakness_findings,
    read_scan,
    receive_scan,
)
from tenken.audit.technical.operations.proposing import propose_weakness
from tenken.audit.technical.words import INSIDE_ONLY, LAYERED, LOW
from tenken.common.clock import JAPAN
from tenken.demo.scans import Flaw, nessus, nmap, zap
from tenken.organization.access import Principal


def scan_inside(by: Principal, engagement: Engagement, about: dict[str, Any]) -> None:
    """Take over what Nmap and Nessus found on a system that only the inside reaches, and judge that each needs little."""
    at, system = moment(by.on), _system(engagement)
    take_over(by, system, nmap(about["hosts"], (443,), at), "ports.xml", engagement)
    content = nessus(_flaws(about), about["hosts"], at)
    take_over(by, system, content, "servers.nessus", engagement, partial=True)
    for place, weakness in enumerate(_found(engagement)):
        ground = INSIDE_ONLY if place % 2 == 0 else LAYERED
        data = JudgementData(ground, LOW, about["grounds"][ground], date(by.on.year + 2, 3, 31))
        judge_weakness(by=by, weakness=weakness, data=data, seen=0, on=by.on)


def scan_public(by: Principal, engagement: Engagement, about: dict[str, Any]) -> None:
    """Take over what Nessus and ZAP found on public servers, open it as findings and put it on the report."""
    at, system = moment(by.on), _system(engagement)
    take_over(by, system, nessus((), about["hosts"], at), "servers.nessus", engagement)
    take_over(by, system, zap(_flaws(about), about["site"], at), "web.xml", engagement, partial=True)
    open_weakness_findings(by=by, system=system, due_on=date(by.on.year + 1, 3, 31), on=by.on)
    for weakness in _found(engagement):
        propose_weakness(by=by, weakness=weakness, engagement=engagement)


def take_over(
    by: Principal,
    system: InformationSystem,
    content: bytes,
    name: str,
    engagement: Engagement | None = None,
    *,
    partial: bool = False,
) -> None:
    """Receive a scanner's file, read it, and take it over."""
    scan = receive_scan(
        by=by, system=system, stream=io.BytesIO(content), name=name, engagement=engagement, partial=partial
    )
    scan = read_scan(by=by, scan=scan)
    apply_scan(by=by, scan=scan, version=scan.version)


def _system(engagement: Engagement) -> InformationSystem:
    assert engagement.system is not None
    return engagement.system


def _found(engagement: Engagement) -> list[Weakness]:
    return list(Weakness.objects.filter(system=engagement.system_id, urgency__gte=LOW).order_by("pk"))


def _flaws(about: dict[str, Any]) -> list[Flaw]:
    return [Flaw(**{**row, "hosts": tuple(row["hosts"])}) for row in about["flaws"]]


def moment(day: date) -> datetime:
    """Return ten in the morning of a day: when a scan ended."""
    return datetime.combine(day, time(10), tzinfo=JAPAN)
