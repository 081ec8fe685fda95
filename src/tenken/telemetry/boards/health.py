"""The live map: terminals by section, those that report, are silent, out of date, alerting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from tenken.common import clock
from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import Unit
from tenken.telemetry.alerts.queries import open_counts
from tenken.telemetry.models.inventory import InventorySetting
from tenken.telemetry.models.terminals import Terminal, TerminalQuerySet
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.telemetry.search.scope import family


@dataclass(frozen=True)
class SectionHealth:
    """One section's terminals in use. ``now``: heard within the hour; ``silent``: too long not heard; ``never``: with no
    agent yet; ``outdated``: definitions or updates too old; ``alerts``: open ones."""

    unit: int | None
    code: str
    name: str
    total: int
    now: int
    silent: int
    never: int
    outdated: int
    alerts: int

    @property
    def reporting(self) -> int:
        return self.total - self.silent - self.never

    @property
    def tone(self) -> str:
        """The worst that is true of the section."""
        if self.alerts:
            return "red"
        if self.silent or self.outdated:
            return "yellow"
        return "green" if self.reporting else "neutral"

    @property
    def state(self) -> str:
        """The same in a word."""
        return {"red": "アラートあり", "yellow": "要確認", "green": "正常", "neutral": "受信なし"}[self.tone]


@dataclass(frozen=True)
class BureauHealth:
    """A bureau with its sections."""

    unit: int | None
    name: str
    sections: list[SectionHealth]

    def sum(self, name: str) -> int:
        return sum(getattr(section, name) for section in self.sections)

    @property
    def total(self) -> int:
        return self.sum("total")

    @property
    def alerts(self) -> int:
        return self.sum("alerts")


@dataclass(frozen=True)
class Limits:
    """Since when a terminal is silent, and before which day its definitions and updates are old."""

    now: datetime
    hour: datetime
    silent: datetime
    antivirus: datetime
    patches: datetime

    @property
    def is_silent(self) -> Q:
        return Q(last_seen__lt=self.silent)

    @property
    def is_outdated(self) -> Q:
        """Of those that are heard: the silent ones' age says nothing new."""
        old = Q(antivirus_updated_on__lt=self.antivirus.date()) | Q(patched_on__lt=self.patches.date())
        return Q(last_seen__gte=self.silent) & old


def limits_of(city_id: int) -> Limits:
    """Return the limits as the city set them. One query."""
    setting = InventorySetting.objects.filter(city=city_id).first() or InventorySetting()
    now = clock.now()
    return Limits(
        now,
        now - timedelta(hours=1),
        now - timedelta(days=setting.silent_days),
        now - timedelta(days=setting.antivirus_days),
        now - timedelta(days=setting.patch_days),
    )


def watched(by: Principal, unit: Unit | None = None) -> TerminalQuerySet:
    """Return the terminals in use in sight, of *unit* and all below."""
    rows = Terminal.objects.restrict(by, VIEW_TERMINALS).filter(
        state=Terminal.State.IN_USE, merged_into__isnull=True
    )
    return rows if unit is None else rows.filter(unit__in=family(by.city, unit.pk, by.on))


def live_map(by: Principal, unit: Unit | None = None) -> list[BureauHealth]:
    """Return every section in sight that has terminals, under its bureau. Three queries, however many sections."""
    limits = limits_of(by.city_id)
    alerts = open_counts(by)
    rows = (
        watched(by, unit)
        .order_by()
        .values(key=F("unit"))
        .annotate(
            total=Count("pk"),
            now=Count("pk", filter=Q(last_seen__gte=limits.hour)),
            silent=Count("pk", filter=limits.is_silent),
            never=Count("pk", filter=Q(last_seen__isnull=True)),
            outdated=Count("pk", filter=limits.is_outdated),
        )
    )
    directory = directory_of(by.city)
    found: dict[int | None, list[SectionHealth]] = defaultdict(list)
    for row in rows:
        key = row["key"]
        listed = directory.units.get(key) if key is not None else None
        section = SectionHealth(
            key,
            listed.code if listed else "",
            listed.name if listed else "所属の決まっていない端末",
            row["total"],
            row["now"],
            row["silent"],
            row["never"],
            row["outdated"],
            alerts.get(key, 0) if key is not None else 0,
        )
        found[directory.bureau(key, by.on) if key is not None else None].append(section)
    bureaus = [
        BureauHealth(
            key,
            directory.units[key].name if key is not None else "局・区なし",
            sorted(sections, key=lambda one: (one.code == "", one.code)),
        )
        for key, sections in found.items()
    ]
    return sorted(
        bureaus, key=lambda one: (one.unit is None, directory.units[one.unit].code if one.unit else "")
    )
