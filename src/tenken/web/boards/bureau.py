"""A bureau's sections: who has not handed in, what is open, what the bureau itself must see to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Missing
from tenken.meetings.queries import duty_lines
from tenken.organization.models import Unit
from tenken.reports.boards import bureau_board, bureau_choices
from tenken.web.boards.tables import SectionTable
from tenken.web.exports import export_table, wants_export
from tenken.web.meetings.duties import DutyTable
from tenken.web.principal import SignedInRequest, signed_in


class BureauForm(forms.Form):
    """Which bureau is shown."""

    unit = forms.ChoiceField(label="局・区", required=False)

    def __init__(self, data: Any, *, choices: list[Unit]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(unit.pk), unit.name) for unit in choices]


@signed_in
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    """Show one bureau; without ``?unit=`` the reader's first."""
    by = request.principal
    choices = bureau_choices(by)
    if not choices:
        raise Denied("局・区の状況を見ることのできる役割ではありません。")
    form = BureauForm(request.GET or None, choices=choices)
    if form.is_bound and not form.is_valid():
        raise Missing("局・区がないか、見ることのできる範囲にありません。")
    chosen = form.cleaned_data["unit"] if form.is_bound else ""
    board = bureau_board(by, int(chosen or choices[0].pk))
    table = SectionTable(board.sections)
    RequestConfig(request, paginate=False).configure(table)
    if kind := wants_export(request):
        return export_table(table, f"{board.bureau.name}の状況", kind)
    lines = [line for line in duty_lines(by, FiscalYear.of(by.on)) if line.unit == board.bureau]
    duties = DutyTable(lines, prefix="duty-")
    duties.caption = "表2　局（区）情報管理者の職務"
    duties.exclude = ("who",)
    RequestConfig(request, paginate=False).configure(duties)
    context = {
        "board": board,
        "table": table,
        "duties": duties if lines else None,
        "form": form if len(choices) > 1 else None,
    }
    return render(request, "web/boards/bureau.html", context)
