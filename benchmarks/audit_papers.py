"""Papers after twenty years, in three forms; a thousand measures by Excel; a report of two hundred items issued."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import docx
from openpyxl import Workbook, load_workbook

from benchmarks.audit_years import ALL_SYSTEMS, REPORT_FINDINGS, Years
from benchmarks.bars import Figure
from benchmarks.city import FOUNDED, Prepared
from tenken.audit.competence.operations import add_qualification, save_auditor
from tenken.audit.engagements.operations import (
    EngagementData,
    ItemData,
    add_item,
    appoint,
    issue_engagement,
    notify_engagement,
    plan_engagement,
    save_head,
    send_draft,
)
from tenken.audit.models import Engagement, SystemSelection
from tenken.audit.rotation.operations import adopt_system_selection
from tenken.common import clock
from tenken.findings.models import AuditReport, Measure
from tenken.organization.access import Principal, on_date, system_principal
from tenken.organization.models import Unit
from tenken.reports.blocks import Paper, Table, cell_text
from tenken.reports.printing import print_committee
from tenken.reports.record_papers import record_paper
from tenken.reports.render import FORMS, render
from tenken.workbooks.measures import COLUMNS, apply_measures, measures_difference, measures_workbook

ITEMS = 200
IMPORTED = 1_000

T = TypeVar("T")


def measure(prepared: Prepared, years: Years) -> Iterator[Figure]:
    """Yield the figures of everything that is not a page. Seconds of the clock; of the processor below them."""
    by = system_principal(prepared.city, "benchmark")
    yield from _measures_report(by, years)
    yield from _selection(by)
    yield from _committee(prepared, years)
    yield from _import(by)
    yield from _issue(by)


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Do *work*; return what it returns, the seconds it took and those of the processor (of all threads)."""
    clock_before, processor_before = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - clock_before, time.process_time() - processor_before


def _figures(name: str, seconds: float, processor: float, bar: float) -> Iterator[Figure]:
    yield Figure(name, seconds, "s", bar)
    yield Figure("  of the processor", processor, "s")


def _all_forms(paper: Paper) -> None:
    for form in FORMS:
        render(paper, form)


def _measures_report(by: Principal, years: Years) -> Iterator[Figure]:
    """The bar of the issue: from what stands to three files, once: what is set again is quicker, Typst remembers it.

    Another report loads the libraries first."""
    day = clock.today()

    def paper() -> Paper:
        return record_paper("measures").of(by, years.report.pk, day)

    other = AuditReport.objects.filter(city=by.city_id, kind="administrative").order_by("pk")[0]
    _all_forms(record_paper("measures").of(by, other.pk, day))
    count = Measure.objects.filter(finding__report=years.report).count()
    _, seconds, processor = timed(lambda: _all_forms(paper()))
    yield from _figures(
        f"measures of {REPORT_FINDINGS:,} findings ({count:,}) in three forms", seconds, processor, 3
    )
    made = paper()
    peers = {"docx": _plain_word, "xlsx": _plain_excel}
    for form, peer in peers.items():
        _, _, processor = timed(lambda form=form: render(made, form))  # type: ignore[misc]
        _, _, plain = timed(lambda peer=peer: peer(made))  # type: ignore[misc]
        yield Figure(f"  {form} alone, of the processor", processor, "s")
        yield Figure(f"    peer: the same cells by {peer.__doc__}", plain, "s")
        yield Figure("    times ours", plain / processor, "×")


def _cells(paper: Paper) -> Iterator[list[list[str]]]:
    for block in paper.blocks:
        if isinstance(block, Table):
            yield [
                [one.header for one in block.columns],
                *([cell_text(cell) for cell in row] for row in block.rows),
            ]


def _plain_word(paper: Paper) -> None:
    """python-docx"""
    document = docx.Document()
    for rows in _cells(paper):
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    document.save(io.BytesIO())


def _plain_excel(paper: Paper) -> None:
    """openpyxl"""
    book = Workbook()
    for rows in _cells(paper):
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(io.BytesIO())


def _selection(by: Principal) -> Iterator[Figure]:
    selection = SystemSelection.objects.filter(city=by.city_id).order_by("-pk")[0]
    paper = record_paper("audit-selection")
    _, seconds, processor = timed(lambda: _all_forms(paper.of(by, selection.pk, by.on)))
    yield from _figures(f"justification of {ALL_SYSTEMS} systems in three forms", seconds, processor, 5)
    _, seconds, processor = timed(
        lambda: adopt_system_selection(by=by, selection=selection, version=selection.version)
    )
    yield from _figures("  decided: the year's audits planned", seconds, processor, 2)


def _committee(prepared: Prepared, years: Years) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        printed, seconds, processor = timed(
            lambda: print_committee(prepared.city, years.this_year - 1, Path(directory))
        )
    names = "、".join(sorted({path.stem for path in printed.paths}))
    yield from _figures(f"committee papers in three forms ({names})", seconds, processor, 5)


def _import(by: Principal) -> Iterator[Figure]:
    """The findings that wait go out as a workbook, come back with a measure each, and are taken."""
    out, seconds, _ = timed(lambda: measures_workbook(by=by))
    yield Figure("workbook of the findings that wait for a measure", seconds, "s", 5)
    book = load_workbook(io.BytesIO(out))
    sheet: Any = book.active
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == COLUMNS[0])
    said = ("継続努力", by.on.isoformat(), "鍵の管理簿を設け、毎月確かめている。")
    filled = 0
    for row in range(top + 1, sheet.max_row + 1):
        if filled < IMPORTED and sheet.cell(row, 6).value in ("未着手", "検討中", "継続努力"):
            filled += 1
            for column, text in zip(("区分", "措置の日", "措置の内容"), said, strict=True):
                sheet.cell(row, COLUMNS.index(column) + 1, text)
    back = io.BytesIO()
    book.save(back)
    found, reading, _ = timed(lambda: measures_difference(by=by, name="措置.xlsx", content=back.getvalue()))
    count, writing, processor = timed(lambda: apply_measures(by=by, found=found, shown=found.digest))
    yield Figure(f"{count:,} measures from Excel: read and compared", reading, "s", 5)
    yield from _figures("  written, each with its step in the journal", writing, processor, 10)


def _issue(by: Principal) -> Iterator[Figure]:
    """An audit with two hundred items, from the draft to the issued report and its papers."""
    day = clock.today()
    engagement = _drafted(by, day)
    later = on_date(by, day + timedelta(days=15))
    engagement = Engagement.objects.get(pk=engagement.pk)
    _, seconds, processor = timed(
        lambda: issue_engagement(by=later, engagement=engagement, version=engagement.version, on=later.on)
    )
    yield from _figures(
        f"report of {ITEMS} items issued: numbered, sealed, findings opened", seconds, processor, 2
    )
    paper = record_paper("audit-report")
    _, seconds, processor = timed(lambda: _all_forms(paper.of(by, engagement.pk, later.on)))
    yield from _figures("  the report in three forms", seconds, processor, 5)


def _drafted(by: Principal, day: date) -> Engagement:
    unit = Unit.objects.filter(city=by.city_id, kind__code="section").order_by("code")[7]
    text = "情報資産の管理が規程に沿っているかを確かめる。"
    data = EngagementData(
        fiscal_year=by.on.year,
        kind="section",
        unit_id=unit.pk,
        system_id=None,
        theme="情報資産の管理について",
        purpose=text,
        scope=text,
        criteria="情報セキュリティ対策基準",
        method="書面と現地の確認",
        chosen_because="五年監査していない。",
        starts_on=day,
        ends_on=day + timedelta(days=30),
    )
    made = plan_engagement(by=by, data=data)
    lead = save_auditor(
        by=by, auditor=None, name="港 太郎", organization_name="みなと監査", valid_from=FOUNDED
    )
    add_qualification(by=by, auditor=lead, kind="CISA", number="1234", obtained_on=FOUNDED)
    appoint(by=by, engagement=made, auditor_id=lead.pk, part="lead", valid_from=day)
    made.refresh_from_db()
    made = notify_engagement(
        by=by,
        engagement=made,
        letter_number="8総情第45号",
        letter_to="課長",
        letter_from="局長",
        drafted_by="事務局",
        drafted_on=day,
        request="台帳をご用意ください。",
        version=made.version,
    )
    for number in range(ITEMS):
        item = ItemData(
            kind="exception", title=f"台帳にない媒体がある（{number + 1}）", detail=text * 4, viewpoint="(3)"
        )
        add_item(by=by, engagement=made, data=item)
    made.refresh_from_db()
    made = save_head(by=by, engagement=made, summary=text, opinion=text, version=made.version)
    send_draft(by=by, engagement=made, due_on=day + timedelta(days=14), version=made.version)
    return made
