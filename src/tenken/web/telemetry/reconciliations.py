"""台数の突合: the list, one with its rows and explanations, what is left unexplained."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.japanese_text import parse_count
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import Principal, require
from tenken.telemetry.inventory.operations import (
    RowData,
    close_reconciliation,
    explain_difference,
    open_reconciliation,
    recount,
    strike_explanation,
)
from tenken.telemetry.inventory.queries import TOTAL, differences_of, reconciliations_for
from tenken.telemetry.inventory.rules.reconciling import Difference
from tenken.telemetry.models import CountReconciliation, DifferenceExplanation, Terminal
from tenken.telemetry.permissions import MANAGE_TERMINALS, VIEW_TERMINALS
from tenken.web import changing
from tenken.web.components.tables import moment
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.inventory_forms import ExplanationForm, ReasonForm, ReconciliationForm
from tenken.web.telemetry.inventory_menu import inventory_tabs
from tenken.web.telemetry.inventory_tables import ReconciliationTable

_BOTH = ["GET", "HEAD", "POST"]
_TITLE = "台数の突合"
_ROWS = "内訳"
_HEADER = [
    "項",
    "種類",
    "記載された台数",
    "台帳の台数",
    "差",
    "説明した台数",
    "説明のない差",
    "受信している台数",
]
_KINDS = {unicodedata.normalize("NFKC", kind.label): kind.value for kind in Terminal.Kind}
_PROCUREMENTS = {one.label: one.value for one in Terminal.Procurement}
_change_page = changing.change_page


@signed_in
@require_safe
def reconciliation_list(request: SignedInRequest) -> HttpResponse:
    """List the reconciliations."""
    by = request.principal
    require(by, VIEW_TERMINALS)
    rows = []
    for one in reconciliations_for(by):
        explained = sum(
            said.count for said in one.explanations.all() if not said.struck_because and not said.row_id
        )
        claimed = sum(row.claimed for row in one.rows.all())
        of_rows = sum(
            abs(
                row.claimed
                - row.in_ledger
                - sum(
                    said.count
                    for said in one.explanations.all()
                    if said.row_id == row.pk and not said.struck_because
                )
            )
            for row in one.rows.all()
        )
        rows.append(
            {
                "pk": one.pk,
                "title": one.title,
                "statement": one.statement,
                "as_of": one.as_of,
                "printed": one.printed_total,
                "unexplained": abs(one.printed_total - claimed - explained) + of_rows,
                "state": one.state,
            }
        )
    table = ReconciliationTable(rows)
    if kind := wants_export(request):
        RequestConfig(request, paginate=False).configure(table)
        return export_table(table, _TITLE, kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "tabs": inventory_tabs(by, "telemetry-reconciliations"),
        "table": table,
        "may_manage": by.everywhere(MANAGE_TERMINALS),
    }
    return render(request, "web/telemetry/inventory/reconciliations.html", context)


@signed_in
@require_safe
def reconciliation(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Show what a paper printed against what was counted, and what explains the differences."""
    by = request.principal
    one = _found(by, reconciliation_id)
    differences = differences_of(one)
    lines = _lines(one, differences)
    explanations = list(one.explanations.select_related("row"))
    if kind := wants_export(request):
        said = [
            (
                "",
                f"説明：{row.row.label if row.row else TOTAL}",
                "",
                "",
                row.count,
                row.text,
                row.recorded_by,
                row.struck_because,
            )
            for row in explanations
        ]
        return export_rows(_HEADER, [*lines, *said], f"{_TITLE}_{one.title}", kind)
    unexplained = [row for row in differences.values() if row.unexplained]
    context = {
        "one": one,
        "title": one.title,
        "facts": [
            ("記載された資料", one.statement),
            ("基準日", era_date(one.as_of)),
            ("記載された合計", f"{one.printed_total:,}台"),
            ("数えた日時", moment(one.counted_at)),
            ("完了", f"{one.closed_by}（{moment(one.closed_at)}）" if one.closed_at else ""),
        ],
        "header": _HEADER,
        "lines": lines,
        "unexplained": [(row.label, f"{row.unexplained:+,}") for row in unexplained],
        "explanations": explanations,
        "may_manage": one.state == CountReconciliation.State.OPEN and by.everywhere(MANAGE_TERMINALS),
    }
    return render(request, "web/telemetry/inventory/reconciliation.html", context)


def _lines(one: CountReconciliation, differences: dict[int | None, Difference]) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = [
        (
            row.position,
            row.label,
            row.claimed,
            row.in_ledger,
            differences[row.position].difference,
            differences[row.position].explained,
            differences[row.position].unexplained,
            row.in_reports,
        )
        for row in one.rows.all()
    ]
    total = differences[None]
    counted = sum(line[3] for line in lines)
    lines.append(
        (
            "",
            "内訳の計",
            total.counted,
            counted,
            total.counted - counted,
            "",
            "",
            sum(line[7] for line in lines),
        )
    )
    lines.append(
        ("", "記載された合計", total.claimed, "", total.difference, total.explained, total.unexplained, "")
    )
    return lines


@signed_in
@require_http_methods(_BOTH)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin to reconcile what a paper printed."""
    by = request.principal
    require(by, MANAGE_TERMINALS)
    form = ReconciliationForm(request.POST or None, initial={"as_of": by.on})
    return _change_page(
        request,
        form,
        lambda said: open_reconciliation(by=by, **{**said, "rows": read_rows(said["rows"])}),
        title="台数の突合を始める",
        submit="始める",
        back=reverse("telemetry-reconciliations"),
        done="台帳と受信の台数を数えました。",
        crumbs=_crumbs(),
    )


def read_rows(text: str) -> list[RowData]:
    """Read the lines of the paper as typed; ``Invalid`` names the line."""
    rows, problems = [], []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
        label, count, kinds, procurement, spare = [*parts, "", "", "", "", ""][:5]
        place = f"{number}行目"
        chosen = [
            unicodedata.normalize("NFKC", one.strip())
            for one in kinds.replace(",", "、").split("、")
            if one.strip()
        ]
        unknown = [one for one in chosen if one not in _KINDS]
        if len(parts) > 5 or not label:
            problems.append(
                Problem(
                    f"{place}：「種類｜台数｜端末の種類｜調達｜予備」の形で書いてください。", _ROWS, "rows"
                )
            )
        elif unknown:
            told = "」「".join(_KINDS)
            problems.append(Problem(f"{place}：端末の種類は「{told}」から書いてください。", _ROWS, "rows"))
        elif procurement and procurement not in _PROCUREMENTS:
            problems.append(
                Problem(f"{place}：調達は「{'」「'.join(_PROCUREMENTS)}」のどちらかです。", _ROWS, "rows")
            )
        elif spare not in ("", "含む", "除く"):
            problems.append(Problem(f"{place}：予備は「含む」か「除く」です。", _ROWS, "rows"))
        else:
            try:
                claimed = parse_count(count)
            except ValueError as error:
                problems.append(Problem(f"{place}：{error}", _ROWS, "rows"))
                continue
            kinds_chosen = tuple(_KINDS[one] for one in chosen)
            rows.append(
                RowData(label, claimed, kinds_chosen, _PROCUREMENTS.get(procurement, ""), spare != "除く")
            )
    if problems:
        raise Invalid("内訳を読み取れませんでした。", problems)
    return rows


@signed_in
@require_POST
def count_again(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Count the ledger and the reports anew."""
    by = request.principal
    one = _managed(by, reconciliation_id)
    recount(by=by, reconciliation=one, version=one.version)
    messages.success(request, "台帳と受信の台数を数え直しました。")
    return redirect("telemetry-reconciliation", reconciliation_id=one.pk)


@signed_in
@require_http_methods(_BOTH)
def explain(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Say why some of a difference is there."""
    by = request.principal
    one = _managed(by, reconciliation_id)
    open_ones = {key: row for key, row in differences_of(one).items() if row.unexplained}
    choices = [
        ("total" if key is None else str(key), f"{row.label}（説明のない差{row.unexplained:+,}台）")
        for key, row in open_ones.items()
    ]
    form = ExplanationForm(request.POST or None, differences=choices)

    def write(said: dict[str, Any]) -> None:
        row = None if said["of"] == "total" else one.rows.get(position=int(said["of"]))
        explain_difference(
            by=by, reconciliation=one, row=row, count=said["count"], text=said["text"], version=one.version
        )

    return _change_page(
        request,
        form,
        write,
        title="台数の差を説明する",
        submit="記録する",
        back=reverse("telemetry-reconciliation", args=[one.pk]),
        done="説明を記録しました。",
        crumbs=_crumbs(one),
        standing=one,
    )


@signed_in
@require_http_methods(_BOTH)
def strike(request: SignedInRequest, explanation_id: int) -> HttpResponse:
    """Take an explanation back."""
    by = request.principal
    rows = DifferenceExplanation.objects.select_related("reconciliation")
    row = rows.filter(pk=explanation_id, reconciliation__city=by.city_id).first()
    if row is None or not by.everywhere(VIEW_TERMINALS):
        raise Missing("この説明はないか、見ることのできる範囲にありません。")
    one = _managed(by, row.reconciliation_id)
    form = ReasonForm(request.POST or None)
    return _change_page(
        request,
        form,
        lambda said: strike_explanation(by=by, explanation=row, because=said["because"], version=one.version),
        title="台数の差の説明を取り消す",
        text=row.text,
        submit="取り消す",
        danger=True,
        back=reverse("telemetry-reconciliation", args=[one.pk]),
        done="説明を取り消しました。",
        crumbs=_crumbs(one),
        standing=one,
    )


@signed_in
@require_POST
def close(request: SignedInRequest, reconciliation_id: int) -> HttpResponse:
    """Close a reconciliation of which nothing is left unexplained."""
    by = request.principal
    one = _managed(by, reconciliation_id)
    close_reconciliation(by=by, reconciliation=one, version=one.version)
    messages.success(request, "突合を完了しました。")
    return redirect("telemetry-reconciliation", reconciliation_id=one.pk)


def _found(by: Principal, reconciliation_id: int) -> CountReconciliation:
    one = CountReconciliation.objects.restrict(by, VIEW_TERMINALS).filter(pk=reconciliation_id).first()
    if one is None:
        raise Missing("この突合はないか、見ることのできる範囲にありません。")
    return one


def _managed(by: Principal, reconciliation_id: int) -> CountReconciliation:
    one = _found(by, reconciliation_id)
    require(by, MANAGE_TERMINALS)
    return one


def _crumbs(one: CountReconciliation | None = None) -> list[dict[str, str]]:
    crumbs = [{"label": _TITLE, "url": reverse("telemetry-reconciliations")}]
    if one is not None:
        crumbs.append({"label": one.title, "url": reverse("telemetry-reconciliation", args=[one.pk])})
    return crumbs
