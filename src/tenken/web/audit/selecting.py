"""Whom to visit: the candidates, the draws, what is taken of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_tables2 import RequestConfig

from tenken.audit.models import SelectedUnit, VisitSelection
from tenken.audit.operations import (
    add_unit,
    adopt_selection,
    choose_by_hand,
    discard_selection,
    draw_units,
    remove_unit,
)
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries.candidates import candidates
from tenken.audit.queries.visits import find_selection, find_visit_stage
from tenken.audit.rules.draw import in_words, numbers
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing
from tenken.organization.access import require
from tenken.organization.queries.naming import names_with_bureau
from tenken.web.audit.forms import AddUnitForm, ByHandForm, DrawForm, ReasonForm
from tenken.web.audit.labels import SELECTION_STATUSES
from tenken.web.audit.pages import change_page, to_list
from tenken.web.audit.tables import CandidateTable
from tenken.web.changing import show
from tenken.web.exports import export_rows, export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def select(request: SignedInRequest, stage_id: int) -> HttpResponse:
    """Show who could be visited and every draw so far; draw by lot, or choose by hand."""
    by = request.principal
    stage = find_visit_stage(by, stage_id)
    require(by, MANAGE_VISITS)
    hand = request.POST.get("way") == "by_hand"
    draw_form = DrawForm(request.POST if request.method == "POST" and not hand else None)
    hand_form = ByHandForm(request.POST if hand else None, prefix="hand")
    form = hand_form if hand else draw_form
    if form.is_bound and form.is_valid():
        try:
            if hand:
                reasons = hand_form.cleaned_data["reasons"]
                chosen = [(*_place(value), reasons) for value in request.POST.getlist("chosen")]
                made = choose_by_hand(by=by, stage=stage, chosen=chosen, reasons=reasons)
            else:
                made = draw_units(by=by, stage=stage, **draw_form.cleaned_data)
        except Invalid as refusal:
            show(form, refusal)
        else:
            messages.success(request, f"訪問先を選定しました（{made}）。内容を確かめて、決定してください。")
            return redirect("audit-selection", selection_id=made.pk)
    rows = candidates(by, stage.programme, stage)
    table = CandidateTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False).configure(table)
    if kind:
        return export_table(table, f"{stage.programme.name}_訪問先の候補", kind)
    context = {
        "stage": stage,
        "programme": stage.programme,
        "draw_form": draw_form,
        "hand_form": hand_form,
        "checked": [form] if form.is_bound else [],
        "table": table,
        "selections": _selections(stage.pk),
        "count": len(rows),
    }
    return render(request, "web/audit/select.html", context, status=422 if form.is_bound else 200)


def _place(value: str) -> tuple[int, int | None]:
    unit, _, system = value.partition("-")
    return whole_number(unit), whole_number(system or "0") or None


def _selections(stage_id: int) -> list[dict[str, Any]]:
    rows = VisitSelection.objects.filter(stage=stage_id).prefetch_related("units").order_by("-number")
    return [
        {
            "row": row,
            "status": SELECTION_STATUSES[row.status],
            "count": sum(not one.removed_because for one in row.units.all()),
        }
        for row in rows
    ]


@signed_in
@require_http_methods(["GET", "HEAD"])
def selection(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Show one selection: what came out, how to draw it again, what was added and taken out."""
    by = request.principal
    found = find_selection(by, selection_id)
    require(by, MANAGE_VISITS)
    if kind := wants_export(request):
        return _universe(request, found, kind)
    return render(request, "web/audit/selection.html", _context(request, found))


def _universe(request: SignedInRequest, found: VisitSelection, kind: str) -> HttpResponse:
    """Return the universe as a file, each with the number it was given: so anybody can draw again."""
    by = request.principal
    given = numbers([key for _, _, key, _ in found.universe], found.seed) if found.seed is not None else {}
    drawn = set(found.units.filter(drawn=True).values_list("unit_id", "system_id"))
    names = names_with_bureau(by.city, [one[0] for one in found.universe], by.on)
    rows = [
        [key, names.get(unit, ""), bureau, given.get(key), "抽出" if (unit, system) in drawn else ""]
        for unit, system, key, bureau in found.universe
    ]
    header = ["コード", "課公所", "局・区のコード", "割り当てた乱数", "結果"]
    return export_rows(header, rows, f"{found.stage.programme.name}_{found}の選定の母集団", kind)


def _context(request: SignedInRequest, found: VisitSelection) -> dict[str, Any]:
    by = request.principal
    units = list(found.units.select_related("unit", "system").order_by("unit__code", "pk"))
    known = {(row.unit_id, row.system_id): row for row in candidates(by, found.stage.programme, found.stage)}
    names = names_with_bureau(by.city, [row.unit_id for row in units], by.on)
    return {
        "selection": found,
        "programme": found.stage.programme,
        "status": SELECTION_STATUSES[found.status],
        "in_words": in_words(found.method, found.seed, found.wanted, len(found.universe)),
        "open": found.status == VisitSelection.Status.DRAWN,
        "rows": [
            {
                "row": row,
                "name": names.get(row.unit_id, "") + (f"（{row.system.name}）" if row.system else ""),
                "candidate": (candidate := known.get((row.unit_id, row.system_id))),
                "last": FiscalYear(candidate.last_visited) if candidate and candidate.last_visited else "—",
            }
            for row in units
        ],
        "back": reverse("audit-select", args=[found.stage_id]),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Add one by hand."""
    by = request.principal
    found = find_selection(by, selection_id)
    require(by, MANAGE_VISITS)
    standing = set(found.units.filter(removed_because="").values_list("unit_id", "system_id"))
    names = names_with_bureau(by.city, [one[0] for one in found.universe], by.on)
    choices = [
        (f"{unit}-{system or 0}", f"{key}　{names.get(unit, '')}")
        for unit, system, key, _ in found.universe
        if (unit, system) not in standing
    ]

    def operation(said: dict[str, Any]) -> object:
        unit, system = _place(said["unit"])
        return add_unit(
            by=by,
            selection=found,
            unit_id=unit,
            system_id=system,
            reason=said["reason"],
            version=found.version,
        )

    form = AddUnitForm(request.POST or None, choices=choices)
    return _change(request, found, form, operation, "訪問先を追加する", "追加する")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, row_id: int) -> HttpResponse:
    """Take one out, with the reason."""
    by = request.principal
    row = SelectedUnit.objects.select_related("selection__stage", "unit").filter(pk=row_id).first()
    if row is None:
        raise Missing("訪問先がありません。")
    found = find_selection(by, row.selection_id)
    require(by, MANAGE_VISITS)

    def operation(said: dict[str, Any]) -> object:
        return remove_unit(by=by, row=row, reason=said["reason"], version=found.version)

    return _change(
        request, found, ReasonForm(request.POST or None), operation, f"{row.unit.name}を外す", "外す"
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Leave a selection aside, with the reason."""
    by = request.principal
    found = find_selection(by, selection_id)
    require(by, MANAGE_VISITS)

    def operation(said: dict[str, Any]) -> object:
        return discard_selection(by=by, selection=found, reason=said["reason"], version=found.version)

    return _change(
        request, found, ReasonForm(request.POST or None), operation, "この選定を採用しない", "採用しない"
    )


def _change(
    request: SignedInRequest, found: VisitSelection, form: Any, operation: Any, title: str, submit: str
) -> HttpResponse:
    back = reverse("audit-selection", args=[found.pk])
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=back,
        done="訪問先の選定を変更しました。",
        lead=f"{found.stage.programme.name}　{found}の選定",
        crumbs=[to_list(), {"label": f"{found}の選定", "url": back}],
    )


@signed_in
@require_POST
def adopt(request: SignedInRequest, selection_id: int) -> HttpResponse:
    """Take the selection: its sections get visits."""
    by = request.principal
    found = find_selection(by, selection_id)
    visits = adopt_selection(by=by, selection=found, version=whole_number(request.POST.get("version", "")))
    messages.success(request, f"訪問先を決定しました（{len(visits)}件）。それぞれの訪問を計画してください。")
    return redirect(f"{reverse('audit-visits')}?programme={found.stage.programme_id}")
