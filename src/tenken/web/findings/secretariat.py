"""What the secretariat does with many findings: check reports, end the improvement stage."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem
from tenken.findings.operations import check_many, close_improvement_stage
from tenken.findings.permissions import CHECK_FINDINGS
from tenken.findings.queries import (
    category_counts,
    unfinished_in_stage,
    waiting_for_check,
    years_of,
)
from tenken.findings.states import REASONS, REPORTED
from tenken.organization.access import require
from tenken.web.findings.labels import STATUSES
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 100


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check_list(request: SignedInRequest) -> HttpResponse:
    """Verify many reports in one go; those that changed meanwhile are named."""
    by = request.principal
    require(by, CHECK_FINDINGS)
    problems: list[Problem] = []
    if request.method == "POST":
        versions = dict(chosen(value) for value in request.POST.getlist("finding"))
        if not versions:
            problems.append(Problem("確認する課題を選んでください。"))
            return _check_page(request, problems, 422)
        done, passed = check_many(by=by, city=by.city, versions=versions)
        if done:
            messages.success(request, f"{len(done)}件の改善を確認しました。")
        problems += [Problem(reason, f"{finding}（{finding.unit.name}）") for finding, reason in passed]
        if not problems:
            return redirect("findings-check-many")
    return _check_page(request, problems, 409 if problems else 200)


def _check_page(request: HttpRequest, problems: list[Problem], status: int) -> HttpResponse:
    by = request.principal  # type: ignore[attr-defined]
    page = Paginator(waiting_for_check(by), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "findings": page.object_list, "problems": problems}
    return render(request, "web/findings/check.html", context, status=status)


def chosen(value: str) -> tuple[int, int]:
    """Read "key:version" as a page's checkboxes send it."""
    key, _, version = value.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (key, version)):
        raise Invalid("選んだものを読み取れませんでした。ページを開き直してください。")
    return int(key), int(version)


@signed_in
@require_http_methods(["GET", "HEAD"])
def close_index(request: SignedInRequest) -> HttpResponse:
    """Go to the page of the latest year that has findings."""
    require(request.principal, CHECK_FINDINGS)
    years = years_of(request.principal)
    return redirect("findings-close", fiscal_year=years[0] if years else FiscalYear.of(clock.today()).year)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def close_stage(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """End a year's improvement stage: each finding that is not done needs its reason."""
    by = request.principal
    require(by, CHECK_FINDINGS)
    if not 1900 < fiscal_year < 2200:
        return redirect("findings-close-index")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            left = close_improvement_stage(
                by=by, city=by.city, fiscal_year=fiscal_year, on=by.on, reasons=_reasons(request)
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, f"改善取組を終えました。未改善は{len(left)}件です。")
            return redirect(f"{reverse('findings-list')}?fiscal_year={fiscal_year}&status=not_improved")
    context = _closing(request, fiscal_year, problems)
    return render(request, "web/findings/close.html", context, status=422 if problems else 200)


def _reasons(request: HttpRequest) -> dict[int, tuple[str, str]]:
    """Return finding key → (reason, note); what is left blank takes the one for all, when there is one."""
    common = (request.POST.get("reason-all", ""), request.POST.get("note-all", ""))
    reasons = {}
    for name, value in request.POST.items():
        prefix, _, key = name.partition("-")
        if prefix == "reason" and key.isascii() and key.isdigit() and len(key) < 19:
            own = (str(value), request.POST.get(f"note-{key}", ""))
            reasons[int(key)] = own if value else common
    return reasons


def _closing(request: HttpRequest, fiscal_year: int, problems: tuple[Problem, ...]) -> dict[str, Any]:
    by = request.principal  # type: ignore[attr-defined]
    wrong = {problem.field: problem.message for problem in problems}
    findings = list(unfinished_in_stage(by, fiscal_year))
    rows: list[dict[str, Any]] = [
        {
            "finding": finding,
            "status": (finding.status, *STATUSES[finding.status]),
            "given": REASONS.get(finding.not_improved_reason, ""),
            "reason": request.POST.get(f"reason-{finding.pk}", ""),
            "note": request.POST.get(f"note-{finding.pk}", ""),
            "reason_error": wrong.get(f"reason-{finding.pk}", ""),
            "note_error": wrong.get(f"note-{finding.pk}", ""),
        }
        for finding in findings
    ]
    counts = category_counts(by.city, fiscal_year)
    return {
        "fiscal_year": FiscalYear(fiscal_year),
        "rows": rows,
        "lacking": sum(not finding.not_improved_reason for finding in findings),
        "unchecked": sum(finding.status == REPORTED for finding in findings),
        "counts": counts,
        "reasons": REASONS,
        "common_reason": request.POST.get("reason-all", ""),
        "common_note": request.POST.get("note-all", ""),
        "problems": problems,
    }
