"""What the room does each morning for the register of auditors."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from tenken.audit.competence.operations.reminding import remind_of_expiry
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.opening_days import is_open_day

MORNING: Final = time(8, 30)


def open_cities(day: date) -> list[str]:
    """Return the codes of the cities whose offices are open on *day*."""
    return [city.code for city in City.objects.order_by("code") if is_open_day(city, day)]


def remind(city_code: str, day: date) -> None:
    """Tell a city's secretariat of qualifications that end soon."""
    city = City.objects.get(code=city_code)
    remind_of_expiry(by=system_principal(city, "auditors", on=day), on=day)
