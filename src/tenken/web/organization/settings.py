"""What the city settles for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tenken.common.refusals import Missing
from tenken.organization import operations
from tenken.organization.access import require
from tenken.organization.models import ClosingDay, ImplementingBody, Role, UnitKind
from tenken.organization.permissions import MANAGE_SETTINGS
from tenken.web.exports import export_rows, wants_export
from tenken.web.organization import forms
from tenken.web.organization.pages import change_page, page, posted
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-settings"


@signed_in
def overview(request: SignedInRequest) -> HttpResponse:
    by = request.principal
    require(by, MANAGE_SETTINGS)
    if kind := wants_export(request):
        days = ClosingDay.objects.filter(city=by.city_id).order_by("day")
        rows = [(one.day, one.name, "閉庁" if one.closed else "開庁") for one in days]
        return export_rows(("日付", "名称", "閉庁・開庁"), rows, "閉庁日", kind)
    context = {
        "city": by.city,
        "roles": Role.objects.filter(city=by.city_id),
        "kinds": UnitKind.objects.filter(city=by.city_id).order_by("rank", "code"),
        "bodies": ImplementingBody.objects.filter(city=by.city_id).order_by("pk"),
        "closing_days": ClosingDay.objects.filter(
            city=by.city_id, day__gte=date(by.on.year - 1, 4, 1)
        ).order_by("day"),
    }
    return page(request, "settings", context, here=_HERE)


def _change(request: SignedInRequest, form: Any, operation: Any, title: str) -> HttpResponse:
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit="保存する",
        back=reverse(_HERE),
        cancel=reverse(_HERE),
        done="設定を保存しました。",
        here=_HERE,
        crumbs=[{"label": "市の設定", "url": reverse(_HERE)}],
    )


def _own(request: SignedInRequest, model: Any, key: int | None) -> Any:
    """Return the city's row, None for a new one; ``Missing`` when it is not the city's."""
    require(request.principal, MANAGE_SETTINGS)
    if key is None:
        return None
    row = model.objects.filter(pk=key, city=request.principal.city_id).first()
    if row is None:
        raise Missing("この設定はありません。")
    return row


def _without_code(form: Any, row: Any) -> Any:
    """Codes are for ever: only a new row is given one."""
    if row is not None:
        del form.fields["code"]
    return form


@signed_in
def role(request: SignedInRequest, role_id: int | None = None) -> HttpResponse:
    by, row = request.principal, _own(request, Role, role_id)
    initial = {"name": row.name, "order": row.order, "capabilities": row.capabilities} if row else {}
    return _change(
        request,
        _without_code(forms.RoleForm(posted(request), initial=initial), row),
        lambda said: operations.save_role(by=by, role=row, **said),
        f"役割「{row.name}」" if row else "役割を加える",
    )


@signed_in
def kind(request: SignedInRequest, kind_id: int | None = None) -> HttpResponse:
    by, row = request.principal, _own(request, UnitKind, kind_id)
    names = ("name", "rank", "answers_sheets", "office_class")
    initial = {name: getattr(row, name) for name in names} if row else {}
    return _change(
        request,
        _without_code(forms.KindForm(posted(request), initial=initial), row),
        lambda said: operations.save_unit_kind(by=by, kind=row, **said),
        f"組織の種類「{row.name}」" if row else "組織の種類を加える",
    )


@signed_in
def body(request: SignedInRequest, body_id: int | None = None) -> HttpResponse:
    by, row = request.principal, _own(request, ImplementingBody, body_id)
    return _change(
        request,
        _without_code(forms.BodyForm(posted(request), initial={"name": row.name} if row else {}), row),
        lambda said: operations.save_body(by=by, body=row, **said),
        f"実施機関「{row.name}」" if row else "実施機関を加える",
    )


@signed_in
def closing_day(request: SignedInRequest) -> HttpResponse:
    by = request.principal
    require(by, MANAGE_SETTINGS)
    return _change(
        request,
        forms.ClosingDayForm(posted(request)),
        lambda said: operations.set_closing_day(by=by, **said),
        "閉庁日を決める",
    )


@signed_in
@require_POST
def remove_closing_day(request: SignedInRequest, day: str) -> HttpResponse:
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        raise Missing("この日の設定はありません。") from None
    operations.remove_closing_day(by=request.principal, day=parsed)
    messages.success(request, "閉庁日の設定を取り消しました。")
    return redirect(_HERE)
