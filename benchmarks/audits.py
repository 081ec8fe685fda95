"""Audits and findings after twenty years: every board over HTTP, the rotation's click, the papers in three forms."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connections

from benchmarks import audit_papers
from benchmarks.audit_years import (
    ALL_SYSTEMS,
    SYSTEMS,
    WEAKNESSES,
    YEARS,
    Years,
    add_systems,
    lay_down,
)
from benchmarks.bars import Figure, p95
from benchmarks.city import PASSWORD, SECTIONS, Prepared, prepare
from benchmarks.server import Visitor, server_seconds, serving
from tenken.audit.models import MidTermPlan, SystemSelection, Weakness
from tenken.findings.models import Finding, Measure
from tenken.organization.models import Unit

TURNS, WARM = 40, 5
"""How often a page is asked for, and how many of the first count as getting ready."""


def measure(home: Path) -> Iterator[Figure]:
    """Prepare the city in *home* and yield every figure of the area."""
    start = time.perf_counter()
    prepared = prepare(years=1, waiting=0)
    years = lay_down(prepared)
    print(
        f"# {SECTIONS} sections, {SYSTEMS} systems, {YEARS} years: {Finding.objects.count():,} findings, "
        f"{Measure.objects.count():,} measures, prepared in {time.perf_counter() - start:.0f} s",
        file=sys.stderr,
    )
    connections.close_all()
    with serving(home) as port:
        secretariat = Visitor(port)
        secretariat.sign_in(prepared.secretariat, PASSWORD)
        yield from _boards(secretariat, years)
        section = Visitor(port)
        section.sign_in(prepared.clerks[0], PASSWORD)
        yield from _boards_of_a_section(section)
        yield from _rotation(secretariat, prepared, years)
    yield from audit_papers.measure(prepared, years)


def page(visitor: Visitor, name: str, path: str, bar: float | None = 100) -> Figure:
    """Ask for a page again and again; return its p95, with how large it is and the server's own mean time for it."""
    for _ in range(WARM):
        size = len(visitor.get(path).encode())
    seconds = []
    before = server_seconds()
    for _ in range(TURNS):
        visitor.get(path)
        seconds.append(visitor.seconds)
    own = 1000 * (server_seconds() - before) / TURNS
    return Figure(
        f"{name} ({size / 1024:.0f} KiB; {own:.0f} ms of the processor), p95", p95(seconds), "ms", bar
    )


def _boards(visitor: Visitor, years: Years) -> Iterator[Figure]:
    """Yield every board and list the issue brought, as the secretariat sees it: nothing is left out for it."""
    report, this_year = years.report.pk, years.this_year
    weakness = Weakness.objects.filter(system=years.system).order_by("pk")[0].pk
    finding = Finding.objects.filter(report=report).order_by("pk")[1].pk
    connections.close_all()
    for name, path in (
        ("first page of the secretariat", "/"),
        ("measures, this year", "/findings/reports/"),
        ("measures, a past year", f"/findings/reports/?fiscal_year={this_year - 5}"),
        ("one report of 1,000 findings", f"/findings/reports/{report}/"),
        ("promises", "/findings/promises/"),
        ("measures without evidence", "/findings/lacking/"),
        ("answers that wait", "/findings/answers/"),
        ("one finding answered by measures", f"/findings/{finding}/"),
        ("list of findings", "/findings/"),
        ("list of findings, page 20", "/findings/?page=20"),
        (f"findings by content, {YEARS} years", "/findings/contents/"),
        ("  their rows", "/findings/contents/rows/"),
        ("  their chart", "/findings/contents/chart.svg"),
        ("operational against technical", "/findings/aspects/"),
        ("  its chart", "/findings/aspects/chart.svg"),
        ("open findings by age", "/findings/ages/"),
        ("relapse", "/findings/relapse/"),
        ("looks across", "/findings/extents/"),
        ("one look across", f"/findings/extents/{years.extent.pk}/"),
        ("audits", "/audits/"),
        ("audits held", "/audits/held/"),
        ("audits: what is to do", "/audits/work/"),
        ("one audit", f"/audits/{years.engagement.pk}/"),
        ("auditors", "/audits/auditors/"),
        ("technical audits", "/audits/technical/"),
        (f"weaknesses of a system with {WEAKNESSES:,}", f"/audits/technical/systems/{years.system.pk}/"),
        ("  page 20", f"/audits/technical/systems/{years.system.pk}/?page=20"),
        ("  its hosts", f"/audits/technical/systems/{years.system.pk}/hosts/"),
        ("one weakness", f"/audits/technical/weaknesses/{weakness}/"),
        ("the CISO's page", "/boards/ciso/"),
        ("a bureau's page", "/boards/bureau/"),
    ):
        yield page(visitor, name, path)


def _boards_of_a_section(visitor: Visitor) -> Iterator[Figure]:
    for name, path in (
        ("first page of a section", "/"),
        ("measures, as a section sees them", "/findings/reports/"),
        ("answers a section owes", "/findings/answers/"),
        ("findings of a section", "/findings/"),
    ):
        yield page(visitor, name, path)


# --- the rotation -------------------------------------------------------------------------------------------


def _rotation(visitor: Visitor, prepared: Prepared, years: Years) -> Iterator[Figure]:
    """Draw next year's systems by the one click, with the systems there are and then with five hundred."""
    for count in (SYSTEMS, ALL_SYSTEMS):
        if count != SYSTEMS:
            units = list(Unit.objects.filter(city=prepared.city, kind__code="section").order_by("code"))
            add_systems(prepared.city, units, SYSTEMS, count)
        connections.close_all()
        bar = (
            100 if count == SYSTEMS else None
        )  # five hundred are shown for comparison: more than any city has
        yield page(visitor, f"whose turn it is, {count} systems", "/audits/rotation/", bar)
        yield page(visitor, "  the universe", "/audits/rotation/universe/", bar)
        visitor.get("/audits/rotation/")
        year = str(years.this_year + 1)
        visitor.post("/audits/rotation/draw/", {"fiscal_year": year, "seed": ""})
        yield Figure(f"  one click: {count} systems weighed and chosen", visitor.seconds, "s", 1)
        selection = SystemSelection.objects.order_by("-pk")[0].pk
        connections.close_all()
        yield page(visitor, "  the selection", f"/audits/rotation/selections/{selection}/", bar)
        yield page(
            visitor, "  against the year before", f"/audits/rotation/selections/{selection}/against/", bar
        )
        yield page(
            visitor, "  its justification, whole", f"/audits/rotation/selections/{selection}/paper/", None
        )
        visitor.get("/audits/rotation/mid-term/new/")
        said = {"from_year": year, "years": "5", "purpose": "すべての情報システムを五年で監査する。"}
        visitor.post("/audits/rotation/mid-term/new/", said)
        yield Figure("  a mid-term plan of five years played through", visitor.seconds, "s", 2)
        plan = MidTermPlan.objects.order_by("-pk")[0].pk
        connections.close_all()
        yield page(visitor, "  its matrix, five years", f"/audits/rotation/mid-term/{plan}/", bar)
