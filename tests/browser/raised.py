"""Raise an alert of 企画課 in this process's TENKEN_HOME, as the pipeline does beside the pages; print its number.

With an argument: for the terminal of that number.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Take one hit in and print the last alert's number."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings")
    import django

    django.setup()
    from tenken.common import clock
    from tenken.organization.access import system_principal
    from tenken.organization.models import City
    from tenken.telemetry.alerts.raising import raise_from
    from tenken.telemetry.lists.operations import NewEntry, add_entry
    from tenken.telemetry.models import Alert, DetectionRule, WatchEntry
    from tests.telemetry.alerts.makers import hit, make_rule, table

    city = City.objects.get()
    device = sys.argv[1] if len(sys.argv) > 1 else "PC-0001"
    rule = DetectionRule.objects.filter(city=city, code="walked").first() or make_rule(city, code="walked")
    if not WatchEntry.objects.exists():
        add_entry(by=system_principal(city, "test"), code="keywords", entry=NewEntry("極秘"))
    count = Alert.objects.count()
    section = city.unit_set.get(name="企画課").code
    now = clock.now()
    row = hit(rule, count + 1, section=section, device=device, ts=now, received=now)
    raise_from(city.code, table(row))
    print(Alert.objects.latest("pk"))


if __name__ == "__main__":
    main()
