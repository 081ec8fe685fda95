"""What the inspection does each morning."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from tenken.inspection.models import Kind, Programme
from tenken.inspection.operations.reminders import send_reminders
from tenken.inspection.operations.self_checks import follow_staff
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.opening_days import is_open_day

EARLY: Final = time(6, 0)
MORNING: Final = time(8, 30)


def open_cities(day: date) -> list[str]:
    """Return the codes of the cities whose offices are open on *day*."""
    return [city.code for city in City.objects.order_by("code") if is_open_day(city, day)]


def remind(city_code: str, day: date) -> None:
    """Send the reminders that are due in a city on *day*."""
    city = City.objects.get(code=city_code)
    send_reminders(by=system_principal(city, "reminders", on=day), on=day)


def follow_staff_of(city_code: str, day: date) -> None:
    """Let the running self-checks of a city follow who joined and who left up to *day*."""
    running = Programme.objects.filter(
        city__code=city_code, kind=Kind.SELF_CHECK, status=Programme.Status.LAUNCHED
    ).select_related("city")
    for programme in running:
        follow_staff(by=system_principal(programme.city, "self-checks", on=day), programme=programme, on=day)
