"""Writing a plan: begin, word, change its activities, adopt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.organization.access import require
from tenken.plans import operations
from tenken.plans.inputs import ActivityInput
from tenken.plans.models import AnnualPlan, PlannedActivity
from tenken.plans.permissions import CHANGE_PLANS
from tenken.plans.queries import activity_input, find_plan
from tenken.web.plans.forms import (
    ActivityForm,
    AdoptForm,
    OverviewForm,
    SessionFormSet,
    StageFormSet,
    YearForm,
    activity_initial,
    activity_of,
    sessions_initial,
    stages_initial,
)
from tenken.web.principal import SignedInRequest, signed_in

_LATEST = 2_147_483_647  # what a version can be


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """Begin the plan of a year from that of the year before."""
    require(request.principal, CHANGE_PLANS)
    following = FiscalYear.of(clock.today()).year + 1
    form = YearForm(request.POST if request.method == "POST" else None, initial={"fiscal_year": following})
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        year = form.cleaned_data["fiscal_year"]
        try:
            operations.start_plan(by=request.principal, city=request.principal.city, fiscal_year=year)
        except Invalid as refusal:
            problems = refusal.problems
        except Stale as refusal:
            problems = (Problem(refusal.message, "年度", "fiscal_year"),)
        else:
            messages.success(request, "年間計画の案を作りました。日程と内容を確かめてください。")
            return redirect("plans-plan", fiscal_year=year)
    context = {"form": form, "problems": problems}
    return render(request, "web/plans/new.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Write the overview."""
    plan = _draft(request, fiscal_year)
    form = OverviewForm(
        request.POST if request.method == "POST" else None, initial={"overview": plan.overview}
    )
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            operations.change_overview(
                by=request.principal, plan=plan, version=_version(request), **form.cleaned_data
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "概要を保存しました。")
            return redirect("plans-plan", fiscal_year=fiscal_year)
    return _form_page(request, "overview", plan, form, problems)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Confirm and adopt."""
    plan = _draft(request, fiscal_year)
    form = AdoptForm(
        request.POST if request.method == "POST" else None, initial={"adopted_on": clock.today()}
    )
    problems: tuple[Problem, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            operations.adopt_plan(
                by=request.principal,
                plan=plan,
                on=form.cleaned_data["adopted_on"],
                version=_version(request),
            )
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "年間計画を決定しました。")
            return redirect("plans-plan", fiscal_year=fiscal_year)
    return _form_page(request, "adopt", plan, form, problems)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, fiscal_year: int) -> HttpResponse:
    """Add an activity."""
    return _activity_page(request, _draft(request, fiscal_year), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: SignedInRequest, fiscal_year: int, activity_id: int) -> HttpResponse:
    """Change an activity."""
    plan = _draft(request, fiscal_year)
    row = next((one for one in plan.activities.all() if one.pk == activity_id), None)
    if row is None:
        raise Missing("その取組はありません。")
    return _activity_page(request, plan, row)


@signed_in
@require_POST
def remove(request: SignedInRequest, fiscal_year: int, activity_id: int) -> HttpResponse:
    """Take an activity out."""
    plan = _draft(request, fiscal_year)
    operations.remove_activity(
        by=request.principal, plan=plan, activity_id=activity_id, version=_version(request)
    )
    messages.success(request, "取組を削除しました。")
    return redirect("plans-plan", fiscal_year=fiscal_year)


def _draft(request: SignedInRequest, fiscal_year: int) -> AnnualPlan:
    require(request.principal, CHANGE_PLANS)
    return find_plan(request.principal, fiscal_year)


def _activity_page(request: SignedInRequest, plan: AnnualPlan, row: PlannedActivity | None) -> HttpResponse:
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form = ActivityForm(request.POST)
        stages = StageFormSet(request.POST, prefix="stages")
        sessions = SessionFormSet(request.POST, prefix="sessions")
        if all([form.is_valid(), stages.is_valid(), sessions.is_valid()]):
            try:
                _save(request, plan, row, activity_of(form, stages, sessions))
            except Invalid as refusal:
                problems = refusal.problems
            else:
                messages.success(request, "取組を保存しました。")
                return redirect("plans-plan", fiscal_year=plan.fiscal_year)
    else:
        shown = activity_input(row) if row else ActivityInput(PlannedActivity.Kind.OTHER, "")
        form = ActivityForm(initial=activity_initial(shown))
        stages = StageFormSet(initial=stages_initial(shown), prefix="stages")
        sessions = SessionFormSet(initial=sessions_initial(shown), prefix="sessions")
    context = {
        "plan": plan,
        "year": FiscalYear(plan.fiscal_year),
        "activity": row,
        "form": form,
        "stages": stages,
        "sessions": sessions,
        "checked": [form, *stages.forms, *sessions.forms],
        "problems": problems,
    }
    failed = request.method == "POST"
    return render(request, "web/plans/activity.html", context, status=422 if failed else 200)


def _save(
    request: SignedInRequest, plan: AnnualPlan, row: PlannedActivity | None, typed: ActivityInput
) -> None:
    version = _version(request)
    if row is None:
        operations.add_activity(by=request.principal, plan=plan, activity=typed, version=version)
    else:
        operations.change_activity(
            by=request.principal, plan=plan, activity_id=row.pk, activity=typed, version=version
        )


def _form_page(
    request: SignedInRequest, name: str, plan: AnnualPlan, form: Any, problems: tuple[Problem, ...]
) -> HttpResponse:
    context = {"plan": plan, "year": FiscalYear(plan.fiscal_year), "form": form, "problems": problems}
    return render(request, f"web/plans/{name}.html", context, status=422 if form.is_bound else 200)


def _version(request: SignedInRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _LATEST:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(text)
