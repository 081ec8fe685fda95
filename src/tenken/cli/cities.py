"""Whose city a command works for, and as whom."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING

from tenken.common.refusals import Invalid, Missing

if TYPE_CHECKING:
    from tenken.organization.access import Principal
    from tenken.organization.models import City


def chosen_city(code: str | None) -> City:
    """Return the city with *code*, or the only one there is. ``Missing`` or ``Invalid`` says what to do."""
    from tenken.organization.models import City

    if code:
        city = City.objects.filter(code=code).first()
        if city is None:
            raise Missing(f"団体コード{code}の市は登録されていません。")
        return city
    cities = list(City.objects.order_by("code"))
    if not cities:
        raise Missing("市がまだ登録されていません。「tenken city found」で登録してください。")
    if len(cities) > 1:
        known = "、".join(f"{city.code}（{city.name}）" for city in cities)
        raise Invalid(f"市が複数あります。--cityで選んでください：{known}")
    return cities[0]


def command_name() -> str:
    """Return the name under which the journal keeps what was done on the command line: who ran it."""
    try:
        return f"cli.{getpass.getuser()}"[:50]
    except (OSError, KeyError):
        return "cli"


def command_principal(city: City, on: date | None = None) -> Principal:
    """Return the principal of the command line for *city*: allowed all, named after who ran it."""
    from tenken.organization.access import system_principal

    return system_principal(city, command_name(), on=on)
