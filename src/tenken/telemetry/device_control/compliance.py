"""The policy held against what terminals reported: by section, by device, by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tenken.organization.access import Principal
from tenken.organization.models import City, Unit
from tenken.organization.tree import Tree, tree_of
from tenken.telemetry.boards.seeing import Period, Sight, sight_of
from tenken.telemetry.device_control.kinds import Access, DeviceKind, kind_of
from tenken.telemetry.device_control.observed import Moved, Reported, moved, reported
from tenken.telemetry.device_control.queries import lines_of, place_of
from tenken.telemetry.device_control.rules.deciding import Line, Place, Verdict, decide, most_open
from tenken.telemetry.device_control.rules.judging import (
    CONNECTS,
    LABELS,
    PRINTS,
    Approval,
    Drift,
    Seen,
    approved_access,
    judge,
)
from tenken.telemetry.models.device_control import ApprovedDevice, DevicePolicy
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import VIEW_DEVICES


@dataclass(frozen=True)
class Difference:
    """Reports of a day that differ from the policy. ``because``: the line of the policy that was held against them."""

    day: date
    drift: Drift
    unit: int | None
    section: str
    terminal: str
    person: str
    kind: DeviceKind
    device: str
    identity: str
    events: int
    size: int
    policy: int
    because: str

    @property
    def label(self) -> str:
        return LABELS[self.drift]


@dataclass(frozen=True)
class Tally:
    """Counts under one name: a section, or a device."""

    unit: int | None
    name: str
    connects: int
    blocked: int
    drifts: Counter[Drift]
    terminals: int

    @property
    def total(self) -> int:
        return sum(self.drifts.values())


@dataclass(frozen=True)
class Compliance:
    """``unjudged``: reports of days before the first policy. ``rows``: everything that was read."""

    period: Period
    policy: DevicePolicy | None
    differences: list[Difference]
    sections: list[Tally]
    devices: list[Tally]
    moved: list[tuple[str, Moved]]
    connects: int
    blocked: int
    unjudged: int

    @cached_property
    def by_drift(self) -> Counter[Drift]:
        found: Counter[Drift] = Counter()
        for one in self.differences:
            found[one.drift] += one.events
        return found

    @cached_property
    def by_month(self) -> dict[str, Counter[Drift]]:
        found: dict[str, Counter[Drift]] = defaultdict(Counter)
        for one in self.differences:
            found[f"{one.day:%Y-%m}"][one.drift] += one.events
        return dict(sorted(found.items()))


def compliance(by: Principal, period: Period, unit: Unit | None = None) -> Compliance:
    """Return how *period* agrees with the policy of each day, for what *by* sees of it. Two reads of the store and four
    of the database, however many sections."""
    sight = sight_of(by, VIEW_DEVICES, unit)
    judging = _Judging(by.city, sight, period)
    rows = reported(sight, period, printing=judging.restricts_printing)
    judging.take(rows)
    return Compliance(
        period=period,
        policy=judging.versions[-1][1] if judging.versions else None,
        differences=judging.differences,
        sections=judging.tallies(judging.by_section),
        devices=judging.tallies(judging.by_device),
        moved=[(sight.names.name(one.section, period.last), one) for one in moved(sight, period)],
        connects=sum(row.events for row in rows if row.op in CONNECTS and not row.blocked),
        blocked=sum(row.events for row in rows if row.blocked),
        unjudged=judging.unjudged,
    )


@dataclass
class _Group:
    unit: int | None
    name: str
    connects: int
    blocked: int
    drifts: Counter[Drift]
    terminals: set[str]


class _Judging:
    """Holds what the days of a period are held against."""

    def __init__(self, city: City, sight: Sight, period: Period) -> None:
        self.city, self.sight = city, sight
        self.tree: Tree = tree_of(city, period.last)
        self.versions = _versions(city.pk, period)
        self.approvals = approvals_in(city.pk, self.tree)
        self.by_key: dict[tuple[str, str], list[Approval]] = defaultdict(list)
        for one in self.approvals:
            self.by_key[one.vendor_id, one.product_id].append(one)
        self.terminals = dict(Terminal.objects.of_city(city.pk).values_list("number", "pk"))
        self.differences: list[Difference] = []
        self.by_section: dict[str, _Group] = {}
        self.by_device: dict[str, _Group] = {}
        self.unjudged = 0
        self._places: dict[tuple[int | None, str, str], Place] = {}
        self._verdicts: dict[tuple[int, DeviceKind, Place], Verdict] = {}

    @property
    def restricts_printing(self) -> bool:
        """Whether any version forbids printing anywhere: only then every print is read."""
        return any(
            line.access != Access.ALLOW and line.kind in ("", DeviceKind.PRINT)
            for _, _, lines in self.versions
            for line in lines
        )

    def take(self, rows: Sequence[Reported]) -> None:
        connected = self._connected(rows)
        for row in rows:
            kind = DeviceKind.PRINT if row.op in PRINTS else kind_of(row.called, row.drive, row.name)
            if kind is None:
                continue
            unit = self.sight.names.unit(row.section, row.day)
            drift = None
            if not row.blocked:
                drift = self._judged(row, kind, unit, connected.get((row.day, row.terminal)))
            self._count(row, kind, unit, drift)

    def _connected(self, rows: Iterable[Reported]) -> dict[tuple[date, str], Access]:
        """Return what the approved devices that were connected to a terminal on a day may do."""
        found: dict[tuple[date, str], Access] = {}
        for row in rows:
            if row.op not in CONNECTS or row.blocked:
                continue
            unit = self.sight.names.unit(row.section, row.day)
            seen = self._seen(row, DeviceKind.USB_MEMORY, unit)
            access = approved_access(seen, self._known(seen))
            if access is not None:
                key = (row.day, row.terminal)
                found[key] = most_open(found.get(key, access), access)
        return found

    def _judged(
        self, row: Reported, kind: DeviceKind, unit: int | None, connected: Access | None
    ) -> Drift | None:
        version = next((one for one in reversed(self.versions) if one[0] <= row.day), None)
        if version is None:
            self.unjudged += row.events
            return None
        _, policy, lines = version
        seen = self._seen(row, kind, unit)
        key = (policy.pk, kind, seen.place)
        if key not in self._verdicts:
            self._verdicts[key] = decide(lines, kind, seen.place)
        verdict = self._verdicts[key]
        drift = judge(seen, verdict, self._known(seen), connected)
        if drift is not None:
            self.differences.append(
                Difference(
                    day=row.day,
                    drift=drift,
                    unit=unit,
                    section=self.sight.names.name(row.section, row.day),
                    terminal=row.terminal,
                    person=row.person,
                    kind=kind,
                    device=_called(row, kind),
                    identity=_identity(row),
                    events=row.events,
                    size=row.size,
                    policy=policy.number,
                    because=verdict.reason,
                )
            )
        return drift

    def _known(self, seen: Seen) -> list[Approval]:
        if seen.vendor_id or seen.product_id:
            return self.by_key.get((seen.vendor_id, seen.product_id), [])
        return self.approvals if seen.serial else []

    def _seen(self, row: Reported, kind: DeviceKind, unit: int | None) -> Seen:
        where = (unit, row.segment, row.terminal)
        if where not in self._places:
            self._places[where] = place_of(
                self.tree, unit=unit, segment=row.segment, terminal=self.terminals.get(row.terminal)
            )
        return Seen(
            op=row.op,
            kind=kind,
            vendor_id=row.vendor_id,
            product_id=row.product_id,
            serial=row.serial,
            place=self._places[where],
            terminal=row.terminal,
            person=row.person,
            day=row.day,
        )

    def _count(self, row: Reported, kind: DeviceKind, unit: int | None, drift: Drift | None) -> None:
        section = self.sight.names.name(row.section, row.day)
        groups = [(self.by_section, section, unit)]
        if kind != DeviceKind.PRINT:
            identity = _identity(row)
            name = f"{_called(row, kind)}（{identity}）" if identity else _called(row, kind)
            groups.append((self.by_device, name, None))
        for found, name, key in groups:
            group = found.setdefault(name, _Group(key, name, 0, 0, Counter(), set()))
            if row.blocked:
                group.blocked += row.events
            elif row.op in CONNECTS:
                group.connects += row.events
            if drift is not None:
                group.drifts[drift] += row.events
            group.terminals.add(row.terminal)

    @staticmethod
    def tallies(groups: dict[str, _Group]) -> list[Tally]:
        """Return the groups, those with most differences first."""
        found = [
            Tally(one.unit, one.name, one.connects, one.blocked, one.drifts, len(one.terminals))
            for one in groups.values()
        ]
        return sorted(found, key=lambda one: (-one.total, -one.blocked, -one.connects, one.name))


def _called(row: Reported, kind: DeviceKind) -> str:
    return row.name or kind.label


def _identity(row: Reported) -> str:
    if row.vendor_id or row.product_id:
        return f"{row.vendor_id}:{row.product_id}:{row.serial or '-'}"
    return row.serial


def _versions(city_id: int, period: Period) -> list[tuple[date, DevicePolicy, tuple[Line, ...]]]:
    """Return the versions that counted on days of *period*, the oldest first, each from its day on."""
    published = DevicePolicy.objects.filter(
        city=city_id, published_on__isnull=False, published_on__lte=period.last
    ).order_by("number")
    rows = list(published.prefetch_related("lines__unit", "lines__terminal"))
    later = [row for row in rows if row.published_on and row.published_on > period.first]
    earlier = [row for row in rows if row not in later][-1:]
    return [(row.published_on, row, lines_of(row)) for row in (*earlier, *later) if row.published_on]


def approvals_in(city_id: int, tree: Tree) -> list[Approval]:
    """Return the approvals of a city, those that are over too: a device whose time is over is told so. One query."""
    State = ApprovedDevice.State  # noqa: N806 - the class's own name
    rows = ApprovedDevice.objects.filter(
        city=city_id, state__in=(State.APPROVED, State.RETURNED, State.WITHDRAWN)
    ).select_related("terminal", "person")
    return [
        Approval(
            number=row.number,
            vendor_id=row.vendor_id,
            product_id=row.product_id,
            serial=row.serial,
            access=Access(row.access),
            units=tree.lineage_forward([row.unit_id]),
            terminal=row.terminal.number if row.terminal else "",
            person=row.person.number if row.person else "",
            first=max(row.starts_on, row.approved_on or row.starts_on),
            last=min(row.ends_on, row.ended_on or row.ends_on),
        )
        for row in rows
    ]
