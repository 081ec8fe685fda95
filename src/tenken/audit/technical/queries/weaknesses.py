"""Lists of weaknesses, the hosts they are on, and two scans beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Max, Q, QuerySet, When

from tenken.assets.models import InformationSystem
from tenken.audit.models import HostScan, ReportedPlace, ScanImport, ScannedMachine, Weakness, WeaknessPlace
from tenken.audit.technical.queries.reach import scans_for, systems_for, weaknesses_for
from tenken.audit.technical.states import APPLIED
from tenken.audit.technical.words import CHANGES, HIGH, LOW, SEVERITY_LABELS, URGENCY_LABELS
from tenken.organization.access import Principal

STANDING = "standing"
GONE = "gone"
RETURNED = "returned"
JUDGED = "judged"
REVIEW = "review"
NO_FINDING = "no_finding"
STATES = {
    STANDING: "いま見つかるもの",
    RETURNED: "再び見つかったもの",
    JUDGED: "緊急度を判断したもの",
    REVIEW: "判断の見直しが必要なもの",
    NO_FINDING: "課題になっていないもの",
    GONE: "見つからなくなったもの",
}


@dataclass(frozen=True)
class WeaknessFilter:
    """What of a system's weaknesses is shown. ``urgency``: exactly this one; without it 参考 is left out unless ``all``."""

    text: str = ""
    urgency: int | None = None
    severity: str = ""
    tool: str = ""
    host: str = ""
    state: str = STANDING
    all: bool = False


def counts_now(on: date) -> Q:
    """Return which weaknesses carry a judgement that counts on a day (``rules.urgency.effective``)."""
    return Q(judged_urgency__isnull=False, judged_until__gte=on, urgency__lte=F("judged_from"))


def needs_review(on: date) -> Q:
    """Return which weaknesses carry a judgement that no longer counts: its day has come, or more came to light."""
    return Q(judged_urgency__isnull=False) & ~counts_now(on)


def with_effective(rows: QuerySet[Weakness], on: date) -> QuerySet[Any]:
    """Return *rows* with ``effective``: the urgency that counts on a day."""
    return rows.annotate(effective=Case(When(counts_now(on), then=F("judged_urgency")), default=F("urgency")))


def weaknesses_of(by: Principal, system: InformationSystem, only: WeaknessFilter) -> QuerySet[Any]:
    """Return what *by* may see of a system's weaknesses, the most urgent and most widespread first."""
    rows = with_effective(weaknesses_for(by).filter(system=system), by.on)
    rows = rows.filter(_in_state(only.state, by.on))
    if only.urgency is not None:
        rows = rows.filter(effective=only.urgency)
    elif not only.all:
        rows = rows.filter(effective__gte=LOW)
    if only.severity:
        rows = rows.filter(severity=only.severity)
    if only.tool:
        rows = rows.filter(tool=only.tool)
    if only.host:
        standing = WeaknessPlace.objects.filter(host=only.host, not_seen_since=None).values("weakness")
        rows = rows.filter(pk__in=standing)
    if only.text:
        rows = rows.filter(
            Q(title__icontains=only.text) | Q(rule__icontains=only.text) | Q(cves__icontains=only.text)
        )
    return rows.order_by("-effective", "-end_of_support", "-hosts", "title", "pk")


def _in_state(state: str, on: date) -> Q:
    standing = Q(not_seen_since__isnull=True)
    return {
        STANDING: standing,
        GONE: ~standing,
        RETURNED: standing & Q(returned_at__isnull=False),
        JUDGED: standing & counts_now(on),
        REVIEW: standing & needs_review(on),
        NO_FINDING: standing & Q(finding__isnull=True),
    }.get(state, Q())


def tools_of(by: Principal, system: InformationSystem) -> list[str]:
    """Return the tools whose weaknesses *by* sees of a system."""
    return sorted(
        weaknesses_for(by).filter(system=system).order_by().values_list("tool", flat=True).distinct()
    )


@dataclass(frozen=True)
class SystemFigures:
    """What stands in a system now: weaknesses by the urgency that counts, hosts, what wants attention."""

    by_urgency: dict[int, int]
    gone: int
    returned: int
    review: int
    hosts: int
    out_of_support: int
    last_scan: Any


def figures_of(by: Principal, systems: Sequence[InformationSystem]) -> dict[int, SystemFigures]:
    """Return the figures of each of *systems* as *by* may see them. Four queries, however many there are."""
    keys = [system.pk for system in systems]
    seen = with_effective(weaknesses_for(by).filter(system__in=keys), by.on).order_by()
    standing = seen.filter(not_seen_since=None)
    levels: dict[int, dict[int, int]] = {key: dict.fromkeys(URGENCY_LABELS, 0) for key in keys}
    for system, effective, number in standing.values_list("system", "effective").annotate(n=Count("pk")):
        levels[system][effective] = number
    others: dict[int, Any] = {
        row["system"]: row
        for row in seen.values("system").annotate(
            gone=Count("pk", filter=Q(not_seen_since__isnull=False)),
            back=Count("pk", filter=_in_state(RETURNED, by.on)),
            review=Count("pk", filter=_in_state(REVIEW, by.on)),
        )
    }
    shown = scans_for(by).filter(system__in=keys, status=APPLIED).order_by()
    last = dict(shown.values_list("system").annotate(Max("scanned_at")))
    machines: dict[int, Any] = {
        row["system"]: row
        for row in ScannedMachine.objects.filter(system__in=last)
        .values("system")
        .annotate(hosts=Count("pk"), ended=Count("pk", filter=Q(support_ended_on__isnull=False)))
    }
    return {
        key: SystemFigures(
            levels[key],
            others.get(key, {}).get("gone", 0),
            others.get(key, {}).get("back", 0),
            others.get(key, {}).get("review", 0),
            machines.get(key, {}).get("hosts", 0),
            machines.get(key, {}).get("ended", 0),
            last.get(key),
        )
        for key in keys
    }


def machines_of(by: Principal, system: InformationSystem, text: str = "") -> QuerySet[ScannedMachine]:
    """Return the hosts of a system with how many weaknesses stand on each and the highest urgency, most urgent first."""
    if not systems_for(by).filter(pk=system.pk).exists():
        return ScannedMachine.objects.none()
    rows = ScannedMachine.objects.filter(system=system)
    if text:
        rows = rows.filter(
            Q(host__icontains=text) | Q(host_name__icontains=text) | Q(operating_system__icontains=text)
        )
    return rows.order_by(F("support_ended_on").asc(nulls_last=True), "host")


def burden(by: Principal, system: InformationSystem, hosts: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return for each of *hosts*: how many weaknesses of at least low urgency stand there, and the highest urgency."""
    seen = with_effective(weaknesses_for(by).filter(system=system, not_seen_since=None), by.on)
    places = (
        seen.filter(effective__gte=LOW, seen_at__not_seen_since=None, seen_at__host__in=hosts)
        .order_by()
        .values("seen_at__host")
        .annotate(number=Count("pk", distinct=True), highest=Max("effective"))
    )
    return {row["seen_at__host"]: (row["number"], row["highest"]) for row in places}


def waiting_for_review(by: Principal) -> QuerySet[Weakness]:
    """Return the weaknesses in sight whose judgement has to be looked at again, and those urgent without a finding."""
    return weaknesses_for(by).filter(_in_state(REVIEW, by.on)).order_by("judged_until", "pk")


def urgent_without_finding(by: Principal) -> QuerySet[Weakness]:
    """Return the standing weaknesses in sight that need a measure and of which no finding was opened."""
    rows = with_effective(weaknesses_for(by).filter(not_seen_since=None, finding=None), by.on)
    return rows.filter(effective__gte=HIGH).order_by("-effective", "pk")


def differences_of(scan: ScanImport) -> QuerySet[Any]:
    """Return what an import changes, what wants attention first, the most severe first."""
    order = Case(*(When(change=code, then=place) for place, code in enumerate(CHANGES)))
    severe = Case(*(When(severity=code, then=place) for place, code in enumerate(SEVERITY_LABELS)))
    return scan.differences.annotate(change_order=order, severity_order=severe).order_by(
        "change_order", "severity_order", "-added", "title", "pk"
    )


@dataclass(frozen=True)
class Compared:
    """One weakness in two scans, in hosts; None where that scan did not look with the tool."""

    tool: str
    rule: str
    title: str
    severity: str
    before: int | None
    after: int | None
    added: int
    removed: int


def compare_scans(first: ScanImport, second: ScanImport) -> list[Compared]:
    """Return every weakness of two imports of one system: on how many hosts each saw it, what came and what went.

    Only hosts both looked at with the tool count as come or gone.
    """
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    hosts: tuple[dict[tuple[str, str], set[str]], ...] = ({}, {})
    looked: list[set[tuple[str, str]]] = []
    for side, scan in enumerate((first, second)):
        rows = ReportedPlace.objects.filter(reported__scan=scan).values_list(
            "reported__tool", "reported__rule", "reported__title", "reported__severity", "host"
        )
        for tool, rule, title, severity, host in rows.distinct().iterator(5_000):
            seen[tool, rule] = title, severity
            hosts[side].setdefault((tool, rule), set()).add(host)
        looked.append(set(HostScan.objects.filter(scan=scan).values_list("tool", "host")))
    tools = [{tool for tool, _ in one} for one in looked]
    return [
        Compared(
            tool,
            rule,
            title,
            severity,
            len(hosts[0].get((tool, rule), ())) if tool in tools[0] else None,
            len(hosts[1].get((tool, rule), ())) if tool in tools[1] else None,
            sum((tool, host) in looked[0] for host in _only(hosts, tool, rule, 1)),
            sum((tool, host) in looked[1] for host in _only(hosts, tool, rule, 0)),
        )
        for (tool, rule), (title, severity) in sorted(seen.items())
    ]


def _only(hosts: Sequence[dict[tuple[str, str], set[str]]], tool: str, rule: str, side: int) -> set[str]:
    return hosts[side].get((tool, rule), set()) - hosts[1 - side].get((tool, rule), set())


def places_of(weakness: Weakness) -> QuerySet[WeaknessPlace]:
    """Return where a weakness is and was: what stands first."""
    return weakness.seen_at.order_by(F("not_seen_since").desc(nulls_first=True), "host", "port", "location")
