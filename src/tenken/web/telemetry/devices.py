"""使用制限: the policy in force, what holds for a terminal, versions, and the draft of the next one."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.forms import BooleanField, CharField, ChoiceField, Form, TextInput, formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing, Problem
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.telemetry.device_control.kinds import Access, DeviceKind
from tenken.telemetry.device_control.operations import (
    LineData,
    draft_policy,
    drop_draft,
    publish_policy,
    save_lines,
)
from tenken.telemetry.device_control.queries import (
    choice_of,
    find_policy,
    lines_of,
    policies,
    policy_in_force,
    segments,
    verdicts,
)
from tenken.telemetry.models import DevicePolicy, DevicePolicyLine, Terminal
from tenken.telemetry.permissions import MANAGE_DEVICES, VIEW_DEVICES
from tenken.web.components.tables import NumberColumn, StatusColumn, Table
from tenken.web.exports import export_table, wants_export
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.telemetry.periods import units_in_sight

ACCESSES = {
    Access.ALLOW.value: (Access.ALLOW.label, "green"),
    Access.READ.value: (Access.READ.label, "yellow"),
    Access.FORBID.value: (Access.FORBID.label, "red"),
}
_POSTABLE = ["GET", "HEAD", "POST"]
_EXTRA_ROWS = 3
_MOST_ROWS = 300
_COLUMNS = ("kind", "unit", "segment", "terminal", "access", "approved_excepted", "note")


class PlaceForm(Form):
    """For which terminal, or which section and segment, the policy is asked."""

    terminal = CharField(label="端末機番号", required=False, max_length=40)
    unit = ChoiceField(label="局・区・課", required=False)
    segment = ChoiceField(label="ネットワークの区分", required=False)

    def __init__(self, data: Any, by: Principal) -> None:
        super().__init__(data)
        self.by = by
        for name, choices in (
            ("unit", [("", "全庁"), *units_in_sight(by, VIEW_DEVICES)]),
            ("segment", [("", "指定しない"), *((one, one) for one in segments(by))]),
        ):
            field = self.fields[name]
            assert isinstance(field, ChoiceField)
            field.choices = choices

    def clean_terminal(self) -> Terminal | None:
        number = self.cleaned_data["terminal"].strip()
        if not number:
            return None
        rows = Terminal.objects.restrict(self.by, VIEW_DEVICES).select_related("unit")
        found = rows.filter(number=number).first()
        if found is None:
            self.add_error("terminal", "この番号の端末はないか、見ることのできる範囲にありません。")
        return found

    def choice(self) -> Any:
        """Return the place asked for: the whole city where nothing (or nothing that is) was said."""
        if not self.is_bound or not self.is_valid():
            return choice_of(self.by)
        said = self.cleaned_data
        unit = Unit.objects.get(pk=said["unit"], city=self.by.city_id) if said["unit"] else None
        return choice_of(self.by, unit=unit, segment=said["segment"], terminal=said["terminal"])


class LineTable(Table):
    """The lines of a version."""

    caption = "表1　使用制限"
    row_header = "order"

    order = NumberColumn(verbose_name="行")
    kind = tables.Column(verbose_name="種類", empty_values=())
    unit = tables.Column(verbose_name="所属", accessor="unit__name", order_by="unit__code", default="全庁")
    segment = tables.Column(verbose_name="区分", default="すべて")
    terminal = tables.Column(verbose_name="端末", accessor="terminal__number", default="すべて")
    access = StatusColumn(ACCESSES, verbose_name="制限")
    approved_excepted = tables.BooleanColumn(verbose_name="許可した媒体を除く", yesno="○,")
    note = tables.Column(verbose_name="理由")

    def render_kind(self, record: DevicePolicyLine) -> str:
        return record.get_kind_display() if record.kind else "すべて"


class VersionTable(Table):
    caption = "表3　これまでの版"
    row_header = "number"

    number = tables.Column(verbose_name="版", linkify=("telemetry-policy", [tables.A("number")]))
    published_on = tables.Column(verbose_name="公布日", default="下書き")
    published_by_name = tables.Column(verbose_name="公布者")
    line_count = NumberColumn(verbose_name="行数")
    note = tables.Column(verbose_name="改めた理由")

    def render_number(self, value: int) -> str:
        return f"第{value}版"

    def render_published_on(self, value: Any) -> str:
        return era_date(value)


@signed_in
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the policy in force, what holds at a place, and the versions."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    policy = policy_in_force(by.city_id)
    table = _line_table(policy)
    if (kind := wants_export(request)) and policy is not None:
        return export_table(table, f"外部媒体の使用制限_第{policy.number}版", kind)
    asked = any(name in request.GET for name in ("terminal", "unit", "segment"))
    form = PlaceForm(request.GET if asked else None, by)
    choice = form.choice()
    found = policies(by)
    versions = VersionTable(found, prefix="v-")
    RequestConfig(request, paginate={"per_page": 20}).configure(table)
    RequestConfig(request, paginate={"per_page": 10}).configure(versions)
    context = {
        "policy": policy,
        "table": table,
        "versions": versions,
        "form": form,
        "choice": choice,
        "held_header": ["種類", "制限", "もとになる行"],
        "held": _held(policy, choice.place),
        "may_manage": by.everywhere(MANAGE_DEVICES),
        "draft": next((one for one in found if one.published_on is None), None),
    }
    return render(request, "web/telemetry/devices/index.html", context)


def _line_table(policy: DevicePolicy | None) -> LineTable:
    if policy is None:
        return LineTable(DevicePolicyLine.objects.none())
    return LineTable(policy.lines.select_related("unit", "terminal"))


def _held(policy: DevicePolicy | None, place: Any) -> list[tuple[str, str, str]]:
    if policy is None:
        return []
    return [
        (
            kind.label,
            verdict.access.label + ("（許可した媒体を除く）" if verdict.approved_excepted else ""),
            verdict.reason,
        )
        for kind, verdict in verdicts(lines_of(policy), place).items()
    ]


@signed_in
@require_safe
def version(request: SignedInRequest, number: int) -> HttpResponse:
    """Show one version with its lines."""
    by = request.principal
    policy = find_policy(by, number)
    table = _line_table(policy)
    if kind := wants_export(request):
        return export_table(table, f"外部媒体の使用制限_第{policy.number}版", kind)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    published = policy.published_on
    context = {
        "policy": policy,
        "table": table,
        "facts": [
            ("公布日", era_date(published) if published else "下書き（公布していません）"),
            ("公布者", policy.published_by_name),
            ("改めた理由", policy.note),
            ("ハッシュ値", policy.sha256),
        ],
        "may_edit": published is None and by.everywhere(MANAGE_DEVICES),
    }
    return render(request, "web/telemetry/devices/version.html", context)


# --- the draft -------------------------------------------------------------------------------------------


class LineForm(Form):
    """One line of the draft. ``order`` decides where it stands."""

    order = CharField(label="順", required=False, max_length=5)
    kind = ChoiceField(label="種類", required=False, choices=[("", "すべて"), *DeviceKind.choices])
    unit = CharField(label="所属コード", required=False, max_length=20)
    segment = CharField(label="区分", required=False, max_length=60)
    terminal = CharField(label="端末機番号", required=False, max_length=40)
    access = ChoiceField(
        label="制限", required=False, choices=[("", "（この行を使わない）"), *Access.choices]
    )
    approved_excepted = BooleanField(label="許可した媒体を除く", required=False)
    note = CharField(label="理由", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The caption of the column is no label to a screen reader: each control says its row as well.
        row = int(self.prefix.rpartition("-")[2]) + 1 if self.prefix else 1
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{row}行目の{field.label}"
            if isinstance(field.widget, TextInput):
                field.widget.attrs |= {"class": "control", "autocomplete": "off"}
                if name in ("unit", "segment"):
                    field.widget.attrs["list"] = f"known-{name}"
            elif not isinstance(field, BooleanField):
                field.widget.attrs["class"] = "control"


LineFormSet = formset_factory(LineForm, extra=_EXTRA_ROWS, max_num=_MOST_ROWS, absolute_max=_MOST_ROWS + 10)


@signed_in
@require_POST
def draft(request: SignedInRequest) -> HttpResponse:
    """Begin the next version."""
    made = draft_policy(by=request.principal)
    messages.success(request, f"第{made.number}版の下書きを作りました。")
    return redirect("telemetry-policy-edit")


@signed_in
@require_http_methods(_POSTABLE)
def edit(request: SignedInRequest) -> HttpResponse:
    """Change the draft as a table."""
    by = request.principal
    policy = _draft(by)
    initial = [_initial(row) for row in policy.lines.select_related("unit", "terminal")]
    formset = LineFormSet(request.POST if request.method == "POST" else None, initial=initial)
    note, problems = policy.note, list[Problem]()
    if formset.is_bound:
        note = request.POST.get("note", "")
        if formset.is_valid():
            try:
                version = whole_number(request.POST.get("version") or "0")
                save_lines(by=by, policy=policy, lines=_typed(formset), note=note, version=version)
            except Invalid as refusal:
                problems = list(refusal.problems)
            else:
                messages.success(request, "下書きを保存しました。")
                return redirect("telemetry-policy-edit")
        else:
            problems = [
                Problem(str(message), f"{row + 1}行目「{form.fields[name].label}」")
                for row, form in enumerate(formset.forms)
                for name, errors in form.errors.items()
                for message in errors
            ] + [Problem(str(message)) for message in formset.non_form_errors()]
    units = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__rank__gte=1).order_by("code")
    context = {
        "policy": policy,
        "formset": formset,
        "problems": problems,
        "note": note,
        "units": units,
        "segments": segments(by),
    }
    return render(request, "web/telemetry/devices/edit.html", context, status=422 if problems else 200)


def _initial(row: DevicePolicyLine) -> dict[str, Any]:
    return {
        "order": row.order,
        "kind": row.kind,
        "unit": row.unit.code if row.unit else "",
        "segment": row.segment,
        "terminal": row.terminal.number if row.terminal else "",
        "access": row.access,
        "approved_excepted": row.approved_excepted,
        "note": row.note,
    }


def _typed(formset: Any) -> list[LineData]:
    """Return the lines that say something, by the number typed; those without one behind them as they stand."""
    found = []
    for place, form in enumerate(formset.forms):
        said = form.cleaned_data
        if said.get("access"):
            order = said.get("order", "").strip()
            key = int(order) if order.isdecimal() else _MOST_ROWS + place
            found.append((key, place, LineData(**{name: said[name] for name in _COLUMNS})))
    return [line for _, _, line in sorted(found, key=lambda row: row[:2])]


def _draft(by: Principal) -> DevicePolicy:
    require(by, MANAGE_DEVICES)
    found = DevicePolicy.objects.filter(city=by.city_id, published_at__isnull=True).first()
    if found is None:
        raise Missing("下書きはありません。")
    return found


@signed_in
@require_http_methods(_POSTABLE)
def publish(request: SignedInRequest) -> HttpResponse:
    """Ask once more, then put the draft into force."""
    by = request.principal
    policy = _draft(by)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            version = whole_number(request.POST.get("version") or "0")
            publish_policy(by=by, policy=policy, version=version)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(
                request, f"第{policy.number}版を公布しました。設定ファイルを作り直してください。"
            )
            return redirect("telemetry-devices")
    context = {
        "policy": policy,
        "table": _line_table(policy),
        "problems": problems,
    }
    RequestConfig(request, paginate=False).configure(context["table"])
    return render(request, "web/telemetry/devices/publish.html", context, status=422 if problems else 200)


@signed_in
@require_http_methods(_POSTABLE)
def drop(request: SignedInRequest) -> HttpResponse:
    """Ask once more, then throw the draft away."""
    by = request.principal
    policy = _draft(by)
    if request.method == "POST":
        version = whole_number(request.POST.get("version") or "0")
        drop_draft(by=by, policy=policy, version=version)
        messages.success(request, "下書きを破棄しました。")
        return redirect("telemetry-devices")
    context = {
        "policy": policy,
        "back": reverse("telemetry-policy-edit"),
    }
    return render(request, "web/telemetry/devices/drop.html", context)
