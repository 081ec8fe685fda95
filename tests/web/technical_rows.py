"""A scan of a system of each section, taken over: a table, so that every page of it can be reached."""

from __future__ import annotations

import io
from typing import Any

from tests.assets.makers import make_system
from tests.factories import Scenario

from tenken.audit.models import Weakness
from tenken.audit.technical.operations import apply_scan, map_scan, read_scan, receive_scan
from tenken.audit.technical.readers import TableMapping
from tenken.organization.models import Unit

Places = dict[str, dict[str, tuple[Any, ...]]]
_TABLE = "ぜい弱性,IPアドレス,深刻度\nTLS 1.0が有効,10.0.0.1,高\n".encode()


def technical_places(scenario: Scenario) -> Places:
    """Return the place-holders of the pages of technical audits: *inside* is 企画課, *outside* 保険課."""
    found = {
        "inside": _scanned(scenario, scenario.section_a1, "TEC-A1"),
        "outside": _scanned(scenario, scenario.section_b1, "TEC-B1"),
    }
    names = ("technical_system", "technical_scan", "weakness")
    return {name: {where: (keys[at],) for where, keys in found.items()} for at, name in enumerate(names)}


def _scanned(scenario: Scenario, unit: Unit, code: str) -> tuple[int, int, int]:
    by = scenario.by("secretariat")
    system = make_system(unit, code)
    scan = receive_scan(
        by=by,
        system=system,
        stream=io.BytesIO(_TABLE),
        name="報告.csv",
        told_on=by.on,
    )
    mapping = TableMapping(title=0, host=1, severity=2, tool="業者")
    scan = map_scan(by=by, scan=scan, mapping=mapping, version=scan.version)
    scan = read_scan(by=by, scan=scan)
    scan = apply_scan(by=by, scan=scan, version=scan.version)
    return system.pk, scan.pk, Weakness.objects.get(system=system).pk
