"""The catalogue of software and what of it stands on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.inventory.rules.difference import (
    Item,
    Said,
    items_of,
    replaced_kinds,
    software_changes,
)
from tenken.telemetry.models import InstalledSoftware, SoftwareRelease, SoftwareTitle, Terminal

Release = tuple[str, str, str]


def replace_software(
    terminal: Terminal, inventory: Inventory, received: datetime
) -> tuple[list[Said], date | None]:
    """Let what stands on *terminal* be what *inventory* says; return the changes and the day of its newest update
    (None when it speaks of none). Six queries at most, two when nothing changed."""
    kinds = replaced_kinds(inventory)
    if not kinds:
        return [], None
    after = {key: item for key, item in items_of(inventory.software).items() if item.kind in kinds}
    rows = {
        (title.kind, title.key, row.release.version): row
        for row in InstalledSoftware.objects.filter(
            terminal=terminal, release__title__kind__in=kinds
        ).select_related("release__title")
        if (title := row.release.title)
    }
    before = {key: _item(key, row) for key, row in rows.items()}
    new = [item for key, item in after.items() if key not in rows]
    if gone := [row.pk for key, row in rows.items() if key not in after]:
        InstalledSoftware.objects.filter(pk__in=gone).delete()
    if new:
        releases = _releases(terminal.city_id, new, received)
        InstalledSoftware.objects.bulk_create(
            InstalledSoftware(
                terminal=terminal, release_id=releases[item.release], installed_on=item.installed_on
            )
            for item in new
        )
    _correct_days(rows, after)
    days = [item.installed_on for item in after.values() if item.kind == "update" and item.installed_on]
    return list(software_changes(before, after)), max(days, default=None)


def _item(key: Release, row: InstalledSoftware) -> Item:
    return Item(*key[:2], row.release.title.name, key[2], installed_on=row.installed_on)


def _correct_days(rows: Mapping[Release, InstalledSoftware], after: Mapping[Release, Item]) -> None:
    moved = []
    for key, row in rows.items():
        item = after.get(key)
        if item is not None and item.installed_on and item.installed_on != row.installed_on:
            row.installed_on = item.installed_on
            moved.append(row)
    if moved:
        InstalledSoftware.objects.bulk_update(moved, ["installed_on"])


def _releases(city_id: int, items: Iterable[Item], received: datetime) -> dict[Release, int]:
    """Return the key of each release of *items*, made where the catalogue lacks it. The city's inventories wait for
    each other, so nobody makes the same one meanwhile."""
    items = list(items)
    titles: dict[tuple[str, str], SoftwareTitle] = {}
    found: dict[Release, int] = {}
    rows = SoftwareRelease.objects.filter(
        title__city=city_id,
        title__key__in={item.key for item in items},
        title__kind__in={item.kind for item in items},
    ).select_related("title")
    for row in rows:
        titles[row.title.kind, row.title.key] = row.title
        found[row.title.kind, row.title.key, row.version] = row.pk
    lacking = {
        (item.kind, item.key): SoftwareTitle(
            city_id=city_id,
            kind=item.kind,
            key=item.key,
            name=item.name,
            publisher=item.publisher,
            first_seen=received,
        )
        for item in items
        if (item.kind, item.key) not in titles
    }
    if lacking:
        SoftwareTitle.objects.bulk_create(lacking.values())
        titles |= lacking
    made = [
        SoftwareRelease(title=titles[item.kind, item.key], version=item.version)
        for item in items
        if item.release not in found
    ]
    if made:
        SoftwareRelease.objects.bulk_create(made)
        found |= {(row.title.kind, row.title.key, row.version): row.pk for row in made}
    return found
