"""What the inventory tells the rest of the house when it starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from tenken.jobs.schedule import register_daily
from tenken.journal.labels import register_operation_labels
from tenken.telemetry.inventory.labels import LABELS


def register_inventory() -> None:
    """Register each morning's work, and what the journal calls the writes."""
    register_operation_labels(LABELS)
    register_daily("telemetry.terminals.follow", at=time(5), cities=_cities, function=_follow)


def _cities(_: date) -> Iterable[str]:
    from tenken.telemetry.models import Terminal

    return Terminal.objects.order_by().values_list("city__code", flat=True).distinct()


def _follow(city_code: str, day: date) -> int:
    from tenken.organization.access import system_principal
    from tenken.organization.models import City
    from tenken.telemetry.inventory.operations import follow_reorganisation

    return follow_reorganisation(by=system_principal(City.objects.get(code=city_code), "inventory", on=day))
