"""許可した媒体: applying, putting up again, deciding, correcting, returning, withdrawing. A page for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import CharField, ChoiceField, Form, RadioSelect, Textarea
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tenken.organization.access import require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau
from tenken.telemetry.device_control.kinds import DEVICES, MEDIA, Access
from tenken.telemetry.device_control.operations import (
    DeviceData,
    apply_again,
    apply_for_device,
    change_device,
    decide_device,
    drop_application,
    return_device,
    withdraw_approval,
)
from tenken.telemetry.device_control.queries import find_device
from tenken.telemetry.models import ApprovedDevice
from tenken.telemetry.permissions import APPLY_DEVICES, APPROVE_DEVICES, MANAGE_DEVICES
from tenken.web.changing import change_page
from tenken.web.components.fields import EraDateField
from tenken.web.principal import SignedInRequest, signed_in

_POSTABLE = ["GET", "HEAD", "POST"]
_KINDS = [("", "選んでください"), *((one.value, one.label) for one in (*DEVICES, *MEDIA))]


class DeviceForm(Form):
    """A device as a section applies for it."""

    unit = ChoiceField(label="使う課")
    kind = ChoiceField(label="種類", choices=_KINDS)
    name = CharField(label="名称", max_length=100, help_text="例：暗号化USBメモリ 16GB")
    number = CharField(
        label="媒体番号", max_length=20, required=False, help_text="媒体の台帳の番号。空欄なら付けます。"
    )
    vendor_id = CharField(
        label="ベンダーID",
        max_length=6,
        required=False,
        help_text="16進数4桁。「使用の状況」の報告にも出ます。CDなどにはありません。",
    )
    product_id = CharField(label="プロダクトID", max_length=6, required=False, help_text="16進数4桁。")
    serial = CharField(
        label="シリアル",
        max_length=100,
        required=False,
        help_text="空欄にすると、同じ型のものすべてになります。",
    )
    access = ChoiceField(
        label="使い方",
        choices=[(Access.ALLOW.value, "読み書きする"), (Access.READ.value, "読み取るだけ")],
        widget=RadioSelect,
        initial=Access.ALLOW.value,
    )
    terminal = CharField(
        label="使う端末", max_length=40, required=False, help_text="端末機番号。空欄なら課の端末すべて。"
    )
    person = CharField(
        label="使う人", max_length=20, required=False, help_text="職員番号。空欄なら課の全員。"
    )
    starts_on = EraDateField(label="開始日")
    ends_on = EraDateField(label="終了日", help_text="この日まで使えます。3年以内。")
    purpose = CharField(label="目的", max_length=300, widget=Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, *, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if units:
            field = self.fields["unit"]
            assert isinstance(field, ChoiceField)
            field.choices = units
        else:
            del self.fields["unit"]

    @staticmethod
    def typed(said: dict[str, Any]) -> DeviceData:
        return DeviceData(**{name: said[name] for name in said if name != "unit"})

    @staticmethod
    def initial_of(device: ApprovedDevice) -> dict[str, Any]:
        names = ("kind", "name", "number", "vendor_id", "product_id", "serial", "access")
        return {name: getattr(device, name) for name in (*names, "starts_on", "ends_on", "purpose")} | {
            "terminal": device.terminal.number if device.terminal else "",
            "person": device.person.number if device.person else "",
        }


class DecideForm(Form):
    outcome = ChoiceField(
        label="決裁", choices=[("approved", "許可する"), ("returned", "差し戻す")], widget=RadioSelect
    )
    comment = CharField(
        label="コメント",
        required=False,
        max_length=2000,
        help_text="差し戻すときは理由を書きます。",
        widget=Textarea(attrs={"rows": 3}),
    )


class ReturnForm(Form):
    on = EraDateField(label="返却した日")
    comment = CharField(label="理由", required=False, max_length=300)


class WithdrawForm(Form):
    reason = CharField(label="取り消す理由", max_length=300, widget=Textarea(attrs={"rows": 3}))


def _crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"label": "許可した媒体", "url": reverse("telemetry-approved")},
        *more,
    ]


def _change(
    request: SignedInRequest,
    form: Form,
    operation: Callable[[dict[str, Any]], Any],
    device: ApprovedDevice,
    title: str,
    submit: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    back = reverse("telemetry-approved-device", args=[device.pk])
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=back,
        done=done,
        crumbs=_crumbs({"label": device.number, "url": back}),
        standing=device,
        **more,
    )


def _sent(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


@signed_in
@require_http_methods(_POSTABLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Apply for the use of a device."""
    by = request.principal
    require_somewhere(by, APPLY_DEVICES)
    rows = Unit.objects.restrict(by, APPLY_DEVICES).filter(valid_on(by.on)).select_related("city")
    units = {str(unit.pk): unit for unit in rows.order_by("code")}
    names = names_with_bureau(by.city, [unit.pk for unit in units.values()], by.on)
    form = DeviceForm(
        _sent(request),
        units=[(key, names[unit.pk]) for key, unit in units.items()],
        initial={"starts_on": by.on},
    )

    def apply(said: dict[str, Any]) -> None:
        apply_for_device(by=by, unit=units[said["unit"]], data=DeviceForm.typed(said))

    return change_page(
        request,
        form,
        apply,
        title="外部媒体の使用を申請する",
        lead="許可されるまでは使えません。許可は情報政策課（事務局）が行います。",
        submit="申請する",
        back=reverse("telemetry-approved"),
        done="申請しました。",
        crumbs=_crumbs(),
    )


@signed_in
@require_http_methods(_POSTABLE)
def again(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Put up again what was sent back."""
    by = request.principal
    device = find_device(by, device_id)
    require(by, APPLY_DEVICES, unit=device.unit)
    form = DeviceForm(_sent(request), units=[], initial=DeviceForm.initial_of(device))
    return _change(
        request,
        form,
        lambda said: apply_again(by=by, device=device, data=DeviceForm.typed(said), version=device.version),
        device,
        "直して申請する",
        "もう一度申請する",
        "もう一度申請しました。",
    )


@signed_in
@require_http_methods(_POSTABLE)
def change(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Correct a row of the ledger."""
    by = request.principal
    device = find_device(by, device_id)
    require(by, MANAGE_DEVICES, unit=device.unit)
    form = DeviceForm(_sent(request), units=[], initial=DeviceForm.initial_of(device))
    del form.fields["number"]
    return _change(
        request,
        form,
        lambda said: change_device(by=by, device=device, data=DeviceForm.typed(said), version=device.version),
        device,
        "台帳を直す",
        "保存する",
        "台帳を直しました。",
    )


@signed_in
@require_http_methods(_POSTABLE)
def decision(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Approve an application or send it back."""
    by = request.principal
    device = find_device(by, device_id)
    require(by, APPROVE_DEVICES, unit=device.unit)
    return _change(
        request,
        DecideForm(_sent(request)),
        lambda said: decide_device(
            by=by,
            device=device,
            outcome=said["outcome"],
            comment=said["comment"],
            version=device.version,
        ),
        device,
        "申請を決裁する",
        "決裁する",
        "決裁しました。",
        text=f"{device.unit.name}　{device.get_kind_display()}「{device.name}」　目的：{device.purpose}",
    )


@signed_in
@require_http_methods(_POSTABLE)
def drop(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Take an application back."""
    by = request.principal
    device = find_device(by, device_id)
    require(by, APPLY_DEVICES, unit=device.unit)
    return _change(
        request,
        Form(_sent(request)),
        lambda said: drop_application(by=by, device=device, version=device.version),
        device,
        "申請を取り下げる",
        "取り下げる",
        "申請を取り下げました。",
        danger=True,
    )


@signed_in
@require_http_methods(_POSTABLE)
def give_back(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Note that a device was given back."""
    by = request.principal
    device = find_device(by, device_id)
    if not by.holds(MANAGE_DEVICES):
        require(by, APPLY_DEVICES, unit=device.unit)
    return _change(
        request,
        ReturnForm(_sent(request), initial={"on": by.on}),
        lambda said: return_device(
            by=by, device=device, on=said["on"], comment=said["comment"], version=device.version
        ),
        device,
        "返却を記録する",
        "記録する",
        "返却を記録しました。",
    )


@signed_in
@require_http_methods(_POSTABLE)
def withdraw(request: SignedInRequest, device_id: int) -> HttpResponse:
    """Take an approval away."""
    by = request.principal
    device = find_device(by, device_id)
    require(by, APPROVE_DEVICES, unit=device.unit)
    return _change(
        request,
        WithdrawForm(_sent(request)),
        lambda said: withdraw_approval(by=by, device=device, reason=said["reason"], version=device.version),
        device,
        "許可を取り消す",
        "許可を取り消す",
        "許可を取り消しました。",
        danger=True,
    )
