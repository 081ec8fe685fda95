"""What the secretariat changes of units: one page, one operation each."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tenken.organization import operations, queries
from tenken.organization.access import require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.permissions import CHANGE_UNITS, WRITE_EMERGENCY_PROCEDURE
from tenken.web.organization import forms
from tenken.web.organization.pages import change_page, posted
from tenken.web.organization.units import unit_crumbs
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-units"


def _address(unit: Unit) -> str:
    return reverse("organization-unit", args=[unit.pk])


def _changeable(request: SignedInRequest, unit_id: int) -> Unit:
    unit = queries.visible_unit(request.principal, unit_id)
    require(request.principal, CHANGE_UNITS, unit=unit)
    return unit


@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    by = request.principal
    require_somewhere(by, CHANGE_UNITS)
    form = forms.NewUnitForm(by, posted(request), initial={"parent": request.GET.get("parent")})

    def add(said: dict[str, Any]) -> Unit:
        return operations.add_unit(by=by, **said)

    return change_page(
        request,
        form,
        add,
        title="組織を加える",
        submit="加える",
        back=_address,
        cancel=reverse(_HERE),
        done="組織を加えました。",
        here="organization-unit-new",
    )


@signed_in
def rename(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)
    form = forms.RenameForm(by, posted(request), initial={"name": unit.name, "kana": unit.kana})

    def change(said: dict[str, Any]) -> Unit:
        said["code"] = said["code"] or None
        return operations.rename_unit(by=by, unit=unit, **said)

    return change_page(
        request,
        form,
        change,
        title=f"「{unit.name}」を改称する",
        lead="職、職員、役割、下位の組織は新しい名称の組織に引き継がれます。前の名称の記録は残り、経年の比較でもつながります。",
        submit="改称する",
        back=_address,
        cancel=_address(unit),
        done="改称しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
        units=[unit],
    )


@signed_in
def move(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)
    return change_page(
        request,
        forms.MoveForm(by, posted(request)),
        lambda said: operations.move_unit(by=by, unit=unit, **said),
        title=f"「{unit.name}」を移す",
        lead="下位の組織も一緒に移ります。",
        submit="移す",
        back=_address(unit),
        cancel=_address(unit),
        done="組織を移しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
    )


@signed_in
def merge(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)

    def change(said: dict[str, Any]) -> Unit:
        new = None
        if said["name"]:
            new = operations.NewUnit(name=said["name"], code=said["code"] or None)
        others = [other for other in said["units"] if other.pk != unit.pk]
        return operations.merge_units(
            by=by, units=[unit, *others], on=said["on"], new=new, into=said["into"] or None
        )

    return change_page(
        request,
        forms.MergeForm(by, posted(request)),
        change,
        title=f"「{unit.name}」を統合する",
        lead="新しい組織にするときは、この組織の職が引き継がれます。ほかの組織からは定員が複数の職（一般職員）だけが引き継がれ、"
        "課長などの職は終わります。",
        submit="統合する",
        back=_address,
        cancel=_address(unit),
        done="組織を統合しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
        units=[unit],
    )


@signed_in
def split(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)

    def change(said: dict[str, Any]) -> list[Unit]:
        parts = [
            operations.NewUnit(said["first_name"]),
            operations.NewUnit(said["second_name"], code=said["second_code"]),
        ]
        with transaction.atomic():
            made = operations.split_unit(by=by, unit=unit, parts=parts, on=said["on"])
            for new_unit in made[1:]:
                operations.add_first_posts(by=by, unit=new_unit, on=said["on"])
        return made

    return change_page(
        request,
        forms.SplitForm(by, posted(request)),
        change,
        title=f"「{unit.name}」を分割する",
        submit="分割する",
        back=lambda made: _address(made[0]),
        cancel=_address(unit),
        done="組織を分割しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
        units=[unit],
    )


@signed_in
def abolish(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)
    return change_page(
        request,
        forms.EndForm(posted(request)),
        lambda said: operations.abolish_unit(by=by, unit=unit, on=said["on"]),
        title=f"「{unit.name}」を廃止する",
        lead="この組織の職、発令、役割もその日に終わります。記録は残ります。",
        submit="廃止する",
        danger=True,
        back=_address(unit),
        cancel=_address(unit),
        done="組織を廃止しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
        units=[unit],
    )


@signed_in
def correct(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by, unit = request.principal, _changeable(request, unit_id)
    form = forms.CorrectForm(
        by, posted(request), initial={"kana": unit.kana, "kind": unit.kind_id, "body": unit.body_id}
    )
    return change_page(
        request,
        form,
        lambda said: operations.correct_unit(by=by, unit=unit, **said),
        title=f"「{unit.name}」の登録を直す",
        lead="名称が変わるときは「改称する」を使います。",
        submit="直す",
        back=_address(unit),
        cancel=_address(unit),
        done="登録を直しました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
    )


@signed_in
def emergency(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by = request.principal
    unit = queries.visible_unit(by, unit_id)
    require(by, WRITE_EMERGENCY_PROCEDURE, unit=unit)
    present = next((row for row in queries.emergency_procedures(by, unit) if row.valid_to is None), None)
    initial = {"text": present.text, "contact": present.contact, "replacing": present.pk} if present else {}
    return change_page(
        request,
        forms.EmergencyForm(posted(request), initial=initial),
        lambda said: operations.set_emergency_procedure(by=by, unit=unit, **said),
        title=f"「{unit.name}」の不在時の対応",
        lead="これまでの内容は、期間とともに残ります。",
        submit="定める",
        back=_address(unit),
        cancel=_address(unit),
        done="不在時の対応を定めました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
    )
