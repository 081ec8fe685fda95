"""許可した媒体: the list, one device with its approval, and the list as a file."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.forms import CharField, ChoiceField, FileField, Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from tenken.approvals.operations import may_decide
from tenken.approvals.queries import trail
from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.imports import waiting_files
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.device_control.operations.devices import SUBJECT
from tenken.telemetry.device_control.queries import devices_for, find_device
from tenken.telemetry.models import ApprovedDevice
from tenken.telemetry.permissions import (
    APPLY_DEVICES,
    APPROVE_DEVICES,
    MANAGE_DEVICES,
    VIEW_DEVICES,
)
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.exports import export_rows, wants_export
from tenken.web.principal import SignedInRequest, signed_in
from tenken.web.templatetags.tenken import status_tag
from tenken.workbooks.device_ledger import DEVICE_COLUMNS, device_difference, device_rows
from tenken.workbooks.ledger_files import SAME, apply_difference

State = ApprovedDevice.State
_POSTABLE = ["GET", "HEAD", "POST"]
_SHOWN = 500
STATES = {
    State.APPLIED.value: (State.APPLIED.label, "blue"),
    State.SENT_BACK.value: (State.SENT_BACK.label, "red"),
    State.DROPPED.value: (State.DROPPED.label, "neutral"),
    State.APPROVED.value: (State.APPROVED.label, "green"),
    State.RETURNED.value: (State.RETURNED.label, "neutral"),
    State.WITHDRAWN.value: (State.WITHDRAWN.label, "red"),
    "expired": ("期限切れ", "yellow"),
    "waiting": ("開始前", "blue"),
}


class FilterForm(Form):
    q = CharField(label="番号・名称・シリアル・目的の言葉", required=False, max_length=100)
    state = ChoiceField(
        label="状態",
        required=False,
        choices=[
            ("", "すべて"),
            ("usable", "いま使えるもの"),
            ("ending", "30日以内に終わるもの"),
            ("expired", "期限切れ"),
            *State.choices,
        ],
    )


class UploadForm(Form):
    file = FileField(label="台帳のファイル", help_text="Excel（.xlsx）かCSV（UTF-8、シフトJIS）。")


class DeviceTable(Table):
    caption = "表1　許可した媒体と申請"
    row_header = "number"

    number = tables.Column(verbose_name="媒体番号", linkify=("telemetry-approved-device", [tables.A("pk")]))
    unit = tables.Column(verbose_name="所属", accessor="unit_id", order_by=("unit__code", "number"))
    kind = tables.Column(verbose_name="種類")
    name = tables.Column(verbose_name="名称")
    serial = tables.Column(verbose_name="シリアル", default="（型のすべて）")
    access = tables.Column(verbose_name="使い方")
    starts_on = DateColumn(verbose_name="開始日")
    ends_on = DateColumn(verbose_name="終了日")
    shown_state = StatusColumn(STATES, verbose_name="状態", accessor="state", order_by=("state", "number"))

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.names: dict[int, str] = {}

    def render_unit(self, value: int, record: ApprovedDevice) -> str:
        return self.names.get(value, record.unit.name)

    def render_shown_state(self, record: ApprovedDevice) -> Any:
        return state_tag(record, self.by)


def state_tag(device: ApprovedDevice, by: Principal) -> Any:
    """Return the state of a device on the reader's day: an approval that is over says so."""
    code = state_code(device, by)
    return status_tag(code, *STATES[code])


def state_code(device: ApprovedDevice, by: Principal) -> str:
    if device.state == State.APPROVED and device.ends_on < by.on:
        return "expired"
    if device.state == State.APPROVED and device.starts_on > by.on:
        return "waiting"
    return device.state


@signed_in
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """List the devices and applications in sight."""
    by = request.principal
    require_somewhere(by, VIEW_DEVICES)
    form = FilterForm(request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows = devices_for(by, by.on, state=said.get("state", ""), text=said.get("q", ""))
    if form.is_bound and not form.is_valid():
        rows = rows.none()
    if kind := wants_export(request):
        names = names_with_bureau(by.city, {row.unit_id for row in rows}, by.on)
        return export_rows(DEVICE_COLUMNS, list(device_rows(rows, names)), "許可した媒体", kind)
    table = DeviceTable(rows, by=by)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    table.names = names_with_bureau(by.city, {row.record.unit_id for row in table.paginated_rows}, by.on)
    context = {
        "form": form,
        "table": table,
        "may_apply": by.holds(APPLY_DEVICES),
        "may_manage": by.everywhere(MANAGE_DEVICES),
        "waiting": devices_for(by, by.on, state=State.APPLIED).count() if by.holds(APPROVE_DEVICES) else 0,
    }
    return render(request, "web/telemetry/devices/approved.html", context)


@signed_in
@require_safe
def detail(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Show one device: what it is, its approval, what may be done with it."""
    by = request.principal
    device = find_device(by, device_id)
    rounds = trail((SUBJECT, device.pk))
    pending = next((one for one in rounds if one.step is not None), None)
    names = names_with_bureau(by.city, [device.unit_id], by.on)
    may_apply = bool(decide(by, APPLY_DEVICES, unit=device.unit))
    may_manage = bool(decide(by, MANAGE_DEVICES, unit=device.unit))
    may_approve = bool(decide(by, APPROVE_DEVICES, unit=device.unit))
    code = state_code(device, by)
    context = {
        "device": device,
        "state": (code, *STATES[code]),
        "facts": _facts(device, names),
        "events": _events(rounds),
        "may_decide": may_approve and pending is not None and may_decide(by, pending),
        "may_drop": may_apply
        and (
            device.state == State.SENT_BACK
            or (device.state == State.APPLIED and device.applied_by == by.actor.code)
        ),
        "may_again": may_apply and device.state == State.SENT_BACK,
        "may_return": (may_apply or may_manage) and device.state == State.APPROVED,
        "may_withdraw": may_approve and device.state == State.APPROVED,
        "may_change": may_manage and device.state == State.APPROVED,
    }
    return render(request, "web/telemetry/devices/approved_device.html", context)


def _facts(device: ApprovedDevice, names: dict[int, str]) -> list[tuple[str, Any]]:
    ids = f"{device.vendor_id}:{device.product_id}" if device.vendor_id else ""
    return [
        ("所属", names.get(device.unit_id, device.unit.name)),
        ("種類", device.get_kind_display()),
        ("名称", device.name),
        ("ベンダーID:プロダクトID", ids),
        ("シリアル", device.serial or ("この型のすべて" if ids else "")),
        ("使い方", device.get_access_display()),
        ("使う端末", device.terminal.number if device.terminal else "所属の端末すべて"),
        ("使う人", f"{device.person.number}　{device.person.name}" if device.person else "所属の全員"),
        ("期間", f"{era_date(device.starts_on)}から{era_date(device.ends_on)}まで"),
        ("目的", device.purpose),
        ("申請", f"{era_date(device.applied_on)}　{device.applied_by_name}"),
        ("許可日", device.approved_on and era_date(device.approved_on)),
        ("返却・取消しの日", device.ended_on and era_date(device.ended_on)),
        ("返却・取消しの理由", device.ended_because),
    ]


def _events(rounds: list[Any]) -> list[dict[str, Any]]:
    found = []
    for one in rounds:
        found.append(
            {"when": era_date(one.requested_on), "who": one.requested_by_name, "what": "申請", "tone": "blue"}
        )
        for decision in one.decisions.all():
            found.append(
                {
                    "when": era_date(decision.decided_on),
                    "who": decision.decided_by_name,
                    "what": f"{decision.step_name}：{decision.get_outcome_display()}"
                    + ("（代決）" if decision.acting else ""),
                    "comment": decision.comment,
                    "tone": "green" if decision.outcome == "approved" else "red",
                }
            )
    return found


# --- the list as a file ----------------------------------------------------------------------------------


@signed_in
@require_http_methods(_POSTABLE)
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file of the ledger and show what it would change; nothing is written."""
    by = request.principal
    require(by, MANAGE_DEVICES)
    if request.method != "POST":
        return render(request, "web/telemetry/devices/import.html", {"form": UploadForm()})
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        content = sent.read()
        try:
            found = device_difference(by=by, name=sent.name, content=content, on=by.on)
        except Invalid as refusal:
            for problem in refusal.problems:
                form.add_error(None, str(problem))
            if not refusal.problems:
                form.add_error("file", refusal.message)
        else:
            changes = [one for one in found.changes if one.what != SAME]
            context = {
                "name": sent.name,
                "token": waiting_files.keep(by=by, name=sent.name, content=content),
                "found": found,
                "counts": [tuple(found.counts.values())],
                "count_header": list(found.counts),
                "changes": changes[:_SHOWN],
                "more": max(0, len(changes) - _SHOWN),
                "ledger": "許可した媒体",
                "list_url": reverse("telemetry-approved"),
                "upload_url": reverse("telemetry-approved-import"),
                "confirm_url": reverse("telemetry-approved-import-confirm"),
            }
            return render(request, "web/assets/import_difference.html", context)
    return render(request, "web/telemetry/devices/import.html", {"form": form}, status=422)


@signed_in
@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Write the difference that was shown."""
    by = request.principal
    require(by, MANAGE_DEVICES)
    token = request.POST.get("token", "")
    name, content = waiting_files.take(by=by, token=token)
    found = device_difference(by=by, name=name, content=content, on=by.on)
    apply_difference(by=by, found=found, shown=request.POST.get("shown", ""))
    waiting_files.drop(by=by, token=token)
    told = "、".join(f"{what}{count}件" for what, count in found.counts.items() if what != SAME)
    messages.success(request, f"許可した媒体に取り込みました（{told}）。")
    return redirect("telemetry-approved")
