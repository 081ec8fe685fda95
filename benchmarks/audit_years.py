"""Twenty years of findings, audits and measures laid over a city, as rows: what is past is not what is measured."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from benchmarks.city import FOUNDED, Prepared
from tenken.assets.models import InformationSystem, SystemOccurrence, SystemProduct
from tenken.audit.models import Engagement, PriorAudit, ScannedMachine, Weakness, WeaknessPlace
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import (
    AuditReport,
    ExtentCheck,
    ExtentTarget,
    Finding,
    FindingEvent,
    Measure,
    ReportingDate,
)
from tenken.organization.models import City, Unit
from tenken.policy.models import CheckItem

YEARS = 20
FINDINGS = 500  # a year
SYSTEMS, ALL_SYSTEMS = 120, 500
WEAKNESSES = 2_000  # of one system; 50 of each of twenty others
REPORT_FINDINGS = 1_000  # of the one large report, with 2,800 measures
TARGETS = 60  # of one look across
_ENGAGEMENTS = 12  # a year
_NUMBERS = 10_000  # those the operations give stay below

_PARTS = ("risk", "three_e")
_TEXT = "鍵のかからない書庫に、個人情報を含む文書を保管しており、持ち出しの記録も残していない。"
_DONE = "書庫を施錠し、鍵の管理簿と持ち出しの記録簿を設けた。あわせて、取扱いの手順を所属の全員に周知した。"
_SAID = {"considering": ("considering", "considering"), "continuing": ("considering", "continuing")}
_SAID_DONE = ("continuing", "done")


@dataclass(frozen=True)
class Years:
    """What was laid down: the large report, the system with most weaknesses, a look across, this year's audit."""

    report: AuditReport
    system: InformationSystem
    extent: ExtentCheck
    engagement: Engagement
    this_year: int


def lay_down(prepared: Prepared) -> Years:
    """Write twenty years over *prepared* and return what pages are asked of."""
    city = prepared.city
    this_year = FiscalYear.of(clock.today()).year
    with transaction.atomic():
        units = list(Unit.objects.filter(city=city, kind__code="section").order_by("code"))
        systems = add_systems(city, units, 0, SYSTEMS)
        items = list(
            CheckItem.objects.filter(city=city).order_by("code").values_list("code", "category__code")
        )
        past = range(this_year - YEARS + 1, this_year + 1)
        for year in past:
            _year(city, units, systems, items, year, last=year == this_year)
        report = large_report(city, units, this_year)
        extent = _extents(city, units, past)[-1]
        for number, system in enumerate(systems[:21]):
            _weaknesses(system, 50 if number else WEAKNESSES)
    engagement = Engagement.objects.filter(city=city, fiscal_year=this_year).order_by("number")[0]
    return Years(report, systems[0], extent, engagement, this_year)


def add_systems(city: City, units: Sequence[Unit], first: int, last: int) -> list[InformationSystem]:
    """Add the systems numbered from *first* up to *last* with products, changes, failures and past audits."""
    systems = InformationSystem.objects.bulk_create(
        InformationSystem(
            city=city,
            code=f"SYS-{n:03d}",
            name=f"第{n + 1}業務システム",
            owner=units[n % len(units)],
            valid_from=FOUNDED,
            classification=("S", "A", "B", "C")[n % 4],
            personal_data=n % 2 == 0,
            outage_is_grave=n % 5 == 0,
            important=n % 4 == 0 or n % 5 == 0,
            public=n % 7 == 0,
            used_by_all=n % 11 == 0,
            vendor=f"第{n % 9}情報株式会社",
            in_use_since=date(2006 + n % 18, 10, 1),
        )
        for n in range(first, last)
    )
    moment = clock.now()
    SystemProduct.objects.bulk_create(
        SystemProduct(
            system=one, kind=kind, name=f"{kind}製品{n % 6}", support_ends_on=date(2024 + n % 7, 3, 31)
        )
        for n, one in enumerate(systems)
        for kind in ("os", "database", "package")
    )
    SystemOccurrence.objects.bulk_create(
        SystemOccurrence(
            system=one,
            kind=("changed", "failure", "moved", "failure")[(n + turn) % 4],
            happened_on=date(2024 - 2 * turn, 1 + n % 12, 15),
            outline="機器を入れ替えた。",
            recorded_by="system:benchmark",
            recorded_at=moment,
        )
        for n, one in enumerate(systems)
        for turn in range(4)
    )
    PriorAudit.objects.bulk_create(
        PriorAudit(
            city=city,
            system=one,
            tier=("self", "visit", "technical")[(n + turn) % 3],
            held_on=date(2007 + 2 * turn + n % 2, 9, 1),
            source="情報システム監査の記録",
            recorded_by="system:benchmark",
            recorded_by_name="ベンチマーク",
            recorded_at=moment,
        )
        for n, one in enumerate(systems)
        for turn in range(8)
    )
    return systems


def _year(
    city: City,
    units: Sequence[Unit],
    systems: Sequence[InformationSystem],
    items: Sequence[tuple[str, str]],
    year: int,
    *,
    last: bool,
) -> None:
    """One year: an audit report from outside, the audits of the house, and five hundred findings of every origin."""
    report = _report(city, year, f"{year}-行政", "administrative")
    rows = [_finding(city, units, systems, items, report, year, n, last=last) for n in range(FINDINGS)]
    made = Finding.objects.bulk_create(rows, batch_size=500)
    _events(made)
    _measures(one for one in made if one.track == "measures" and one.status != "noted")
    engagements = []
    for n in range(_ENGAGEMENTS):
        kind, status = ("system", "technical")[n % 6 == 0], "fieldwork" if last else "closed"
        own = None if last else _report(city, year, f"{year}-監査{n + 1}", kind)
        ended = {"issued_on": date(year, 12, 20), "closed_on": date(year + 1, 3, 31)}
        engagements.append(
            Engagement(
                city=city,
                fiscal_year=year,
                number=_NUMBERS + n,
                kind=kind,
                unit=systems[(year + n) % SYSTEMS].owner,
                system=systems[(year + n) % SYSTEMS],
                theme="情報システムの管理について",
                purpose="情報システムの管理が基準に沿っているかを確かめる。",
                starts_on=date(year, 9, 1),
                ends_on=date(year, 12, 20),
                status=status,
                report=own,
                began_on=date(year, 9, 1),
                **({} if last else ended),
            )
        )
    Engagement.objects.bulk_create(engagements)


def _report(city: City, year: int, code: str, kind: str) -> AuditReport:
    report = AuditReport.objects.create(
        city=city,
        code=code,
        kind=kind,
        title=f"{FiscalYear(year)}　監査結果報告書",
        theme="情報資産の管理について",
        target="第1局ほか",
        fiscal_year=year,
        starts_on=date(year, 4, 1),
        ends_on=date(year, 8, 31),
        issued_on=date(year, 9, 1),
        viewpoints=[
            {"code": f"({n + 1})", "part": _PARTS[n > 4], "text": f"着眼点の{n + 1}は適切か。"}
            for n in range(7)
        ],
    )
    ReportingDate.objects.bulk_create(
        ReportingDate(report=report, as_of=day, told_on=day if day < clock.today() else None)
        for day in (date(year + 1, 3, 1), date(year + 1, 9, 1))
    )
    return report


_ORIGINS = (
    *("self_inspection",) * 9,
    *("visit", "trace", "audit", "scan", "extent", "audit"),
    *("external_audit",) * 5,
)
_KINDS = ("exception", "opinion", "potential", "good_practice", "exception")


def _finding(
    city: City,
    units: Sequence[Unit],
    systems: Sequence[InformationSystem],
    items: Sequence[tuple[str, str]],
    report: AuditReport,
    year: int,
    n: int,
    *,
    last: bool,
) -> Finding:
    mixed = n * 7 + year
    origin = _ORIGINS[n % len(_ORIGINS)]
    item, category = items[mixed % 60 if n % 3 else mixed % len(items)]
    system = systems[mixed % len(systems)] if origin in ("scan", "audit") else None
    said: dict[str, Any] = {}
    if origin == "external_audit":
        said = _answered_by_measures(report, _KINDS[n // len(_ORIGINS) % 5], year, n, last=last)
    else:
        said = _improved(year, n, last=last)
    return Finding(
        city=city,
        unit=system.owner if system else units[mixed % len(units)],
        system=system,
        fiscal_year=year,
        number=_NUMBERS + n,
        origin=origin,
        origin_key=f"benchmark:{year}:{n}",
        item_code=item,
        category_code=category,
        title=_TEXT,
        detail=_TEXT * 3,
        aspect="technical" if origin == "scan" or n % 4 == 0 else "operational",
        opened_on=date(year, 9, 1),
        **said,
    )


def _answered_by_measures(report: AuditReport, kind: str, year: int, n: int, *, last: bool) -> dict[str, Any]:
    status, closed = ("not_started", "considering", "continuing", "promised")[n % 4], None
    done: dict[str, Any] = {}
    if kind == "good_practice":
        status, closed = "noted", date(year, 9, 1)
    elif not last and n % 9:
        status, closed = "verified", date(year + 1, 6, 1)
        done = {"action": _DONE, "action_on": date(year + 1, 4, 15)}
    return {
        "kind": kind,
        "track": "measures",
        "status": status,
        "closed_on": closed,
        "report": report,
        "report_order": n,
        "reference": f"指摘({n % 7 + 1}){n}",
        "viewpoint": f"({n % 7 + 1})",
        **done,
    }


def _improved(year: int, n: int, *, last: bool) -> dict[str, Any]:
    plan = {"plan": "書庫を増やす。", "plan_owner": "係長", "plan_due_on": date(year, 10, 20)}
    if last and n % 3 == 0:
        return {"status": "open", "due_on": date(year, 12, 20)}
    if last and n % 3 == 1:
        return plan | {"status": "planned"}
    if n % 9 == 0:
        reason = ("storage_space", "budget", "contract", "system_constraint")[n % 4]
        return plan | {
            "status": "not_improved",
            "not_improved_reason": reason,
            "closed_as_not_improved": True,
        }
    done = {"action": "書庫を増やした。", "action_on": date(year, 10, 10)}
    return plan | done | {"status": "verified", "closed_on": date(year, 10, 20)}


def _events(findings: Sequence[Finding]) -> None:
    FindingEvent.objects.bulk_create(
        (
            FindingEvent(
                finding=one,
                event=event,
                status=one.status,
                by_code="system:benchmark",
                by_name="ベンチマーク",
                happened_on=one.opened_on,
                recorded_at=_moment(one.opened_on),
            )
            for one in findings
            for event in ("opened", "planned", "reported")
        ),
        batch_size=1_000,
    )


def _measures(findings: Iterator[Finding]) -> None:
    """Two measures of each, and a third of every second: what is promised stays a promise."""
    Measure.objects.bulk_create(
        (
            _measure(one, number, status)
            for place, one in enumerate(findings)
            if one.status != "not_started"
            for number, status in enumerate(_said(one, place), start=1)
        ),
        batch_size=500,
    )


def _said(one: Finding, place: int) -> tuple[str, ...]:
    first, last = _SAID.get(one.status, _SAID_DONE)
    return (first, last, *((last,) * (place % 2)))


def _measure(one: Finding, number: int, status: str) -> Measure:
    day = date(one.fiscal_year, 9, 9 * number)
    promises = status == "done" and one.status == "promised"
    return Measure(
        finding=one,
        number=number,
        status=status,
        on=day,
        text=_DONE,
        decided_by="system:benchmark",
        decided_by_name="ベンチマーク",
        decided_on=day,
        promises=promises,
        promise_due_on=date(one.fiscal_year + 2, 3, 31) if promises else None,
        budget_stage="requested" if promises else "",
        recorded_at=_moment(day),
    )


def large_report(city: City, units: Sequence[Unit], this_year: int) -> AuditReport:
    """Lay down a report of a thousand findings with 2,800 measures, of last year."""
    year = this_year - 1
    report = _report(city, year, f"{year}-包括", "comprehensive_external")
    made = Finding.objects.bulk_create(
        (
            Finding(
                city=city,
                unit=units[n % len(units)],
                fiscal_year=year,
                number=2 * _NUMBERS + n,
                origin="external_audit",
                origin_key=f"benchmark:large:{n}",
                title=_TEXT,
                detail=_TEXT * 2,
                kind=("exception", "opinion")[n % 2],
                track="measures",
                status=("continuing", "promised", "measured")[n % 3],
                report=report,
                report_order=n,
                reference=f"{('指摘', '意見')[n % 2]}({n % 7 + 1}){n}",
                viewpoint=f"({n % 7 + 1})",
                opened_on=date(year, 9, 1),
            )
            for n in range(REPORT_FINDINGS)
        ),
        batch_size=500,
    )
    _events(made)
    _measures(iter(made))
    return report


def _extents(city: City, units: Sequence[Unit], years: range) -> list[ExtentCheck]:
    extents = []
    for year in years:
        open_now = year == years[-1]
        source = Finding.objects.filter(city=city, fiscal_year=year, origin="audit").order_by("number")[0]
        extent = ExtentCheck.objects.create(
            city=city,
            fiscal_year=year,
            number=1,
            finding=source,
            question="鍵のかからない書庫に、個人情報を含む文書を保管していませんか。",
            why="同じ型の書庫を使っている。",
            made_on=date(year, 9, 5),
            asked_on=date(year, 9, 10),
            due_on=date(year, 10, 10),
            status="sent" if open_now else "closed",
            closed_on=None if open_now else date(year, 11, 1),
        )
        answered = {
            "answer": "none",
            "note": "施錠している。",
            "answered_on": date(year, 9, 20),
            "answered_by_name": "職員",
        }
        confirmed = {"status": "confirmed", "confirmed_on": date(year, 10, 1), "confirmed_by_name": "事務局"}
        ExtentTarget.objects.bulk_create(
            ExtentTarget(
                check_of=extent,
                unit=units[(n * 5 + year) % len(units)],
                because="同じ型の書庫を使っている。",
                **({} if open_now and n % 3 else answered | confirmed),
            )
            for n in range(TARGETS)
        )
        extents.append(extent)
    return extents


def _weaknesses(system: InformationSystem, count: int) -> None:
    first, seen = _moment(date(2025, 10, 1)), _moment(date(2026, 10, 1))
    hosts = [f"10.{system.pk % 250}.{n // 200}.{n % 200 + 1}" for n in range(max(3, count // 20))]
    ScannedMachine.objects.bulk_create(
        ScannedMachine(
            system=system, host=host, operating_system="Windows Server 2019", first_scanned_at=first, last_scanned_at=seen
        )
        for host in hosts
    )  # fmt: skip
    made = Weakness.objects.bulk_create(
        (
            Weakness(
                system=system,
                tool="nessus",
                rule=str(10_000 + n),
                title=f"更新していないソフトウェア {n}",
                severity=("info", "low", "medium", "high", "critical")[n % 5],
                score=n % 11,
                cves=[f"CVE-2026-{1000 + n}"],
                urgency=n % 5,
                hosts=3,
                places=3,
                description=_TEXT * 4,
                solution="更新する。",
                first_seen_at=first,
                last_seen_at=seen,
            )
            for n in range(count)
        ),
        batch_size=500,
    )
    WeaknessPlace.objects.bulk_create(
        (
            WeaknessPlace(
                weakness=one,
                key=f"{zlib.crc32(f'{one.rule}:{n}'.encode()):032x}",
                host=hosts[(place + n) % len(hosts)],
                port=443,
                first_seen_at=first,
                last_seen_at=seen,
            )
            for place, one in enumerate(made)
            for n in range(3)
        ),
        batch_size=1_000,
    )


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(3), UTC)
