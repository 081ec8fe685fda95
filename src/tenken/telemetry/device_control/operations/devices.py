"""Approved devices: applied for by a section, decided on along the city's route, returned or withdrawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from tenken.approvals import operations as approvals
from tenken.approvals.models import ApprovalRequest
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require, system_principal
from tenken.organization.models import City, Person, Unit
from tenken.telemetry.device_control.kinds import Access, DeviceKind, usb_identity
from tenken.telemetry.device_control.states import Event, after
from tenken.telemetry.models.device_control import ApprovedDevice
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import APPLY_DEVICES, APPROVE_DEVICES, MANAGE_DEVICES

SUBJECT: Final = "telemetry.approved_device"
LONGEST_DAYS: Final = 366 * 3
DEVICE_ROUTE: Final[dict[str, Any]] = {
    "code": "device",
    "name": "外部媒体の使用",
    "steps": (("情報政策課の承認", "secretariat", "network_manager"),),
}
_NOT_KEPT: Final = "台帳に書けませんでした。"
_NUMBER: Final = re.compile(r"[0-9A-Za-z._/-]{1,20}")
_PLAIN: Final = (
    "kind",
    "name",
    "vendor_id",
    "product_id",
    "serial",
    "access",
    "starts_on",
    "ends_on",
    "purpose",
)


@dataclass(frozen=True)
class DeviceData:
    """A device as given. ``terminal``: a 端末機番号, ``person``: a 職員番号, '' for any. ``ends_on``: its last day."""

    kind: str
    name: str
    starts_on: date | None
    ends_on: date | None
    purpose: str
    vendor_id: str = ""
    product_id: str = ""
    serial: str = ""
    access: str = Access.ALLOW
    terminal: str = ""
    person: str = ""
    number: str = ""

    def tidy(self) -> DeviceData:
        """Return the same with its text trimmed and its ids as four hex digits where they are such."""
        return replace(
            self,
            name=plain_text(self.name),
            purpose=plain_text(self.purpose),
            serial=plain_text(self.serial),
            terminal=plain_text(self.terminal),
            person=plain_text(self.person),
            number=plain_text(self.number),
            vendor_id=_identity(self.vendor_id),
            product_id=_identity(self.product_id),
        )


def _identity(text: str) -> str:
    try:
        return usb_identity(text)
    except ValueError:
        return text


@transaction.atomic
def apply_for_device(*, by: Principal, unit: Unit, data: DeviceData) -> ApprovedDevice:
    """Apply for a section to use a device, and put it up for approval. ``Invalid`` names fields."""
    require(by, APPLY_DEVICES, unit=unit)
    device = _made(by, unit, data, ApprovedDevice.State.APPLIED)
    _put_up(by, device)
    _note(by, device, "apply", {"after": told_device(device)})
    return device


@transaction.atomic
def apply_again(*, by: Principal, device: ApprovedDevice, data: DeviceData, version: int) -> ApprovedDevice:
    """Put what was sent back up again, as it is now."""
    kept = _locked(by, device, version)
    require(by, APPLY_DEVICES, unit=kept.unit)
    kept.state = after(kept.state, Event.APPLY_AGAIN)
    before = told_device(kept)
    _take(by, kept, data)
    _save(kept)
    _put_up(by, kept)
    _note(by, kept, "apply_again", {"before": before, "after": told_device(kept)})
    return kept


@transaction.atomic
def drop_application(*, by: Principal, device: ApprovedDevice, version: int) -> ApprovedDevice:
    """Take an application back: while it is decided on, by who put it up; sent back, by the section."""
    kept = _locked(by, device, version)
    require(by, APPLY_DEVICES, unit=kept.unit)
    was = kept.state
    kept.state = after(was, Event.DROP)
    if was == ApprovedDevice.State.APPLIED:
        approvals.withdraw(by=by, request=approvals.pending_request((SUBJECT, kept.pk)), on=by.on)
    _save(kept)
    _note(by, kept, "drop", {})
    return kept


@transaction.atomic
def decide_device(
    *, by: Principal, device: ApprovedDevice, outcome: str, comment: str = "", version: int
) -> ApprovedDevice:
    """Approve ("approved") or send back ("returned", with a comment) an application."""
    kept = _locked(by, device, version)
    require(by, APPROVE_DEVICES, unit=kept.unit)
    request = approvals.pending_request((SUBJECT, kept.pk))
    request = approvals.decide(by=by, request=request, outcome=outcome, comment=comment, on=by.on)
    if request.status == ApprovalRequest.Status.RETURNED:
        kept.state = after(kept.state, Event.SEND_BACK)
    elif request.status == ApprovalRequest.Status.APPROVED:
        kept.state = after(kept.state, Event.APPROVE)
        kept.approved_on = by.on
    _save(kept)
    _note(by, kept, "decide", {"outcome": outcome, "comment": comment, "round": request.round})
    return kept


@transaction.atomic
def register_device(*, by: Principal, unit: Unit, data: DeviceData) -> ApprovedDevice:
    """Take a device that was approved on paper (媒体台帳) into the ledger as approved."""
    require(by, MANAGE_DEVICES, unit=unit)
    device = _made(by, unit, data, ApprovedDevice.State.APPROVED)
    # The paper said so from its first day: what was used since then was used with approval.
    device.approved_on = min(by.on, device.starts_on)
    device.save(update_fields=["approved_on"])
    _note(by, device, "register", {"after": told_device(device)})
    return device


@transaction.atomic
def change_device(*, by: Principal, device: ApprovedDevice, data: DeviceData, version: int) -> ApprovedDevice:
    """Correct a row of the ledger that is approved; its number and section stay."""
    kept = _locked(by, device, version)
    require(by, MANAGE_DEVICES, unit=kept.unit)
    if kept.state != ApprovedDevice.State.APPROVED:
        raise Stale("許可した媒体のほかは、ここでは変えられません。")
    before = told_device(kept)
    _take(by, kept, replace(data, number=kept.number))
    _save(kept)
    if (now := told_device(kept)) != before:
        _note(by, kept, "change", {"before": before, "after": now})
    return kept


@transaction.atomic
def return_device(
    *, by: Principal, device: ApprovedDevice, on: date | None = None, comment: str = "", version: int
) -> ApprovedDevice:
    """Note that the section gave the device back, or needs it no more. By the section or who manages devices."""
    kept = _locked(by, device, version)
    if not by.holds(MANAGE_DEVICES):
        require(by, APPLY_DEVICES, unit=kept.unit)
    else:
        require(by, MANAGE_DEVICES, unit=kept.unit)
    return _ended(by, kept, Event.RETURN, "return", on, comment)


@transaction.atomic
def withdraw_approval(*, by: Principal, device: ApprovedDevice, reason: str, version: int) -> ApprovedDevice:
    """Take the approval away, with a reason (lost, misused …)."""
    kept = _locked(by, device, version)
    require(by, APPROVE_DEVICES, unit=kept.unit)
    if not plain_text(reason):
        raise Invalid(_NOT_KEPT, [Problem("入力してください。", "取り消す理由", "reason")])
    return _ended(by, kept, Event.WITHDRAW, "withdraw", None, reason)


def _ended(
    by: Principal, kept: ApprovedDevice, event: Event, what: str, on: date | None, because: str
) -> ApprovedDevice:
    day = on or by.on
    because = plain_text(because)
    problems = []
    if day > by.on or day < kept.starts_on:
        problems.append(Problem("使用の開始日から今日までの日付にしてください。", "返却した日", "on"))
    if len(because) > 300:
        problems.append(Problem("300字までです。", "理由", "comment"))
    if problems:
        raise Invalid(_NOT_KEPT, problems)
    kept.state = after(kept.state, event)
    kept.ended_on, kept.ended_because = day, because
    _save(kept)
    _note(by, kept, what, {"on": day.isoformat(), "because": because})
    return kept


def _made(by: Principal, unit: Unit, data: DeviceData, state: ApprovedDevice.State) -> ApprovedDevice:
    City.objects.select_for_update().get(pk=by.city_id)  # numbers are given one after the other
    device = ApprovedDevice(
        city=by.city,
        unit=unit,
        state=state,
        applied_by=by.actor.code,
        applied_by_name=by.actor.name,
        applied_on=by.on,
        approved_on=by.on if state == ApprovedDevice.State.APPROVED else None,
    )
    _take(by, device, data)
    device.save(force_insert=True)
    return device


def _take(by: Principal, device: ApprovedDevice, data: DeviceData) -> None:
    """Put *data* into the row; ``Invalid`` unless right."""
    tidy = data.tidy()
    problems = device_problems(tidy)
    terminal = person = None
    if tidy.terminal:
        terminal = Terminal.objects.of_city(by.city_id).filter(number=tidy.terminal).first()
        if terminal is None:
            problems.append(Problem("この端末機番号は端末台帳にありません。", "使う端末", "terminal"))
    if tidy.person:
        person = Person.objects.filter(city=by.city_id, number=tidy.person).first()
        if person is None:
            problems.append(Problem("この職員番号の職員はいません。", "使う人", "person"))
    number = tidy.number or device.number or _next_number(by.city_id)
    if ApprovedDevice.objects.filter(city=by.city_id, number=number).exclude(pk=device.pk).exists():
        problems.append(Problem("この媒体番号は、すでに使われています。", "媒体番号", "number"))
    if problems:
        raise Invalid(_NOT_KEPT, problems)
    device.number, device.terminal, device.person = number, terminal, person
    for name in _PLAIN:
        setattr(device, name, getattr(tidy, name))


def device_problems(data: DeviceData) -> list[Problem]:
    """Return what is wrong with a tidy device by itself, by field."""
    problems = []
    if data.kind not in DeviceKind.values or data.kind == DeviceKind.PRINT:
        problems.append(Problem("種類を選んでください。", "種類", "kind"))
    if data.access not in (Access.ALLOW, Access.READ):
        problems.append(Problem("使用可か読み取り専用を選んでください。", "使い方", "access"))
    for text, limit, label, field in (
        (data.name, 100, "名称", "name"),
        (data.purpose, 300, "目的", "purpose"),
    ):
        if not text or len(text) > limit:
            problems.append(Problem(f"{limit}字までで入力してください。", label, field))
    if data.number and not _NUMBER.fullmatch(data.number):
        problems.append(Problem("半角の英数字と「.」「-」「_」「/」で、20字までです。", "媒体番号", "number"))
    for text, label, field in (
        (data.vendor_id, "ベンダーID", "vendor_id"),
        (data.product_id, "プロダクトID", "product_id"),
    ):
        try:
            usb_identity(text)
        except ValueError as error:
            problems.append(Problem(str(error), label, field))
    if bool(data.vendor_id) != bool(data.product_id):
        problems.append(
            Problem("ベンダーIDとプロダクトIDは、両方を入力してください。", "プロダクトID", "product_id")
        )
    if len(data.serial) > 100 or not data.serial.isprintable() or ":" in data.serial:
        problems.append(Problem("「:」を含まない100字までです。", "シリアル", "serial"))
    if data.serial and not data.vendor_id:
        problems.append(
            Problem("シリアルのほかに、ベンダーIDも入力してください。", "ベンダーID", "vendor_id")
        )
    return problems + _period_problems(data)


def _period_problems(data: DeviceData) -> list[Problem]:
    if data.starts_on is None:
        return [Problem("入力してください。", "開始日", "starts_on")]
    if data.ends_on is None:
        return [Problem("入力してください。", "終了日", "ends_on")]
    if data.ends_on < data.starts_on:
        return [Problem("開始日より前です。", "終了日", "ends_on")]
    if data.ends_on > data.starts_on + timedelta(days=LONGEST_DAYS):
        return [Problem("3年以内にしてください。続けて使うときは、改めて申請します。", "終了日", "ends_on")]
    return []


def _next_number(city_id: int) -> str:
    used = ApprovedDevice.objects.filter(city=city_id, number__startswith="M-")
    counts = [int(text[2:]) for text in used.values_list("number", flat=True) if text[2:].isdecimal()]
    return f"M-{max(counts, default=0) + 1:05d}"


def _put_up(by: Principal, device: ApprovedDevice) -> None:
    # A city's settings are not the applicant's to change: the system makes the route once, the city may alter it.
    approvals.ensure_route(by=system_principal(by.city, "devices", on=by.on), city=by.city, **DEVICE_ROUTE)
    approvals.request_approval(
        by=by,
        unit=device.unit,
        route_code=DEVICE_ROUTE["code"],
        subject=(SUBJECT, device.pk),
        snapshot=told_device(device),
        on=by.on,
    )


def _locked(by: Principal, device: ApprovedDevice, version: int) -> ApprovedDevice:
    kept = (
        ApprovedDevice.objects.select_for_update(of=("self",))
        .select_related("unit__city", "terminal", "person")
        .filter(pk=device.pk, city=by.city_id)
        .first()
    )
    if kept is None:
        raise Missing("この媒体はありません。")
    if kept.version != version:
        raise Stale("表示したあとに、ほかの人が変更しました。ページを開き直して、内容を確かめてください。")
    return kept


def _save(device: ApprovedDevice) -> None:
    device.version += 1
    device.save(force_update=True)


def told_device(device: ApprovedDevice) -> dict[str, Any]:
    """Return what a row says, as the journal and an approval's snapshot keep it."""
    said = {name: getattr(device, name) for name in _PLAIN}
    return said | {
        "number": device.number,
        "starts_on": device.starts_on.isoformat(),
        "ends_on": device.ends_on.isoformat(),
        "unit": device.unit.code,
        "terminal": device.terminal.number if device.terminal else "",
        "person": device.person.number if device.person else "",
    }


def _note(by: Principal, device: ApprovedDevice, what: str, changes: dict[str, Any]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"telemetry.device.{what}",
        subject=(SUBJECT, device.pk),
        changes={"number": device.number, **changes},
        business_date=by.on,
    )
