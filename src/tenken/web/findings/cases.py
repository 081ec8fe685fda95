"""課題・対策事例集: read by everyone, made by the secretariat, its sections asked whether they may be named."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.findings.models import Case, Finding
from tenken.findings.operations import (
    answer_permission,
    ask_permission,
    edit_case,
    propose_case,
    publish_case,
    withdraw_case,
)
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_CASES, PROPOSE_CASES, VIEW_CASES
from tenken.findings.queries import (
    CaseFilter,
    case_for,
    case_years,
    cases_for,
    entries_of,
    finding_record,
    permissions_asked,
)
from tenken.findings.states import VERIFIED
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.queries.naming import name_with_bureau
from tenken.policy.models import CheckCategory
from tenken.web.components.tables import Table
from tenken.web.exports import export_rows, wants_export
from tenken.web.findings.forms import ProcedureForm
from tenken.web.findings.lists import export_addresses
from tenken.web.principal import SignedInRequest, signed_in

STATUSES = {
    Case.Status.DRAFT.value: ("案", "yellow"),
    Case.Status.PUBLISHED.value: ("公開", "green"),
    Case.Status.WITHDRAWN.value: ("取下げ", "neutral"),
}
_FILE_HEADER = ("番号", "年度", "種類", "調査項目", "題名", "課題・状況", "対策・効果", "課公所", "公開日")


class CaseFilterForm(forms.Form):
    """What of the casebook is shown."""

    q = forms.CharField(label="言葉", required=False, max_length=100)
    fiscal_year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label="種類", required=False, choices=[("", "すべて"), *Case.Kind.choices])
    category = forms.ChoiceField(label="調査項目", required=False)

    def __init__(self, data: Any, *, years: list[int], categories: list[tuple[str, str]]) -> None:
        super().__init__(data)
        for name, choices in (
            ("fiscal_year", [(str(year), str(FiscalYear(year))) for year in years]),
            ("category", categories),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "すべて"), *choices]


class CaseForm(ProcedureForm):
    """The words of a case."""

    kind = forms.ChoiceField(label="種類", choices=Case.Kind.choices, widget=forms.RadioSelect)
    category_code = forms.ChoiceField(label="調査項目", required=False)
    title = forms.CharField(label="題名", max_length=100)
    situation = forms.CharField(
        label="課題・状況",
        help_text="個人や課が分かる言葉は書かないでください。2,000字以内。",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    measure = forms.CharField(
        label="対策・効果", help_text="2,000字以内。", widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category_code"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [("", "選ばない"), *categories]


class WithdrawForm(ProcedureForm):
    """Why a case is taken out."""

    reason = forms.CharField(label="取り下げる理由", max_length=200)


class WorkTable(Table):
    """The cases being made: drafts, and who was asked."""

    caption = "表1　作成中の事例"
    row_header = "title"

    number = tables.Column(verbose_name="番号", order_by=("fiscal_year", "number"))
    title = tables.Column(verbose_name="題名", linkify=("cases-detail", [tables.A("pk")]))
    kind = tables.Column(verbose_name="種類")
    unit = tables.Column(verbose_name="課公所", accessor="unit__name")
    permission = tables.Column(verbose_name="課名の掲載")

    def render_number(self, record: Case) -> str:
        return str(record)


def _categories(by: Principal) -> list[tuple[str, str]]:
    rows = CheckCategory.objects.filter(city=by.city_id).order_by("part", "order", "code")
    return list(rows.values_list("code", "name"))


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The casebook, by 調査項目; below it, for who makes it, what is being made."""
    by = request.principal
    require_somewhere(by, VIEW_CASES)
    form = CaseFilterForm(request.GET or None, years=case_years(by), categories=_categories(by))
    only = CaseFilter(status=Case.Status.PUBLISHED)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        only = CaseFilter(
            values["fiscal_year"], values["kind"], values["category"], Case.Status.PUBLISHED, values["q"]
        )
    found = cases_for(by, only) if not form.errors else cases_for(by).none()
    entries = entries_of(by.city, found)
    if kind := wants_export(request):
        rows = [
            (
                entry.number,
                str(FiscalYear(entry.fiscal_year)),
                entry.kind_label,
                entry.category,
                entry.title,
                entry.situation,
                entry.measure,
                entry.section,
                entry.published_on,
            )
            for entry in entries
        ]
        return export_rows(_FILE_HEADER, rows, "課題・対策事例集", kind)
    context: dict[str, Any] = {
        "form": form,
        "groups": [
            (str(FiscalYear(year)), category or "そのほか", list(group))
            for (year, category), group in groupby(entries, key=lambda one: (one.fiscal_year, one.category))
        ],
        "count": len(entries),
        "asked": list(permissions_asked(by)),
        "may_propose": by.holds(PROPOSE_CASES),
        "work": None,
        "export": export_addresses(request),
    }
    if by.holds(PROPOSE_CASES):
        context["work"] = WorkTable(cases_for(by, CaseFilter(status=Case.Status.DRAFT)))
        RequestConfig(request, paginate={"per_page": 50}).configure(context["work"])
    return render(request, "web/findings/cases.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Propose a case; from a verified finding, with its words as a draft."""
    by = request.principal
    require_somewhere(by, PROPOSE_CASES)
    source = _source(by, request.GET.get("finding", ""))
    form = CaseForm(
        request.POST if request.method == "POST" else None, categories=_categories(by), initial=_draft(source)
    )
    if request.method == "POST" and form.is_valid():
        try:
            case = propose_case(
                by=by,
                city=by.city,
                fiscal_year=source.fiscal_year if source else FiscalYear.of(by.on).year,
                unit=source.unit if source else None,
                source=("findings.finding", source.pk) if source else None,
                **form.cleaned_data,
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"事例{case}を提案しました。")
            return redirect("cases-detail", case_id=case.pk)
    context = {"form": form, "source": source}
    return render(request, "web/findings/case_new.html", context, status=422 if form.errors else 200)


def _source(by: Principal, key: str) -> Finding | None:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    finding = finding_record(by, int(key)).finding
    if finding.status != VERIFIED:
        raise Stale("事例集に載せられるのは、改善済の課題だけです。")
    return finding


def _draft(finding: Finding | None) -> dict[str, Any]:
    if finding is None:
        return {"kind": Case.Kind.MEASURE}
    return {
        "kind": Case.Kind.MEASURE,
        "category_code": finding.category_code,
        "title": finding.title[:100],
        "situation": finding.detail or finding.title,
        "measure": finding.action,
    }


# --- one case ---------------------------------------------------------------------------------------------


@signed_in
@require_safe
def detail(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Show a case, and to who makes the casebook what may be done with it."""
    require_somewhere(request.principal, VIEW_CASES)
    return _page(request, case_for(request.principal, case_id))


@signed_in
@require_POST
def edit(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Change its words."""
    by = request.principal
    case = case_for(by, case_id)
    require(by, MANAGE_CASES)
    form = CaseForm(request.POST, categories=_categories(by), auto_id="id_edit_%s")
    return _perform(request, case, "edit", form, edit_case, "事例を直しました。")


@signed_in
@require_POST
def ask(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Ask the section whether it may be named."""
    case = case_for(request.principal, case_id)
    require(request.principal, MANAGE_CASES)
    return _perform(request, case, "ask", None, ask_permission, "課公所に照会しました。")


@signed_in
@require_POST
def permission(request: SignedInRequest, case_id: int) -> HttpResponse:
    """The section's answer, by itself or as told to the secretariat."""
    by = request.principal
    case = case_for(by, case_id)
    if not _may_answer(by, case):
        raise Denied("この事例の課名の掲載に答えるのは、その課公所の情報管理者と副情報管理者です。")
    granted = request.POST.get("granted", "")
    if granted not in ("yes", "no"):
        raise Invalid("「載せてよい」か「載せない」を選んでください。")

    def act(**values: Any) -> Case:
        return answer_permission(granted=granted == "yes", **values)

    return _perform(request, case, "permission", None, act, "課名の掲載について記録しました。")


@signed_in
@require_POST
def publish(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Show it to everyone."""
    case = case_for(request.principal, case_id)
    require(request.principal, MANAGE_CASES)
    return _perform(request, case, "publish", None, publish_case, "事例を公開しました。")


@signed_in
@require_POST
def withdraw(request: SignedInRequest, case_id: int) -> HttpResponse:
    """Take it out."""
    case = case_for(request.principal, case_id)
    require(request.principal, MANAGE_CASES)
    form = WithdrawForm(request.POST, auto_id="id_withdraw_%s")
    return _perform(request, case, "withdraw", form, withdraw_case, "事例を取り下げました。")


def _perform(
    request: SignedInRequest,
    case: Case,
    code: str,
    form: ProcedureForm | None,
    act: Callable[..., Any],
    done: str,
) -> HttpResponse:
    by = request.principal
    typed = {code: form} if form is not None else {}
    if form is not None and not form.is_valid():
        return _page(request, case, typed=typed, status=422)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit()) or len(version) > 9:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    try:
        act(by=by, case=case, version=int(version), **(form.cleaned_data if form else {}))
    except Invalid as refusal:
        if form is None:
            raise
        form.take(refusal)
        return _page(request, case_for(by, case.pk), typed=typed, status=422)
    except Stale as refusal:
        return _page(request, case_for(by, case.pk), typed=typed, stale=refusal.message, status=409)
    messages.success(request, done)
    return redirect("cases-detail", case_id=case.pk)


def _may_answer(by: Principal, case: Case) -> bool:
    if case.unit is None:
        return False
    return bool(decide(by, MANAGE_CASES) or decide(by, IMPROVE_FINDINGS, unit=case.unit))


def _page(
    request: SignedInRequest,
    case: Case,
    *,
    typed: dict[str, ProcedureForm] | None = None,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    by = request.principal
    typed = typed or {}
    manages = bool(decide(by, MANAGE_CASES)) and case.status != Case.Status.WITHDRAWN
    asked = case.permission != Case.Permission.NOT_ASKED and case.status != Case.Status.WITHDRAWN
    label, tone = STATUSES[case.status]
    categories = _categories(by)
    words = {name: getattr(case, name) for name in ("kind", "category_code", "title", "situation", "measure")}
    context = {
        "case": case,
        "status_label": label,
        "status_tone": tone,
        "facts": _facts(by, case, dict(categories)),
        "manages": manages,
        "edit": typed.get("edit") or CaseForm(initial=words, categories=categories, auto_id="id_edit_%s"),
        "withdraw": typed.get("withdraw") or WithdrawForm(auto_id="id_withdraw_%s"),
        "open": set(typed),
        "may_ask": manages and case.unit is not None and case.permission == Case.Permission.NOT_ASKED,
        "may_answer": _may_answer(by, case) and asked,
        "forms": list(typed.values()) if not stale else [],
        "stale": stale,
    }
    return render(request, "web/findings/case.html", context, status=status)


def _facts(by: Principal, case: Case, categories: dict[str, str]) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        ("年度", str(FiscalYear(case.fiscal_year))),
        ("種類", case.get_kind_display()),
        ("調査項目", categories.get(case.category_code, case.category_code)),
        ("課題・状況", case.situation),
        ("対策・効果", case.measure),
    ]
    knows = bool(decide(by, MANAGE_CASES) or by.holds(PROPOSE_CASES)) or _may_answer(by, case)
    if case.unit_id and (knows or case.printed_unit_id):
        facts.append(("課公所", name_with_bureau(by.city, case.unit_id, by.on)))
    if case.unit_id and knows:
        asked = f"（{era_date(case.permission_asked_on)}照会）" if case.permission_asked_on else ""
        told = (
            f"（{era_date(case.permission_answered_on)}　{case.permission_answered_by}）"
            if case.permission_answered_on
            else asked
        )
        facts.append(("課名の掲載", f"{case.get_permission_display()}{told}"))
    if case.source_kind == "findings.finding" and knows:
        link = format_html('<a href="{}">課題を見る</a>', reverse("findings-detail", args=[case.source_key]))
        facts.append(("出所", link))
    if case.published_on:
        facts.append(("公開日", era_date(case.published_on)))
    if case.withdrawn_reason:
        facts.append(("取下げの理由", case.withdrawn_reason))
    return facts
