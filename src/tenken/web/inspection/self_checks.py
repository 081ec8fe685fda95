"""職員の自己チェック: one's own, how many have handed in, who has not, and the counts after the end."""

from __future__ import annotations

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Missing, Problem, Refusal
from tenken.inspection.models import Kind, Programme
from tenken.inspection.operations import (
    follow_staff,
    save_self_answer,
    submit_self_check,
    withdraw_self_check,
)
from tenken.inspection.permissions import MANAGE_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.queries.boards import Board, find_programme
from tenken.inspection.queries.self_checks import (
    Counts,
    Group,
    OwnCheck,
    Results,
    Turnout,
    all_counts,
    counts,
    own_check,
    results,
    submissions,
    turnout,
)
from tenken.inspection.rules.small_groups import LEAST
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require
from tenken.reports.blocks import ChartFigure, Series
from tenken.web.charts import chart_response
from tenken.web.components.answers import AnswerGroup
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.inspection.display import flow_steps
from tenken.web.inspection.labels import PROGRAMME_STATUSES, SELF_CHECK_STATUSES
from tenken.web.principal import SignedInRequest, signed_in

CHOICES = (("conforms", "はい"), ("issue", "いいえ"), ("not_applicable", "該当なし"))


# --- one's own --------------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show the reader's own check; sent as a whole it is saved, and handed in when asked for."""
    page = own_check(request.principal, programme_id)
    if request.method != "POST":
        return _mine(request, page)
    try:
        for _, rows in page.groups:
            for question, verdict in rows:
                typed = request.POST.get(f"question-{question.pk}", "")
                if typed and typed != verdict:
                    save_self_answer(
                        by=request.principal,
                        programme=page.programme,
                        question_id=question.pk,
                        verdict=typed,
                    )
        if "submit" in request.POST:
            submit_self_check(by=request.principal, programme=page.programme)
            messages.success(request, "自己チェックを提出しました。")
        else:
            messages.success(request, "保存しました。")
    except Refusal as refusal:
        problems = refusal.problems or (Problem(refusal.message),)
        return _mine(request, own_check(request.principal, programme_id), problems, refusal.status)
    return redirect("inspection-self-check", programme_id=programme_id)


def _mine(
    request: SignedInRequest, page: OwnCheck, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    fills = (
        page.programme.status == Programme.Status.LAUNCHED
        and page.check.status != page.check.Status.SUBMITTED
    )
    errors = {problem.field: problem.message for problem in problems}
    groups = [
        (
            name,
            [
                AnswerGroup(
                    name=f"question-{question.pk}",
                    number=question.number,
                    text=question.revision.question,
                    choices=CHOICES,
                    value=verdict,
                    help=question.revision.good,
                    save_url=reverse("inspection-self-answer", args=[page.programme.pk, question.pk])
                    if fills
                    else "",
                    error=errors.get(f"question-{question.pk}", ""),
                    read_only=not fills,
                    required=False,
                )
                for question, verdict in rows
            ],
        )
        for name, rows in page.groups
    ]
    label, tone = SELF_CHECK_STATUSES[page.check.status]
    overdue = page.due_on is not None and request.principal.on > page.due_on
    context = {
        "page": page,
        "programme": page.programme,
        "groups": groups,
        "problems": problems,
        "status_label": label,
        "status_tone": tone,
        "may_fill": fills,
        "overdue": overdue,
        "may_withdraw": page.check.status == page.check.Status.SUBMITTED
        and page.programme.status == Programme.Status.LAUNCHED
        and not overdue,
        "least": LEAST,
    }
    return render(request, "web/inspection/self_check.html", context, status=status)


@signed_in
@require_POST
def answer(request: SignedInRequest, programme_id: int, question_id: int) -> HttpResponse:
    """Save one answer as it is chosen; the reply carries how far the check is."""
    save_self_answer(
        by=request.principal,
        programme=Programme(pk=programme_id),
        question_id=question_id,
        verdict=request.POST.get(f"question-{question_id}", ""),
    )
    page = own_check(request.principal, programme_id)
    return render(request, "web/inspection/self_check_saved.html", {"page": page})


@signed_in
@require_POST
def withdraw(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Take one's own check back to change it."""
    withdraw_self_check(by=request.principal, programme=Programme(pk=programme_id))
    messages.success(request, "引き戻しました。直してから、もう一度提出してください。")
    return redirect("inspection-self-check", programme_id=programme_id)


# --- how many, and who has not ----------------------------------------------------------------------------------


class TurnoutTable(Table):
    caption = "表1　局・区別の提出状況"
    row_header = "name"

    name = tables.Column(verbose_name="局・区", order_by="code")
    total = NumberColumn(verbose_name="対象の職員")
    submitted = NumberColumn(verbose_name="提出済")
    missing = NumberColumn(verbose_name="未提出")
    exempted = NumberColumn(verbose_name="対象外")
    percent = NumberColumn(verbose_name="提出率")

    def render_percent(self, value: int) -> str:
        return f"{value}%"


def turnout_page(request: SignedInRequest, data: Board) -> HttpResponse:
    """Show a self-check: its flow, and how many of the reader's sections have handed in."""
    by, programme = request.principal, data.programme
    rows = turnout(by, programme)
    table = TurnoutTable(rows)
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"{programme.name}_提出状況", kind)
    label, tone = PROGRAMME_STATUSES[programme.status]
    total, submitted = sum(row.total for row in rows), sum(row.submitted for row in rows)
    context = {
        "programme": programme,
        "fiscal_year": FiscalYear(programme.fiscal_year),
        "status_label": label,
        "status_tone": tone,
        "stages": data.stages,
        "steps": flow_steps(data.stages),
        "whole": Turnout(None, "全庁", "", total, submitted, sum(row.exempted for row in rows)),
        "table": table,
        "may_manage": by.everywhere(MANAGE_PROGRAMMES),
        "may_see": by.holds(VIEW_SHEETS),
        "question_count": programme.forms.filter(questions__isnull=False).values("questions").count(),
    }
    return render(request, "web/inspection/self_check_board.html", context)


class PeopleTable(Table):
    caption = "表1　職員の提出状況"
    row_header = "name"

    number = tables.Column(verbose_name="職員番号", accessor="person__number")
    name = tables.Column(
        verbose_name="氏名", accessor="person__name", order_by=("person__kana", "person__number")
    )
    bureau = tables.Column(verbose_name="局・区", accessor="bureau__name", order_by=("bureau__code",))
    unit = tables.Column(verbose_name="所属", accessor="unit__name", order_by=("unit__code",))
    status = StatusColumn(SELF_CHECK_STATUSES, verbose_name="状態")
    submitted_on = DateColumn(verbose_name="提出日")


class PeopleFilter(forms.Form):
    """Who is shown."""

    q = forms.CharField(label="氏名・職員番号・所属", required=False, max_length=100)
    state = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[
            ("", "すべて"),
            ("missing", "未提出"),
            *((code, label) for code, (label, _) in SELF_CHECK_STATUSES.items()),
        ],
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List who has handed in and who has not, for the chase; let the list follow who joined and who left."""
    by = request.principal
    programme = _self_check(request, programme_id)
    require(by, MANAGE_PROGRAMMES)
    if request.method == "POST":
        done = follow_staff(by=by, programme=programme)
        messages.success(
            request,
            f"職員の異動に合わせました（新しく配った{done.joined}人、対象外とした{done.left}人、戻した{done.returned}人）。",
        )
        return redirect("inspection-self-check-people", programme_id=programme_id)
    form = PeopleFilter(request.GET or None)
    rows = submissions(by, programme)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    state = values.get("state")
    if state == "missing":
        rows = rows.filter(status__in=("not_started", "drafting"))
    elif state:
        rows = rows.filter(status=state)
    if key := search_key(values.get("q") or ""):
        rows = rows.filter(
            Q(person__search_text__contains=key)
            | Q(person__number__startswith=key)
            | Q(unit__search_text__contains=key)
        )
    table = PeopleTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    _note(by, programme, len(table.rows if kind else table.paginated_rows))
    if kind:
        return export_table(table, f"{programme.name}_職員の提出状況", kind)
    context = {"programme": programme, "form": form, "table": table}
    return render(request, "web/inspection/self_check_people.html", context)


def _note(by: Principal, programme: Programme, rows: int) -> None:
    if rows:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("inspection.programme", programme.pk),
            purpose="自己チェックの提出状況の閲覧",
            rows=rows,
        )


def _self_check(request: SignedInRequest, programme_id: int) -> Programme:
    programme = find_programme(request.principal, programme_id)
    if programme.kind != Kind.SELF_CHECK:
        raise Missing("職員の自己チェックではありません。")
    return programme


# --- what it came to --------------------------------------------------------------------------------------------


class CountsTable(Table):
    row_header = "question"

    number = tables.Column(verbose_name="番号", accessor="question__number", order_by=("question__order",))
    category = tables.Column(verbose_name="調査項目", accessor="question__category__name")
    question = tables.Column(verbose_name="点検内容", accessor="question__revision__question")
    yes = NumberColumn(verbose_name="はい")
    no = NumberColumn(verbose_name="いいえ")
    not_applicable = NumberColumn(verbose_name="該当なし")
    percent_yes = NumberColumn(verbose_name="「はい」の割合")

    def render_percent_yes(self, value: int | None) -> str:
        return "—" if value is None else f"{value}%"


@signed_in
@require_safe
def result(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Show how a group answered each question: as counts, never of few people."""
    found = results(request.principal, _self_check(request, programme_id))
    if (kind := wants_export(request)) and request.GET.get("all"):
        return _export_all(found, kind)
    chosen = _chosen(request, found)
    rows = counts(found, chosen) if chosen.shown else []
    table = CountsTable(rows)
    table.caption = f"表1　設問別の回答（{chosen.name}、{chosen.people:,}人）"
    RequestConfig(request, paginate=False).configure(table)
    if kind and chosen.shown:
        return export_table(table, f"{found.programme.name}_{chosen.name}", kind)
    chart = _chart(chosen, rows)
    context = {
        "programme": found.programme,
        "groups": found.groups,
        "chosen": chosen,
        "table": table,
        "least": LEAST,
        "chart_url": f"{reverse('inspection-self-check-chart', args=[programme_id])}?group={chosen.key}",
        "chart": chart,
        "hidden": sum(not group.shown for group in found.groups),
    }
    return render(request, "web/inspection/self_check_results.html", context)


@signed_in
@require_safe
def chart_svg(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """Draw what the page of results says."""
    found = results(request.principal, _self_check(request, programme_id))
    chosen = found.group(request.GET.get("group", ""))
    return chart_response(_chart(chosen, counts(found, chosen)))


def _chosen(request: SignedInRequest, found: Results) -> Group:
    key = request.GET.get("group", "")
    chosen = next((one for one in found.groups if one.key == key), None)
    if chosen is None:
        raise Missing("この課公所の結果は、見ることのできる範囲にありません。")
    return chosen


def _chart(chosen: Group, rows: list[Counts]) -> ChartFigure:
    return ChartFigure(
        key="self-check",
        caption=f"図1　「いいえ」と答えた職員の数（{chosen.name}）",
        categories=tuple(f"{row.question.number} {row.question.category.name}" for row in rows),
        series=(Series("いいえ", tuple(row.no for row in rows), "now"),),
        unit="人",
        category_title="点検内容",
    )


def _export_all(found: Results, kind: str) -> HttpResponse:
    if kind not in ("excel", "csv"):
        raise Invalid("その形式では出力できません。")
    header = ("局・区／課公所", "回答した人", "番号", "調査項目", "点検内容", "はい", "いいえ", "該当なし")
    rows = [
        (
            group.name,
            group.people,
            row.question.number,
            row.question.category.name,
            row.question.revision.question,
            row.yes,
            row.no,
            row.not_applicable,
        )
        for group, row in all_counts(found)
    ]
    return export_rows(header, rows, f"{found.programme.name}_結果", kind)
