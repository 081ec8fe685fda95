"""The city's own forms: registered, mapped, retired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.japanese_text import half_width_digits
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.common.tabular_files import cell_text
from tenken.common.workbook_cells import SheetCells, cell_address
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.organization.access import require
from tenken.policy.queries.bank import items_on
from tenken.web.components.tables import DateColumn, NumberColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.workbooks.forms import NewTemplateForm
from tenken.web.workbooks.issuing import told
from tenken.workbooks.models import FormTemplate
from tenken.workbooks.own_forms.mapping import MAX_COLUMN, Mapping, column_number, is_column
from tenken.workbooks.own_forms.operations import (
    change_mapping,
    find_template,
    register_template,
    retire_template,
    template_cells,
    templates,
)
from tenken.workbooks.sheet_forms.content import VERDICTS

_PLACES = (
    ("unit_code", "所属コードのセル", "例：C3。課公所を見分けます。"),
    ("unit_name", "所属名のセル", "例：C4"),
    ("last", "前回の回答の列", "例：E。なければ空けます。"),
    ("verdict", "回答の列", "例：F"),
    ("reason", "課題の内容と理由の列", "例：G。なければ空けます。"),
    ("comment", "コメントの列", "例：H。なければ空けます。"),
)


class TemplateTable(Table):
    caption = "表1　市の様式の一覧"
    row_header = "name"

    name = tables.Column(verbose_name="名称", linkify=("workbooks-own-form", [tables.A("pk")]))
    rows = NumberColumn(verbose_name="対応づけた設問", accessor="mapping__rows", orderable=False)
    version = NumberColumn(verbose_name="版")
    retired_on = DateColumn(verbose_name="廃止日")

    def render_rows(self, value: dict[str, int]) -> str:
        return str(len(value))


@signed_in
@require_safe
def template_list(request: SignedInRequest) -> HttpResponse:
    """List the city's own forms."""
    require(request.principal, MANAGE_PROGRAMMES)
    table = TemplateTable(templates(request.principal, retired=True))
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, "市の様式", kind)
    return render(request, "web/workbooks/own_forms.html", {"table": table})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Register a city's own form; its mapping is proposed and looked through on the next page."""
    require(request.principal, MANAGE_PROGRAMMES)
    sending = request.method == "POST"
    form = NewTemplateForm(request.POST, request.FILES) if sending else NewTemplateForm()
    if sending and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = register_template(
                by=request.principal, name=form.cleaned_data["name"], file_name=file.name, data=file.read()
            )
        except Invalid as refusal:
            for problem in refusal.problems or (Problem(refusal.message),):
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            found = len(made.mapping["rows"])
            messages.success(
                request, f"登録しました。設問{found}件の対応を見つけました。確かめて保存してください。"
            )
            return redirect("workbooks-own-form", template_id=made.pk)
    return render(request, "web/workbooks/own_form_new.html", {"form": form}, status=422 if sending else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_page(request: SignedInRequest, template_id: int) -> HttpResponse:
    """Show the mapping and let it be corrected."""
    require(request.principal, MANAGE_PROGRAMMES)
    template = find_template(request.principal, template_id)
    cells = template_cells(template)
    mapping, problems, status = Mapping.of(template.mapping), tuple[Problem, ...](), 200
    typed: dict[str, str] = {}
    if request.method == "POST":
        mapping, wrong, typed = _sent(request.POST, cells, _known_codes(request, mapping))
        version = whole_number(request.POST.get("version", ""))
        try:
            if wrong:
                raise Invalid("対応づけを保存できませんでした。", wrong)
            change_mapping(by=request.principal, template=template, mapping=mapping, version=version)
        except (Invalid, Stale) as refusal:
            problems, status = refusal.problems or (Problem(refusal.message),), refusal.status
        else:
            messages.success(request, "対応づけを保存しました。")
            return redirect("workbooks-own-form", template_id=template_id)
    context = _context(request, template, cells, mapping, typed) | {"problems": problems}
    return render(request, "web/workbooks/own_form.html", context, status=status)


def _known_codes(request: SignedInRequest, mapping: Mapping) -> list[str]:
    """Return the codes that a mapping may hold: those of the bank, and those it holds already."""
    known = {item.item.code for item in items_on(request.principal.city_id, request.principal.on)}
    return sorted(known | set(mapping.rows))


def _sent(
    data: QueryDict, cells: dict[str, SheetCells], codes: list[str]
) -> tuple[Mapping, list[Problem], dict[str, str]]:
    """Read the mapping from the page; rows that are no numbers are problems, and shown again as typed."""
    problems: list[Problem] = []
    rows: dict[str, int] = {}
    typed: dict[str, str] = {}
    for code in codes:
        text = half_width_digits(data.get(f"row-{code}", "")).strip()
        typed[code] = text
        if text and not (text.isascii() and text.isdigit() and len(text) < 7):
            problems.append(Problem("行は数字で入力してください。", code, f"row-{code}"))
        elif text:
            rows[code] = int(text)
    marks = {
        mark.strip(): verdict
        for verdict in VERDICTS
        for mark in data.get(f"mark-{verdict}", "").replace(",", "、").split("、")
        if mark.strip()
    }
    places = {name: data.get(name, "").strip().upper()[:10] for name, _, _ in _PLACES}
    mapping = replace(Mapping(sheet=data.get("sheet", ""), rows=rows, marks=marks), **places)  # type: ignore[arg-type]
    return replace(mapping, texts=_texts(cells.get(mapping.sheet), mapping)), problems, typed


def _texts(sheet: SheetCells | None, mapping: Mapping) -> dict[str, tuple[str, str]]:
    """Return the cell by which each row is known: the longest text left of the answer."""
    if sheet is None:
        return {}
    end = column_number(mapping.verdict) if is_column(mapping.verdict) else MAX_COLUMN
    found = {}
    for code, row in mapping.rows.items():
        if not 1 <= row <= len(sheet.rows):
            continue
        texts = [
            (cell_text(cell), column) for column, cell in enumerate(sheet.rows[row - 1][: end - 1], start=1)
        ]
        text, column = max(texts, key=lambda one: len(one[0]), default=("", 1))
        if text:
            found[code] = (cell_address(row, column), text)
    return found


def _context(
    request: SignedInRequest,
    template: FormTemplate,
    cells: dict[str, SheetCells],
    mapping: Mapping,
    typed: dict[str, str],
) -> dict[str, Any]:
    items = [
        {
            "code": item.item.code,
            "category": item.category.name,
            "question": item.revision.question,
            "row": typed.get(item.item.code, str(mapping.rows.get(item.item.code, ""))),
            "text": mapping.texts.get(item.item.code, ("", ""))[1],
        }
        for item in items_on(request.principal.city_id, request.principal.on)
        if item.item.standing or item.item.code in mapping.rows or typed.get(item.item.code)
    ]
    return {
        "template": template,
        "sheets": list(cells),
        "mapping": mapping,
        "places": [(name, label, note, getattr(mapping, name)) for name, label, note in _PLACES],
        "marks": [
            (code, label, "、".join(mark for mark, verdict in mapping.marks.items() if verdict == code))
            for code, label in VERDICTS.items()
        ],
        "items": items,
        "mapped": len(mapping.rows),
    }


@signed_in
@require_POST
def retire(request: SignedInRequest, template_id: int) -> HttpResponse:
    """Take a form out of use."""
    require(request.principal, MANAGE_PROGRAMMES)
    template = find_template(request.principal, template_id)
    try:
        retire_template(
            by=request.principal, template=template, version=whole_number(request.POST.get("version", ""))
        )
    except Stale as refusal:
        told(request, refusal)
    else:
        messages.success(request, "様式を廃止しました。")
    return redirect("workbooks-own-forms")
