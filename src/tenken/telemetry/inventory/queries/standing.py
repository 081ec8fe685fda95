"""How terminals stand on a day: heard of, up to date, protected; and how each section's do."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Q

from tenken.assets.queries import owners_on
from tenken.assets.support import OPERATING_SYSTEM, Support, shipped, support_of
from tenken.common.clock import JAPAN
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.telemetry.inventory.rules.supporting import city_table, said_of_system
from tenken.telemetry.models import InventorySetting, SupportDate, Terminal
from tenken.telemetry.permissions import VIEW_TERMINALS

COUNTED: Final = Q(merged_into=None)
IN_HAND: Final = COUNTED & Q(state__in=(Terminal.State.IN_USE, Terminal.State.SPARE))
IN_USE: Final = COUNTED & Q(state=Terminal.State.IN_USE)


@dataclass(frozen=True)
class Standing:
    """What is called silent, out of date or unprotected in a city on a day, as conditions on ``Terminal``.

    Only terminals in use are held to it: a spare one in a cupboard is silent as it should be.
    """

    on: date
    silent_days: int
    antivirus_days: int
    patch_days: int
    unsupported_systems: tuple[tuple[str, str], ...]
    """(OS, version) of those whose makers mend them no more."""

    @property
    def silent_before(self) -> datetime:
        """The moment before which the last receipt is too long ago."""
        return datetime.combine(self.on, time.min, JAPAN) - timedelta(days=self.silent_days - 1)

    @property
    def antivirus_before(self) -> date:
        return self.on - timedelta(days=self.antivirus_days)

    @property
    def patched_before(self) -> date:
        return self.on - timedelta(days=self.patch_days)

    @property
    def reporting(self) -> Q:
        return COUNTED & Q(last_seen__gte=self.silent_before)

    @property
    def silent(self) -> Q:
        """Heard once, and not for too long."""
        return IN_USE & Q(last_seen__lt=self.silent_before)

    @property
    def never(self) -> Q:
        """In the ledger and never heard."""
        return IN_USE & Q(last_seen=None)

    @property
    def unsupported(self) -> Q:
        condition = Q(pk__in=())
        for name, version in self.unsupported_systems:
            condition |= Q(os_name=name, os_version=version)
        return IN_USE & condition

    @property
    def old_patches(self) -> Q:
        return IN_USE & Q(patched_on__lt=self.patched_before)

    @property
    def old_antivirus(self) -> Q:
        return IN_USE & ~Q(antivirus="") & Q(antivirus_updated_on__lt=self.antivirus_before)

    @property
    def no_antivirus(self) -> Q:
        """Reported its software, and nothing that protects it. Of those never heard nothing is known."""
        return IN_USE & Q(antivirus="", inventoried_at__isnull=False)

    @property
    def out_of_date(self) -> Q:
        return self.unsupported | self.old_patches | self.old_antivirus


@dataclass(frozen=True)
class SectionHealth:
    """How the terminals of one section stand. ``terminals``: in use or spare; the others of those in use."""

    unit_id: int
    terminals: int
    reporting: int
    silent: int
    never: int
    out_of_date: int
    no_antivirus: int


_COUNTS: Final = ("terminals", "reporting", "silent", "never", "out_of_date", "no_antivirus")


def settings_of(city: City) -> InventorySetting:
    """Return the settings of a city, those it would have when it never saved any. One query."""
    return InventorySetting.objects.filter(city=city).first() or InventorySetting(city=city)


def support_table(city: City, kind: str = OPERATING_SYSTEM) -> tuple[Support, ...]:
    """Return the end-of-support dates of operating systems or applications as *city* has them. One query."""
    own = (
        (
            Support(row.product, row.pattern, row.ends_on, row.extended_to, row.source, row.checked_on),
            row.hidden,
        )
        for row in SupportDate.objects.filter(city=city, kind=kind)
    )
    return city_table(shipped(kind), own)


def ended_systems(city: City, on: date) -> dict[tuple[str, str], Support]:
    """Return the operating systems (name, version) of the city's terminals whose support ended before *on*. Two
    queries."""
    table = support_table(city)
    systems = Terminal.objects.filter(IN_HAND, city=city).exclude(os_name="").order_by()
    found = {}
    for name, version in systems.values_list("os_name", "os_version").distinct():
        row = support_of(said_of_system(name, version), table)
        if row is not None and row.on < on:
            found[name, version] = row
    return found


def standing_on(city: City, on: date) -> Standing:
    """Return what counts as silent and out of date in *city* on a day. Three queries."""
    settings = settings_of(city)
    return Standing(
        on=on,
        silent_days=settings.silent_days,
        antivirus_days=settings.antivirus_days,
        patch_days=settings.patch_days,
        unsupported_systems=tuple(sorted(ended_systems(city, on))),
    )


def section_health(by: Principal, on: date) -> dict[int, SectionHealth]:
    """Return how the terminals of each section in the reader's scope stand on a day, by the section's key.

    A terminal whose section was reorganised counts with what became of it. Terminals nobody has placed are not here
    (``queries.terminals.unplaced``). Five queries, however many terminals.
    """
    standing = standing_on(by.city, on)
    rows = (
        Terminal.objects.restrict(by, VIEW_TERMINALS)
        .filter(IN_HAND, unit__isnull=False)
        .order_by()
        .values("unit")
        .annotate(
            terminals=Count("pk"),
            reporting=Count("pk", filter=standing.reporting),
            silent=Count("pk", filter=standing.silent),
            never=Count("pk", filter=standing.never),
            out_of_date=Count("pk", filter=standing.out_of_date),
            no_antivirus=Count("pk", filter=standing.no_antivirus),
        )
    )
    heirs = owners_on(by.city, on, [row["unit"] for row in rows])
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[heirs[row["unit"]]].update({name: row[name] for name in _COUNTS})
    return {
        unit: SectionHealth(unit, *(counts[name] for name in _COUNTS)) for unit, counts in counted.items()
    }
