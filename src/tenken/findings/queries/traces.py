"""Reading 追跡調査: the board, whom to chase, one section's own lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from tenken.common.refusals import Missing
from tenken.findings.models import Trace, TraceLine, TraceLineEvent, TraceProof
from tenken.findings.permissions import IMPROVE_FINDINGS, VIEW_FINDINGS
from tenken.findings.queries.places import groups_of, present_units
from tenken.findings.trace_states import ANSWERED, CONFIRMED, RUNNING, WITH_SECTION
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.queries.naming import names_with_bureau

# What a line says of its section, once for the board: its answer, or that there is none yet.
STATES = ("unanswered", "not_applicable", "done", "issue")
STATE_LABELS = {
    "unanswered": "未回答",
    "not_applicable": "該当なし",
    "done": "対策済",
    "issue": "課題あり",
}


@dataclass(frozen=True)
class TraceSummary:
    """A trace with its lines counted: all, confirmed, and those that wait for their section or for the secretariat."""

    trace: Trace
    lines: int
    confirmed: int
    with_section: int
    to_confirm: int


def traces_for(by: Principal, *, running: bool | None = None) -> list[TraceSummary]:
    """Return the traces that reach a section *by* may see, running ones first, then the newest; only those sections are
    counted. Two queries."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    lines = TraceLine.objects.restrict(by, VIEW_FINDINGS).order_by()
    for trace, status, number in lines.values_list("trace", "status").annotate(n=Count("pk")):
        counted[trace][status] = number
    rows = Trace.objects.of_city(by.city_id).filter(pk__in=counted)
    if running is not None:
        rows = rows.filter(status=RUNNING) if running else rows.exclude(status=RUNNING)
    return [
        TraceSummary(
            trace=row,
            lines=counted[row.pk].total(),
            confirmed=counted[row.pk][CONFIRMED],
            with_section=sum(counted[row.pk][status] for status in WITH_SECTION),
            to_confirm=counted[row.pk][ANSWERED],
        )
        for row in rows.order_by("-status", "-opened_on", "-pk")
    ]


def trace_for(by: Principal, key: int) -> Trace:
    """Return one trace that reaches a section *by* may see; else ``Missing``."""
    trace = (
        Trace.objects.restrict(by, VIEW_FINDINGS)
        .select_related("city", "started_from__unit")
        .filter(pk=key)
        .first()
    )
    if trace is None:
        raise Missing("この追跡調査はないか、見ることのできる範囲にありません。")
    return trace


@dataclass(frozen=True)
class BoardRow:
    """One 局・区 of a trace: lines by answer (``STATES``), how many are confirmed, and how many there are."""

    bureau_id: int
    name: str
    states: tuple[int, ...]
    confirmed: int

    @property
    def total(self) -> int:
        return sum(self.states)


def trace_board(lines: Sequence[TraceLine], city: City, on: date) -> list[BoardRow]:
    """Count *lines* by the 局・区 their sections (or heirs) stand below on a date. Only the organisation is asked."""
    groups = groups_of(city, (line.unit_id for line in lines), on)
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for line in lines:
        bureau = groups[line.unit_id][0]
        counted[bureau][line.answer or "unanswered"] += 1
        counted[bureau]["confirmed"] += line.status == TraceLine.Status.CONFIRMED
    names = names_with_bureau(city, counted, on)
    return [
        BoardRow(key, names[key], tuple(counted[key][state] for state in STATES), counted[key]["confirmed"])
        for key in sorted(counted)
    ]


def lines_of(by: Principal, trace: Trace) -> QuerySet[TraceLine]:
    """Return the lines of a trace that *by* may see, in the sections' order."""
    return (
        TraceLine.objects.restrict(by, VIEW_FINDINGS)
        .filter(trace=trace)
        .select_related("unit", "finding", "trace")
        .annotate(n_proofs=Count("proofs"))
        .order_by("unit__code", "pk")
    )


@dataclass(frozen=True)
class LineRecord:
    """One line with its course and its proofs."""

    line: TraceLine
    events: tuple[TraceLineEvent, ...]
    proofs: tuple[TraceProof, ...]


def line_record(by: Principal, key: int) -> LineRecord:
    """Return one line as *by* may see it; ``Missing`` out of reach. Three queries."""
    line = (
        TraceLine.objects.restrict(by, VIEW_FINDINGS)
        .select_related("unit", "trace__city", "finding")
        .filter(pk=key)
        .first()
    )
    if line is None:
        raise Missing("この回答欄はないか、見ることのできる範囲にありません。")
    return LineRecord(
        line, tuple(line.events.all()), tuple(line.proofs.select_related("file").order_by("pk"))
    )


def my_trace_lines(by: Principal) -> QuerySet[TraceLine]:
    """Return the lines of running traces that wait for the sections *by* answers for, the earliest due first."""
    return (
        TraceLine.objects.restrict(by, IMPROVE_FINDINGS)
        .filter(trace__status=RUNNING, status__in=WITH_SECTION)
        .select_related("unit", "trace")
        .order_by("trace__due_on", "unit__code")
    )


@dataclass(frozen=True)
class OpenLine:
    """A line that waits for its section: ``unit_ids`` are what the section is on that date, whoever manages them
    answers. ``link`` is the page to answer on."""

    line_id: int
    trace_id: int
    trace_name: str
    unit_id: int
    unit_ids: tuple[int, ...]
    due_on: date
    returned: bool

    @property
    def link(self) -> str:
        return f"/findings/trace-lines/{self.line_id}/"


def open_trace_lines(city: City, on: date) -> list[OpenLine]:
    """Return what a city's running traces still wait for from sections, the earliest due first. For reminders."""
    rows = (
        TraceLine.objects.of_city(city.pk)
        .filter(trace__status=RUNNING, status__in=WITH_SECTION)
        .select_related("trace")
        .order_by("trace__due_on", "trace_id", "unit__code")
    )
    return [
        OpenLine(
            line_id=line.pk,
            trace_id=line.trace_id,
            trace_name=line.trace.name,
            unit_id=line.unit_id,
            unit_ids=present_units(city, line.unit_id, on),
            due_on=line.trace.due_on,
            returned=line.status == TraceLine.Status.RETURNED,
        )
        for line in rows
    ]
