"""Terminals of two sections and what goes with them, for the walk over every address."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.factories import Scenario

from tenken.telemetry.inventory.ledger import TerminalData
from tenken.telemetry.inventory.operations import (
    LicenceData,
    RowData,
    SupportData,
    add_licence,
    add_terminal,
    explain_difference,
    open_reconciliation,
    save_support,
)
from tenken.telemetry.models import (
    DoubtfulMatch,
    InstalledSoftware,
    SoftwareRelease,
    SoftwareTitle,
    Terminal,
)

_DAY = date(2026, 11, 2)
_NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)


def terminal_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of the terminals' addresses; *inside* is 企画課, *outside* 保険課."""
    by = scenario.by("secretariat")
    found: dict[str, dict[str, tuple[Any, ...]]] = {"terminal": {}, "licence": {}, "doubt": {}, "merged": {}}
    for where, unit in (("inside", scenario.section_a1), ("outside", scenario.section_b1)):
        terminal, twin, gone = (
            add_terminal(by=by, data=TerminalData(f"{where}-{name}"), unit=unit, on=_DAY)
            for name in ("t", "twin", "gone")
        )
        _install(scenario, terminal)
        licence = add_licence(by=by, data=LicenceData(where, "walk*", 1, _DAY, unit=unit))
        doubt = DoubtfulMatch.objects.create(
            city=scenario.city, terminal=twin, other=terminal, reason="serial_only", found_at=_NOW
        )
        merged = DoubtfulMatch.objects.create(
            city=scenario.city,
            terminal=gone,
            other=terminal,
            reason="serial_only",
            found_at=_NOW,
            state=DoubtfulMatch.State.SAME,
            decided_by="x",
            decided_at=_NOW,
        )
        Terminal.objects.filter(pk=gone.pk).update(merged_into=terminal)
        found["terminal"][where] = (terminal.pk,)
        found["licence"][where] = (licence.pk,)
        found["doubt"][where] = (doubt.pk,)
        found["merged"][where] = (merged.pk,)
    support = save_support(by=by, data=SupportData("os", "walk", "walk 1", _DAY, "x", _DAY))
    counts = open_reconciliation(
        by=by, title="t", statement="s", as_of=_DAY, printed_total=9, rows=[RowData("すべて", 4)]
    )
    said = explain_difference(
        by=by, reconciliation=counts, row=None, count=1, text="x", version=counts.version
    )
    return found | {
        "software": {"inside": (SoftwareTitle.objects.get(city=scenario.city, key="walk").pk,)},
        "support_row": {"inside": (support.pk,)},
        "reconciliation": {"inside": (counts.pk,)},
        "explanation": {"inside": (said.pk,)},
    }


def _install(scenario: Scenario, terminal: Terminal) -> None:
    title, _ = SoftwareTitle.objects.get_or_create(
        city=scenario.city, key="walk", kind="application", defaults={"name": "walk", "first_seen": _NOW}
    )
    release, _ = SoftwareRelease.objects.get_or_create(title=title, version="1")
    InstalledSoftware.objects.create(terminal=terminal, release=release)
