"""The year's inspections, how far they are, and the lists behind every number."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Problem
from tenken.inspection.models import Kind, Programme, Sheet
from tenken.inspection.operations import accept_many
from tenken.inspection.permissions import ACCEPT_SHEETS, MANAGE_PROGRAMMES
from tenken.inspection.queries.boards import (
    NO_BUREAU,
    Board,
    board,
    find_programme,
    own_sheets,
    sheets,
)
from tenken.inspection.states import HANDED_IN, NOT_HANDED_IN
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.display import flow_steps
from tenken.web.inspection.labels import PROGRAMME_STATUSES, SHEET_STATUSES
from tenken.web.inspection.numbers import whole_number
from tenken.web.inspection.self_checks import turnout_page
from tenken.web.principal import SignedInRequest, signed_in


class BureauTable(Table):
    caption = "表1　局・区別の提出状況"
    row_header = "name"

    name = tables.Column(verbose_name="局・区", order_by="code")
    total = NumberColumn(verbose_name="対象")
    handed_in = NumberColumn(verbose_name="提出済")
    not_handed_in = NumberColumn(verbose_name="未提出")
    accepted = NumberColumn(verbose_name="受付済")
    sections_with_issues = NumberColumn(verbose_name="課題のある課公所")
    percent = NumberColumn(verbose_name="提出率")

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base

    def _link(self, record: Any, number: int, state: str) -> SafeString | str:
        """Return the number with its way to the rows behind it; 0 has none."""
        if not number:
            return "0"
        query = f"&state={state}" if state else ""
        return format_html(
            '<a href="{}?bureau={}{}">{}</a>', self.base, record.bureau_id or 0, query, f"{number:,}"
        )

    def render_total(self, record: Any, value: int) -> SafeString | str:
        return self._link(record, value, "target")

    def render_handed_in(self, record: Any, value: int) -> SafeString | str:
        return self._link(record, value, "handed_in")

    def render_not_handed_in(self, record: Any, value: int) -> SafeString | str:
        return self._link(record, value, "not_handed_in")

    def render_accepted(self, record: Any, value: int) -> SafeString | str:
        return self._link(record, value, "accepted")

    def render_sections_with_issues(self, record: Any, value: int) -> SafeString | str:
        return self._link(record, value, "with_issues")

    def render_percent(self, value: int) -> str:
        return f"{value}%"


class SheetTable(Table):
    caption = "表1　点検シートの一覧"
    row_header = "unit"

    code = tables.Column(verbose_name="所属コード", accessor="unit__code", order_by=("unit__code",))
    unit = tables.Column(
        verbose_name="課公所",
        accessor="unit__name",
        order_by=("unit__kana", "unit__code"),
        linkify=("inspection-sheet", [tables.A("pk")]),
    )
    bureau = tables.Column(verbose_name="局・区", accessor="bureau__name", order_by=("bureau__code",))
    status = StatusColumn(SHEET_STATUSES, verbose_name="状態")
    issues = NumberColumn(verbose_name="課題")
    submitted_on = DateColumn(verbose_name="提出日")
    accepted_on = DateColumn(verbose_name="受付日")


class SheetFilter(forms.Form):
    """What of a programme's sheets is shown."""

    q = forms.CharField(label="課公所の名前・コード", required=False, max_length=100)
    bureau = forms.ChoiceField(label="局・区", required=False)
    state = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[
            ("", "すべて"),
            ("target", "対象（対象外を除く）"),
            ("not_handed_in", "未提出"),
            ("handed_in", "提出済"),
            ("with_issues", "課題あり"),
            *((code, label) for code, (label, _) in SHEET_STATUSES.items()),
        ],
    )

    def __init__(self, data: Any, bureaus: list[tuple[int, str]]) -> None:
        super().__init__(data)
        field = self.fields["bureau"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((str(key), name) for key, name in bureaus)]


@signed_in
@require_safe
def progress(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show one programme: its flow, its numbers, who has not handed in by bureau."""
    data = board(request.principal, programme_id)
    if data.programme.kind == Kind.SELF_CHECK:
        return turnout_page(request, data)
    base = reverse("inspection-sheets", args=[programme_id])
    table = BureauTable(data.bureaus, base=base)
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"{data.programme.name}_提出状況", kind)
    label, tone = PROGRAMME_STATUSES[data.programme.status]
    by = request.principal
    context = {
        "programme": data.programme,
        "fiscal_year": FiscalYear(data.programme.fiscal_year),
        "status_label": label,
        "status_tone": tone,
        "stages": data.stages,
        "steps": flow_steps(data.stages),
        "own": [(sheet, *SHEET_STATUSES[sheet.status]) for sheet in own_sheets(by, data.programme)],
        "whole": data.whole,
        "waiting": data.whole.by_status.get("approved", 0),
        "table": table,
        "sheets_url": base,
        "may_manage": by.everywhere(MANAGE_PROGRAMMES),
        "may_accept": by.everywhere(ACCEPT_SHEETS),
        "question_count": _question_count(data),
    }
    return render(request, "web/inspection/programme.html", context)


def _question_count(data: Board) -> int:
    return data.programme.forms.filter(questions__isnull=False).values("questions").count()


@signed_in
@require_safe
def sheet_list(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List a programme's sheets in the reader's scope; filter, sort, export."""
    programme = find_programme(request.principal, programme_id)
    form = SheetFilter(request.GET or None, _bureaus(request.principal, programme))
    table = SheetTable(_filtered(request.principal, programme, form))
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, f"{programme.name}_点検シート", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(
        request, "web/inspection/sheet_list.html", {"programme": programme, "form": form, "table": table}
    )


def _bureaus(by: Principal, programme: Programme) -> list[tuple[int, str]]:
    keys = set(sheets(by, programme).order_by().values_list("bureau", flat=True).distinct())
    named = list(Unit.objects.filter(pk__in=keys - {None}).order_by("code").values_list("pk", "name"))
    return [*named, (0, NO_BUREAU)] if None in keys else named


def _filtered(by: Principal, programme: Programme, form: SheetFilter) -> Any:
    if form.is_bound and not form.is_valid():
        return sheets(by, programme).none()
    values = form.cleaned_data if form.is_bound else {}
    state = values.get("state") or ""
    statuses = {
        "target": HANDED_IN | NOT_HANDED_IN,
        "not_handed_in": NOT_HANDED_IN,
        "handed_in": HANDED_IN,
    }.get(state, frozenset({state}) if state in SHEET_STATUSES else None)
    rows = sheets(
        by,
        programme,
        bureau_id=int(values["bureau"]) if values.get("bureau") else None,
        statuses=statuses,
        with_issues=state == "with_issues",
    )
    if key := search_key(values.get("q") or ""):
        rows = rows.filter(Q(unit__search_text__contains=key) | Q(unit__code__startswith=key))
    return rows


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def accept_list(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Accept many handed-in sheets in one go; those changed meanwhile are named."""
    programme = find_programme(request.principal, programme_id)
    require(request.principal, ACCEPT_SHEETS)
    waiting = sheets(request.principal, programme, statuses=frozenset({Sheet.Status.APPROVED}))
    if request.method != "POST":
        return render(request, "web/inspection/accept.html", {"programme": programme, "sheets": waiting})
    chosen = dict(_chosen(value) for value in request.POST.getlist("sheet"))
    rows = [(sheet, chosen[sheet.pk]) for sheet in waiting if sheet.pk in chosen]
    accepted, refused = accept_many(by=request.principal, sheets=rows)
    if accepted:
        messages.success(request, f"{accepted}件を受け付けました。")
    gone = [Problem("すでに受付済みか、差戻し済みです。")] if len(rows) < len(chosen) else []
    problems = [Problem(reason, sheet.unit.name) for sheet, reason in refused] + gone
    if problems:
        context = {"programme": programme, "sheets": waiting.all(), "problems": problems}
        return render(request, "web/inspection/accept.html", context, status=409)
    return redirect("inspection-programme", programme_id=programme_id)


def _chosen(value: str) -> tuple[int, int]:
    """Read "sheet:version" as the page's checkboxes send it."""
    sheet, _, version = value.partition(":")
    return whole_number(sheet), whole_number(version)
