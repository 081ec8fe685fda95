"""A mapping of CSV files, for the walk over every address."""

from __future__ import annotations

from typing import Any

from tests.factories import Scenario

from tenken.telemetry.mappings.operations import save_layout
from tenken.telemetry.wire.csv_mappings import propose


def mapping_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of mappings; samples belong to who brought them, so that nobody else finds one."""
    layout = save_layout(
        by=scenario.by("secretariat"), name="見本", note="", mapping=propose(["日時", "操作"])
    )
    return {"csv_layout": {"inside": (layout.pk,)}, "csv_sample": {"inside": ("0" * 32,)}}
