"""More installed than licensed: looked for each morning, since no event tells of it, and raised like a hit."""

from __future__ import annotations

import hashlib
from datetime import date, time
from typing import Any, Final

from tenken.common import clock
from tenken.organization.access import system_principal
from tenken.organization.models import City
from tenken.telemetry.alerts.raising import raise_from
from tenken.telemetry.detection.hits import hits_schema
from tenken.telemetry.inventory.queries.software import LicenceUse, licence_uses
from tenken.telemetry.models import DetectionRule

MORNING: Final = time(7, 30)
RULE: Final = "licence_exceeded"


def cities_that_look(_day: date) -> list[str]:
    """Return the codes of the cities whose rule is on."""
    rows = DetectionRule.objects.filter(name=RULE, state=DetectionRule.State.ON).order_by("city__code")
    return list(rows.values_list("city__code", flat=True).distinct())


def check_licences(city_code: str, day: date) -> int:
    """Raise an alert for each pattern of licences of which more is installed than bought; return how many new ones.

    The same numbers again add nothing.
    """
    import pyarrow as pa

    city = City.objects.get(code=city_code)
    rule = DetectionRule.objects.filter(city=city, name=RULE, state=DetectionRule.State.ON).first()
    if rule is None:
        return 0
    uses = licence_uses(system_principal(city, "licences", on=day), day)
    rows = [_hit(city, rule, use) for use in uses if use.left < 0]
    return raise_from(city_code, pa.Table.from_pylist(rows, schema=hits_schema())) if rows else 0


def _hit(city: City, rule: DetectionRule, use: LicenceUse) -> dict[str, Any]:
    said = f"{city.code}\0{use.pattern}\0{use.bought}\0{use.installed}".encode()
    moment = clock.now()
    return {
        "city": city.code,
        "rule": rule.pk,
        "ts": moment,
        "received": moment,
        "payload": int.from_bytes(hashlib.blake2b(said, digest_size=8).digest()),
        "seq": 0,
        "section": "",
        "person": "",
        "user": "",
        "device": "",
        "computer": "",
        "fields": [("Software", use.pattern), ("LicenceOver", str(-use.left))],
    }
