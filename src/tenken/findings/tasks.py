"""What findings do each morning."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from tenken.findings.operations.extent_mail import remind_of_extents
from tenken.findings.operations.telling import send_measure_reminders
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.organization.opening_days import is_open_day

MORNING: Final = time(8, 30)


def open_cities(day: date) -> list[str]:
    """Return the codes of the cities whose offices are open on *day*."""
    return [city.code for city in City.objects.order_by("code") if is_open_day(city, day)]


def remind(city_code: str, day: date) -> None:
    """Remind of what a city's 横展開の確認 still wait for."""
    city = City.objects.get(code=city_code)
    remind_of_extents(by=system_principal(city, "reminders", on=day), on=day)


def remind_of_measures(city_code: str, day: date) -> None:
    """Ask a city's sections for the measures whose 依頼日 has come by *day*."""
    city = City.objects.get(code=city_code)
    send_measure_reminders(by=system_principal(city, "reminders", on=day), on=day)
