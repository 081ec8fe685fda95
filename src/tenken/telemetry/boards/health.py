"""The live map: how each section's terminals stand, under its bureau, with its open alerts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from tenken.organization.access import Principal
from tenken.organization.directory import directory_of
from tenken.organization.models import Unit
from tenken.telemetry.alerts.queries import open_counts
from tenken.telemetry.inventory.queries import section_health
from tenken.telemetry.inventory.queries.standing import IN_USE
from tenken.telemetry.models.terminals import Terminal, TerminalQuerySet
from tenken.telemetry.permissions import VIEW_ALERTS, VIEW_TERMINALS
from tenken.telemetry.search.scope import family


@dataclass(frozen=True)
class SectionTile:
    """One section on the map. ``silent``: those heard once and those never heard; ``unprotected``: without
    antivirus; ``alerts``: open ones."""

    unit: int
    code: str
    name: str
    terminals: int
    reporting: int
    silent: int
    outdated: int
    unprotected: int
    alerts: int

    @property
    def tone(self) -> str:
        """The worst that is true of the section."""
        if self.alerts:
            return "red"
        if self.silent or self.outdated or self.unprotected:
            return "yellow"
        return "green" if self.reporting else "neutral"

    @property
    def state(self) -> str:
        """The same in words: colours never say it alone."""
        return {"red": "アラートあり", "yellow": "要確認", "green": "正常", "neutral": "受信なし"}[self.tone]


@dataclass(frozen=True)
class BureauMap:
    """A bureau's sections."""

    unit: int | None
    code: str
    name: str
    sections: list[SectionTile]


@dataclass(frozen=True)
class LiveMap:
    bureaus: list[BureauMap]

    @property
    def tiles(self) -> list[SectionTile]:
        return [tile for bureau in self.bureaus for tile in bureau.sections]

    def total(self, name: str) -> int:
        return sum(getattr(tile, name) for tile in self.tiles)

    def attention(self) -> LiveMap:
        """Return the same with only the sections that somebody should look at."""
        kept = (
            replace(bureau, sections=[tile for tile in bureau.sections if tile.tone != "green"])
            for bureau in self.bureaus
        )
        return LiveMap([bureau for bureau in kept if bureau.sections])


def live_map(by: Principal, unit: Unit | None = None) -> LiveMap:
    """Return every section in sight that has terminals or open alerts; of *unit* and all below. No query per section."""
    health = section_health(by, by.on)
    alerts = open_counts(by) if by.holds(VIEW_ALERTS) else {}
    directory = directory_of(by.city)
    keys = set(health) | {key for key in alerts if by.holds(VIEW_TERMINALS)}
    if unit is not None:
        keys &= family(by.city, unit.pk, by.on)
    found: dict[int | None, list[SectionTile]] = defaultdict(list)
    for key in keys & set(directory.units):
        row, listed = health.get(key), directory.units[key]
        tile = SectionTile(
            unit=key,
            code=listed.code,
            name=listed.name,
            terminals=row.terminals if row else 0,
            reporting=row.reporting if row else 0,
            silent=row.silent + row.never if row else 0,
            outdated=row.out_of_date if row else 0,
            unprotected=row.no_antivirus if row else 0,
            alerts=alerts.get(key, 0),
        )
        found[directory.bureau(key, by.on)].append(tile)
    bureaus = [
        BureauMap(
            key,
            directory.units[key].code if key is not None else "",
            directory.units[key].name if key is not None else "局・区なし",
            sorted(tiles, key=lambda one: one.code),
        )
        for key, tiles in found.items()
    ]
    return LiveMap(sorted(bureaus, key=lambda one: (one.unit is None, one.code)))


def watched(by: Principal, unit: Unit | None = None) -> TerminalQuerySet:
    """Return the terminals in use in sight, of *unit* and all below."""
    rows = Terminal.objects.restrict(by, VIEW_TERMINALS).filter(IN_USE)
    return rows if unit is None else rows.filter(unit__in=family(by.city, unit.pk, by.on))


def unplaced(by: Principal) -> int:
    """Return how many terminals in use stand in no section: seen by who sees the whole city. One query."""
    return watched(by).filter(unit=None).count()
