"""Who has not handed in; the secretariat gives more time, or takes sheets out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST
from django_tables2 import RequestConfig

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.japanese_text import search_key
from tenken.common.refusals import Invalid, Problem, Refusal, Stale
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations import change_due_date, exempt, restore
from tenken.inspection.permissions import ACCEPT_SHEETS
from tenken.inspection.queries.behind import Behind, BureauBehind, behind, behind_by_bureau
from tenken.inspection.queries.boards import find_programme
from tenken.inspection.queries.sheets import find_sheet
from tenken.organization.access import require
from tenken.web.addresses import address
from tenken.web.components.fields import EraDateField
from tenken.web.components.tables import DateColumn, NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.labels import SHEET_STATUSES
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in

_PER_PAGE = 50


class BehindTable(Table):
    caption = "表2　未提出の点検シート"
    row_header = "unit"

    chosen = tables.Column(
        verbose_name="選択", empty_values=(), orderable=False, accessor="sheet", exclude_from_export=True
    )
    bureau = tables.Column(verbose_name="局・区", order_by=("bureau_order", "sheet__unit__code"))
    unit = tables.Column(verbose_name="課公所", accessor="sheet__unit__name", order_by=("sheet__unit__code",))
    status = StatusColumn(SHEET_STATUSES, verbose_name="状態", accessor="sheet__status")
    unanswered = NumberColumn(verbose_name="未記入")
    due_on = DateColumn(verbose_name="期限")
    days_late = NumberColumn(verbose_name="超過日数")
    managers = tables.Column(verbose_name="情報管理者", empty_values=(), order_by=("absent", "managers"))
    last_sent = DateColumn(verbose_name="最後の督促")

    def __init__(self, *args: Any, chosen: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.picked = chosen

    def render_chosen(self, value: Sheet) -> SafeString:
        checked = SafeString(" checked") if value.pk in self.picked else ""
        return format_html(
            '<input type="checkbox" name="sheet" value="{}:{}" aria-label="{}を選ぶ"{}>',
            value.pk,
            value.version,
            value.unit.name,
            checked,
        )

    def render_unit(self, record: Behind, value: str) -> SafeString:
        url = reverse("inspection-sheet", args=[record.sheet.pk])
        system = f"（{record.sheet.system.name}）" if record.sheet.system else ""
        return format_html('<a href="{}">{}{}</a>', url, value, system)

    def render_due_on(self, record: Behind) -> SafeString | str:
        said = era_date(record.due_on) if record.due_on else "—"
        if record.sheet.due_on:
            return format_html('{} <span class="tag tag--neutral">変更済</span>', said)
        return said

    def render_days_late(self, value: int) -> SafeString | str:
        return format_html('<span class="tag tag--red">{}日</span>', value) if value else "—"

    def render_managers(self, record: Behind) -> SafeString | str:
        if record.absent:
            return format_html('<span class="tag tag--yellow">{}</span>', record.absent)
        return record.managers


class BureauBehindTable(Table):
    caption = "表1　局・区別の未提出"
    row_header = "name"
    prefix = "b-"

    name = tables.Column(verbose_name="局・区", order_by=("order",))
    total = NumberColumn(verbose_name="対象")
    not_handed_in = NumberColumn(verbose_name="未提出")
    late = NumberColumn(verbose_name="期限超過")
    longest = NumberColumn(verbose_name="最長の超過日数")
    absent = NumberColumn(verbose_name="情報管理者の不在")

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme = programme

    def _link(self, number: int, **query: Any) -> SafeString | str:
        if not number:
            return "0"
        url = address("inspection-behind", self.programme.pk, **query)
        return format_html('<a href="{}">{}</a>', url, f"{number:,}")

    def render_total(self, record: BureauBehind, value: int) -> SafeString | str:
        url = address("inspection-sheets", self.programme.pk, bureau=record.bureau_id, state="target")
        return format_html('<a href="{}">{}</a>', url, f"{value:,}")

    def render_not_handed_in(self, record: BureauBehind, value: int) -> SafeString | str:
        return self._link(value, bureau=record.bureau_id)

    def render_late(self, record: BureauBehind, value: int) -> SafeString | str:
        return self._link(value, bureau=record.bureau_id, only="late")

    def render_absent(self, record: BureauBehind, value: int) -> SafeString | str:
        return self._link(value, bureau=record.bureau_id, only="absent")


class BehindFilter(forms.Form):
    """Which of the sheets are shown."""

    q = forms.CharField(label="課公所の名前・コード", required=False, max_length=100)
    bureau = forms.ChoiceField(label="局・区", required=False)
    only = forms.ChoiceField(
        label="絞り込み",
        required=False,
        choices=[
            ("", "すべて"),
            ("late", "期限を過ぎたもの"),
            ("absent", "情報管理者が不在のもの"),
            ("untold", "督促していないもの"),
        ],
    )

    def __init__(self, data: Any, bureaus: list[BureauBehind]) -> None:
        super().__init__(data)
        field = self.fields["bureau"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *((str(one.bureau_id), one.name) for one in bureaus)]

    def applied(self, rows: list[Behind]) -> list[Behind]:
        """Return those of *rows* that are asked for; none when what is asked for cannot be."""
        if not self.is_bound:
            return rows
        if not self.is_valid():
            return []
        values = self.cleaned_data
        key = search_key(values["q"])
        tests: dict[str, Callable[[Behind], bool]] = {
            "late": lambda row: row.days_late > 0,
            "absent": lambda row: bool(row.absent),
            "untold": lambda row: row.last_sent is None,
        }
        wanted: Callable[[Behind], bool] = tests.get(values["only"], lambda row: True)
        return [
            row
            for row in rows
            if wanted(row)
            and (not values["bureau"] or (row.sheet.bureau_id or 0) == int(values["bureau"]))
            and (not key or key in row.sheet.unit.search_text or row.sheet.unit.code.startswith(key))
        ]


class ActionForm(forms.Form):
    """What the secretariat does with the chosen sheets."""

    due_on = EraDateField(label="新しい期限", required=False)
    reason = forms.CharField(
        label="理由", required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def behind_list(request: SignedInRequest, programme_id: int) -> HttpResponse:
    """List what is not handed in, by bureau and one by one; change due dates and exempt in one go."""
    programme = find_programme(request.principal, programme_id)
    if request.method != "POST":
        return _page(request, programme)
    require(request.principal, ACCEPT_SHEETS)
    form = ActionForm(request.POST)
    try:
        done = _act(request, programme, form)
    except (Invalid, Stale) as refusal:
        return _page(request, programme, form, refusal)
    messages.success(request, done)
    return redirect("inspection-behind", programme_id=programme_id)


def _act(request: SignedInRequest, programme: Programme, form: ActionForm) -> str:
    chosen = [_chosen(value) for value in request.POST.getlist("sheet")]
    action = request.POST.get("action", "")
    if not form.is_valid():
        problems = [Problem(str(said), "", field) for field, errors in form.errors.items() for said in errors]
        raise Invalid("入力に誤りがあります。", problems)
    reason, due_on = form.cleaned_data["reason"], form.cleaned_data["due_on"]
    by = request.principal
    if action == "exempt":
        done = exempt(by=by, programme=programme, sheets=chosen, reason=reason)
        return f"{len(done)}件を対象外にしました。"
    if action != "extend":
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    if due_on is None:
        raise Invalid("期限を変えられません。", [Problem("日付を入力してください。", "新しい期限", "due_on")])
    rows = change_due_date(by=by, programme=programme, sheets=chosen, due_on=due_on, reason=reason)
    return f"{len(rows)}件の期限を{era_date(due_on)}に変えました。"


def _chosen(value: str) -> tuple[int, int]:
    sheet, _, version = value.partition(":")
    return whole_number(sheet), whole_number(version)


def _page(
    request: SignedInRequest,
    programme: Programme,
    form: ActionForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    by = request.principal
    rows = behind(by, programme, clock.today())
    bureaus = behind_by_bureau(by, programme, rows)
    narrow = BehindFilter(request.GET or None, bureaus)
    picked = frozenset(_chosen(value)[0] for value in request.POST.getlist("sheet"))
    may_act = by.everywhere(ACCEPT_SHEETS) and programme.status == Programme.Status.LAUNCHED
    shown = narrow.applied(rows)
    table = BehindTable(shown, chosen=picked, exclude=() if may_act else ("chosen",))
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": _PER_PAGE}).configure(table)
    if kind:
        return export_table(table, f"{programme.name}_未提出", kind)
    summary = BureauBehindTable(bureaus, programme=programme)
    RequestConfig(request, paginate=False).configure(summary)
    context = {
        "programme": programme,
        "rows": rows,
        "shown": len(shown),
        "late": sum(row.days_late > 0 for row in rows),
        "absent": sum(bool(row.absent) for row in rows),
        "table": table,
        "summary": summary,
        "filter": narrow,
        "form": form or ActionForm(),
        "problems": (refusal.problems or (Problem(refusal.message),)) if refusal else (),
        "may_act": may_act and bool(shown),
        "base": reverse("inspection-behind", args=[programme.pk]),
    }
    return render(request, "web/inspection/behind.html", context, status=refusal.status if refusal else 200)


@signed_in
@require_POST
def restore_sheet(request: SignedInRequest, sheet_id: int) -> HttpResponse:
    """Take an exempted sheet back in."""
    found = find_sheet(request.principal, sheet_id)
    restore(by=request.principal, sheet=found, version=whole_number(request.POST.get("version", "")))
    messages.success(request, "対象に戻しました。")
    return redirect("inspection-sheet", sheet_id=sheet_id)
