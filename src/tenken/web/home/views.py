"""The first page, help, and whether the service answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.audit.permissions import RECORD_VISITS
from tenken.audit.queries.waiting import next_step
from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.findings.models import Finding
from tenken.findings.permissions import CHECK_FINDINGS, IMPROVE_FINDINGS, MANAGE_REPORTS, VIEW_FINDINGS
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.permissions import ACCEPT_SHEETS, APPROVE_SHEETS, FILL_SHEETS, VIEW_SHEETS
from tenken.inspection.queries.self_checks import own_checks
from tenken.inspection.states import HANDED_IN
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.queries import name_with_bureau
from tenken.reports.catalogue import PAPERS
from tenken.reports.permissions import VIEW_PAPERS
from tenken.web.addresses import address
from tenken.web.home import tasks
from tenken.web.navigation import waiting_of
from tenken.web.principal import SignedInRequest, signed_in


@dataclass(frozen=True)
class Task:
    """One line of 「いま、することの一覧」."""

    label: str
    url: str
    state: str
    tone: str
    due: str
    left: int | None


@require_safe
@signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """What waits for the reader, how far the year is, and the papers they may read."""
    by, today = request.principal, clock.today()
    counts = waiting_of(request)
    works = any(
        by.holds(capability)
        for capability in (
            FILL_SHEETS,
            APPROVE_SHEETS,
            ACCEPT_SHEETS,
            IMPROVE_FINDINGS,
            CHECK_FINDINGS,
            RECORD_VISITS,
            MANAGE_SYSTEMS,
        )
    )
    now = tasks.programme_now(by)
    context: dict[str, Any] = {
        "today": era_date(today),
        "works": works,
        "own_checks": own_checks(by, open_only=True),
        "sheet_tasks": _sheet_tasks(by, today) if counts.sheets else [],
        "finding_tasks": _finding_tasks(by, today) if counts.findings else [],
        "visit_tasks": _visit_tasks(by, today) if counts.visits else [],
        "more_visits": max(0, counts.visits - tasks.SHOWN),
        "more_sheets": max(0, counts.sheets - tasks.SHOWN),
        "more_findings": max(0, counts.findings - tasks.SHOWN),
        "sheets_url": _sheets_to_do_url(by, now),
        "findings_url": address("findings-list", status=_finding_status(by)),
        "papers": _papers(by) if by.holds(VIEW_PAPERS) else None,
        "boards": _boards(by),
    }
    if now:
        context |= _year(by, now, today)
    return render(request, "web/home/home.html", context)


def _boards(by: Principal) -> list[tuple[str, str]]:
    """Return the boards *by* may open: the whole city's, a bureau's, what a post hands over."""
    if not by.holds(VIEW_FINDINGS):
        return []
    boards = [("引継書（人事異動のとき）", address("boards-handovers"))]
    if by.everywhere(VIEW_FINDINGS):
        return [("全庁の状況", address("boards-ciso")), ("局・区の状況", address("boards-bureau")), *boards]
    if "bureau_manager" in by.role_codes:
        return [("局・区の状況", address("boards-bureau")), *boards]
    return boards


def _sheets_to_do_url(by: Principal, now: tasks.ProgrammeNow | None) -> str:
    if now is None:
        return address("inspection-index")
    if by.holds(ACCEPT_SHEETS):
        return address("inspection-sheets", now.programme.pk, state=Sheet.Status.APPROVED.value)
    return address("inspection-sheets", now.programme.pk)


def _finding_status(by: Principal) -> str:
    return Finding.Status.REPORTED if by.holds(CHECK_FINDINGS) else Finding.Status.OPEN


_SHEET_WORK = {
    Sheet.Status.NOT_STARTED: ("記入する", "neutral"),
    Sheet.Status.DRAFTING: ("記入を続ける", "yellow"),
    Sheet.Status.RETURNED_BY_MANAGER: ("差戻しを直す", "red"),
    Sheet.Status.RETURNED_BY_SECRETARIAT: ("差戻しを直す", "red"),
    Sheet.Status.SUBMITTED: ("承認する", "blue"),
    Sheet.Status.APPROVED: ("受け付ける", "blue"),
}
_FINDING_WORK = {
    Finding.Status.OPEN: ("改善計画を作る", "yellow"),
    Finding.Status.PLANNED: ("改善を報告する", "blue"),
    Finding.Status.NOT_IMPROVED: ("改善を続ける", "red"),
    Finding.Status.REPORTED: ("改善報告を確認する", "blue"),
    Finding.Status.CANNOT_FIX: ("改善困難の理由を確認する", "blue"),
    Finding.Status.TREATED: ("改善できないか見直す", "yellow"),
    Finding.Status.NOT_STARTED: ("措置を報告する", "yellow"),
    Finding.Status.CONSIDERING: ("措置を報告する", "yellow"),
    Finding.Status.CONTINUING: ("措置を報告する", "yellow"),
    Finding.Status.PROMISED: ("予定を果たしたか報告する", "red"),
    Finding.Status.MEASURED: ("報告された措置を確認する", "blue"),
}


def _finding_work(by: Principal, finding: Finding) -> tuple[str, str]:
    """Return what waits; a measure waits with the secretariat only to be decided on, whatever the finding is meanwhile."""
    of_measures = finding.track == Finding.Track.MEASURES and by.holds(MANAGE_REPORTS)
    return _FINDING_WORK[Finding.Status.MEASURED if of_measures else Finding.Status(finding.status)]


def _section(by: Principal, unit: Unit) -> str:
    """Return a section's name; after that of its bureau for who works for the whole city."""
    return name_with_bureau(by.city, unit.pk, by.on) if by.everywhere(VIEW_FINDINGS) else unit.name


def _of_system(sheet: Sheet) -> str:
    """Return which system a section's sheet is about; '' for its own."""
    return f"（{sheet.system.name}）" if sheet.system else ""


def _sheet_tasks(by: Principal, today: date) -> list[Task]:
    return [
        _task(
            f"{_section(by, sheet.unit)}の点検シート{_of_system(sheet)}",
            address("inspection-sheet", sheet.pk),
            _SHEET_WORK[Sheet.Status(sheet.status)],
            sheet.until,  # type: ignore[attr-defined]
            today,
        )
        for sheet in tasks.sheets_to_do(by)
    ]


def _visit_tasks(by: Principal, today: date) -> list[Task]:
    return [
        _task(
            f"{_section(by, visit.unit)}の訪問調査",
            address("audit-visit", visit.pk),
            (next_step(by, visit), "yellow"),
            visit.facts_due_on or visit.planned_on,
            today,
        )
        for visit in tasks.visits_to_do(by)
    ]


def _finding_tasks(by: Principal, today: date) -> list[Task]:
    return (
        [
            _task(
                f"{_section(by, finding.unit)}：{finding.title}",
                address("findings-detail", finding.pk),
                _finding_work(by, finding),
                finding.until,  # type: ignore[attr-defined]
                today,
            )
            for finding in tasks.findings_to_do(by)
        ]
        + [
            _task(
                f"{_section(by, line.unit)}：追跡調査「{line.trace.name}」",
                address("findings-trace-line", line.pk),
                ("回答する", "yellow"),
                line.trace.due_on,
                today,
            )
            for line in tasks.trace_lines_to_do(by)
        ]
        + [
            _task(
                f"{_section(by, target.unit)}{f'（{target.system.name}）' if target.system else ''}："
                f"横展開の確認「{target.check_of.question[:40]}」",
                address("findings-extent-target", target.pk),
                ("ないか確かめて回答する", "yellow"),
                target.check_of.due_on,
                today,
            )
            for target in tasks.extent_targets_to_do(by)
        ]
    )


def _task(label: str, url: str, work: tuple[str, str], due_on: date | None, today: date) -> Task:
    return Task(
        label=label,
        url=url,
        state=work[0],
        tone=work[1],
        due=era_date(due_on) if due_on else "",
        left=tasks.days_left(due_on, today),
    )


def _papers(by: Principal) -> list[dict[str, Any]]:
    titles = {entry.code: f"{entry.number}　{entry.title}" for entry in PAPERS}
    return [
        {
            "label": f"{FiscalYear(paper.fiscal_year)}　{titles.get(paper.paper_code, paper.paper_code)}",
            "number": paper.number,
            "issued_on": era_date(paper.issued_on) if paper.issued_on else "",
            "url": address("reports-paper", paper.paper_code, paper.fiscal_year),
        }
        for paper in tasks.issued_papers(by)
    ]


def _year(by: Principal, now: tasks.ProgrammeNow, today: date) -> dict[str, Any]:
    programme = now.programme
    year = FiscalYear(programme.fiscal_year)
    context: dict[str, Any] = {
        "programme": programme,
        "programme_url": address("inspection-programme", programme.pk),
        "steps": [
            {
                "label": stage.name,
                "state": _stage_state(stage.starts_on, stage.ends_on, today),
                "when": f"{stage.starts_on.month}月{stage.starts_on.day}日～{stage.ends_on.month}月{stage.ends_on.day}日",
            }
            for stage in now.stages
        ],
        "fiscal_year": year,
    }
    wide = len(by.units_with(VIEW_SHEETS)) > 1 or by.everywhere(VIEW_SHEETS)
    if wide and programme.status != Programme.Status.PLANNED:
        context["sheet_figures"] = _sheet_figures(by, programme)
        if not by.everywhere(VIEW_SHEETS):
            context["behind"] = [
                {"name": sheet.unit.name, "url": address("inspection-sheet", sheet.pk), "status": sheet}
                for sheet in tasks.sections_not_handed_in(by, programme)
            ]
    if wide and by.holds(VIEW_FINDINGS):
        context["finding_figures"] = _finding_figures(by, programme.fiscal_year)
    return context


def _stage_state(starts_on: date, ends_on: date, today: date) -> str:
    if today > ends_on:
        return "done"
    return "current" if today >= starts_on else "todo"


def _sheet_figures(by: Principal, programme: Programme) -> list[dict[str, Any]]:
    counts = tasks.sheet_counts(by, programme)
    total = sum(counts.values()) - counts.get(Sheet.Status.EXEMPTED, 0)
    handed_in = sum(counts.get(status, 0) for status in HANDED_IN)

    def figure(label: str, number: int, tone: str = "neutral", **query: str) -> dict[str, Any]:
        url = address("inspection-sheets", programme.pk, **query)
        return {"label": label, "number": number, "unit": "課", "tone": tone, "url": url}

    late = total - handed_in
    return [
        figure("点検の対象", total, state="target"),
        figure("未提出", late, "yellow" if late else "green", state="not_handed_in"),
        figure("受付待ち", counts.get(Sheet.Status.APPROVED, 0), "blue", state=Sheet.Status.APPROVED.value),
        figure("受付済", counts.get(Sheet.Status.ACCEPTED, 0), "green", state=Sheet.Status.ACCEPTED.value),
    ]


def _finding_figures(by: Principal, fiscal_year: int) -> list[dict[str, Any]]:
    counts = tasks.finding_counts(by, fiscal_year)
    shown = (
        (Finding.Status.OPEN, "改善計画の作成待ち", "yellow"),
        (Finding.Status.PLANNED, "改善中", "blue"),
        (Finding.Status.REPORTED, "改善報告の確認待ち", "blue"),
        (Finding.Status.VERIFIED, "改善済", "green"),
        (Finding.Status.NOT_IMPROVED, "未改善", "red"),
    )
    return [
        {
            "label": label,
            "number": counts.get(status, 0),
            "unit": "件",
            "tone": tone if counts.get(status) else "neutral",
            "url": address("findings-list", status=status.value, fiscal_year=fiscal_year),
        }
        for status, label, tone in shown
    ]


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to use the product, in one page; open to people who cannot sign in."""
    return render(request, "web/home/help.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """「ok」 while the process answers; for load balancers and the start-up script. Tells nothing else."""
    return HttpResponse("ok", content_type="text/plain")
