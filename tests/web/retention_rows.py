"""A class, an archive and a hold, for the walk over every address."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.factories import Scenario

from tenken.telemetry.models import Archive, RetentionClass
from tenken.telemetry.retention.operations import HoldData, adopt_default_classes, order_hold


def retention_places(scenario: Scenario) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return the places of retention's addresses."""
    by = scenario.by("secretariat")
    adopt_default_classes(by=by)
    archive = Archive.objects.create(
        city=scenario.city,
        retention="operation",
        month=date(2026, 5, 1),
        folder="city=991015/class=operation/month=2026-05",
        parts=[],
        rows=0,
        size=0,
        digest="0" * 64,
        made_at=datetime(2026, 6, 12, tzinfo=UTC),
    )
    hold = order_hold(by=by, data=HoldData("調査", "本部長の指示", date(2026, 5, 1)))
    return {
        "retention_class": {"inside": (RetentionClass.objects.get(city=scenario.city, code="operation").pk,)},
        "archive": {"inside": (archive.pk,)},
        "hold": {"inside": (hold.pk,)},
    }
