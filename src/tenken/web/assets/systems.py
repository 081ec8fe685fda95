"""One information system: see, add, change, take off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenken.assets.models import InformationSystem, SystemOccurrence
from tenken.assets.operations import (
    SYSTEM,
    add_occurrence,
    add_system,
    change_system,
    retire_system,
    set_products,
    strike_occurrence,
)
from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.assets.queries import assets_in, find_occurrence, find_system, handling_of, sections_for
from tenken.assets.rules.importance import verdicts
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau
from tenken.web.assets.assets import form_page
from tenken.web.assets.forms import RetireForm
from tenken.web.assets.history import history
from tenken.web.assets.lists import facts, owner_names
from tenken.web.assets.system_forms import (
    OccurrenceForm,
    ProductFormSet,
    StrikeForm,
    SystemForm,
    typed_products,
)
from tenken.web.assets.tables import support_text
from tenken.web.inspection.numbers import whole_number
from tenken.web.principal import SignedInRequest, signed_in
from tenken.workbooks.system_ledger import networks_text

_POSTABLE = ["GET", "HEAD", "POST"]
_UP = ("情報システム台帳", "assets-systems")
_ASSETS_SHOWN = 100
_GROUPS = (
    ("情報システム", ("code", "kind", "name", "owner", "outline")),
    (
        "重要な情報システムの4つの条件",
        ("used_by_all", "users", "classification", "outage_is_grave", "named_important_because"),
    ),
    ("扱う情報と接続", ("personal_data", "networks", "public")),
    ("保守", ("vendor", "in_use_since", "support_ends_on")),
)


@signed_in
@require_safe
def detail(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Show one system: what it is, why it is important or not, its products, what happened to it, its history."""
    by = request.principal
    system = find_system(by, system_id)
    may_manage = bool(decide(by, MANAGE_SYSTEMS, unit=system.owner))
    may_change = may_manage and system.valid_to is None
    kept = list(assets_in(by, system)[:_ASSETS_SHOWN])
    holders = names_with_bureau(by.city, [asset.unit_id for asset in kept], by.on)
    happened = SystemOccurrence.objects.filter(system=system)
    context = {
        "title": system.name,
        "system": system,
        "up": {"label": _UP[0], "url": reverse(_UP[1])},
        "facts": facts(_told(by, system)),
        "verdict_header": ["条件", "該当", "判断のもと"],
        "verdicts": [
            (verdict.criterion.label, "○" if verdict.holds else "", verdict.because)
            for verdict in verdicts(handling_of([system], by.on)[system.pk])
        ],
        "product_header": ["種類", "製品", "版", "サポート終了日"],
        "products": [
            (one.get_kind_display(), one.name, one.release, support_text(one.support_ends_on, by.on))
            for one in system.products.all()
        ],
        "occurrences": happened,
        "asset_header": ["情報資産", "所管", "重要性分類"],
        "assets": [
            (asset.name, holders.get(asset.unit_id, ""), asset.get_classification_display()) for asset in kept
        ],
        "may_change": may_change,
        "may_manage": may_manage,
        "events": history(by.city_code, (SYSTEM, system.pk)),
    }
    return render(request, "web/assets/system.html", context)


def _told(by: Principal, system: InformationSystem) -> list[tuple[str, Any]]:
    """Return terms and values for the head of the page."""
    names = names_with_bureau(by.city, [unit.pk for unit in system.used_by.order_by("code")], by.on)
    users = "、".join(names.values())
    return [
        ("コード", system.code),
        ("種類", system.get_kind_display()),
        ("所管課", owner_names(by, [system.owner_id]).get(system.owner_id, system.owner.name)),
        ("重要な情報システム", "○" if system.important else "該当しない"),
        ("概要", system.outline),
        ("利用する課公所", "全庁" if system.used_by_all else users or "所管課のみ"),
        ("扱う情報の重要性分類", system.get_classification_display()),
        ("個人情報を含む", system.personal_data),
        ("接続するネットワーク", networks_text(system.networks)),
        ("インターネットに公開", system.public),
        ("保守の事業者", system.vendor),
        ("稼働開始日", system.in_use_since and era_date(system.in_use_since)),
        ("サポート終了日", system.support_ends_on and support_text(system.support_ends_on, by.on)),
        ("台帳に載せた日", era_date(system.valid_from)),
        ("台帳から外した日", system.valid_to and era_date(system.valid_to)),
    ]


@signed_in
@require_http_methods(_POSTABLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Add an information system to the ledger."""
    by = request.principal
    require_somewhere(by, MANAGE_SYSTEMS)
    owners = sections_for(by, MANAGE_SYSTEMS, by.on)
    form = SystemForm(_sent(request), owners=owners, units=_units(by))
    if form.is_bound and form.is_valid():
        try:
            system = add_system(by=by, data=form.system_data())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{system.name}」を台帳に加えました。続けて、製品を書いてください。")
            return redirect("assets-system", system_id=system.pk)
    return _system_form(request, form, "情報システムを加える", "加える", reverse(_UP[1]))


@signed_in
@require_http_methods(_POSTABLE)
def change(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Change one row of the ledger."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    owners = sections_for(by, MANAGE_SYSTEMS, by.on)
    if system.owner_id not in dict(owners):
        owners.insert(0, (system.owner_id, f"{system.owner.code}　{system.owner.name}"))
    units = _units(by) + list(system.used_by.values_list("pk", "code", "name"))
    initial = SystemForm.initial_of(system)
    form = SystemForm(_sent(request), owners=owners, units=units, fixed_code=True, initial=initial)
    if form.is_bound and form.is_valid():
        version = whole_number(form.cleaned_data["version"] or "0")
        try:
            change_system(by=by, system=system, data=form.system_data(), version=version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "台帳を変更しました。")
            return redirect("assets-system", system_id=system.pk)
    return _system_form(request, form, f"「{system.name}」を変更する", "保存する", _url(system))


@signed_in
@require_http_methods(_POSTABLE)
def products(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Say what products a system is made of, with the end of their support."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    names = ("kind", "name", "release", "support_ends_on")
    formset = ProductFormSet(_sent(request), initial=list(system.products.values(*names)))
    problems: tuple[Problem, ...] = ()
    if formset.is_bound and formset.is_valid():
        version = whole_number(request.POST.get("version") or "0")
        try:
            set_products(by=by, system=system, products=typed_products(formset), version=version)
        except Invalid as refusal:
            problems = refusal.problems
        else:
            messages.success(request, "製品を保存しました。")
            return redirect("assets-system", system_id=system.pk)
    context = {
        "system": system,
        "formset": formset,
        "checked": formset.forms,
        "problems": problems,
        "up": {"label": _UP[0], "url": reverse(_UP[1])},
        "back": _url(system),
    }
    return render(request, "web/assets/products.html", context, status=422 if formset.is_bound else 200)


@signed_in
@require_http_methods(_POSTABLE)
def add_happened(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Write down a change or a failure of a system."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    form = OccurrenceForm(_sent(request))
    if form.is_bound and form.is_valid():
        try:
            add_occurrence(by=by, system=system, data=form.occurrence_data())
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "変更・障害を記録しました。")
            return redirect("assets-system", system_id=system.pk)
    title = f"「{system.name}」の変更・障害を記録する"
    lead = "監査の対象を選ぶときに、変更と障害の新しいものから重く見ます。"
    return form_page(request, form, title, "記録する", _url(system), lead=lead, up=_UP)


@signed_in
@require_http_methods(_POSTABLE)
def strike_happened(request: SignedInRequest, occurrence_id: int) -> HttpResponse:
    """Strike what was written down by mistake."""
    by = request.principal
    occurrence = find_occurrence(by, occurrence_id)
    system = occurrence.system
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    form = StrikeForm(_sent(request))
    if form.is_bound and form.is_valid():
        try:
            strike_occurrence(by=by, occurrence=occurrence, because=form.cleaned_data["because"])
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, "記録を取り消しました。")
            return redirect("assets-system", system_id=system.pk)
    day, kind = era_date(occurrence.happened_on), occurrence.get_kind_display()
    lead = f"{day}　{kind}　{occurrence.outline}　— 記録は取消しの理由とともに残ります。"
    title = f"「{system.name}」の記録を取り消す"
    return form_page(request, form, title, "取り消す", _url(system), lead=lead, danger=True, up=_UP)


@signed_in
@require_http_methods(_POSTABLE)
def retire(request: SignedInRequest, system_id: int) -> HttpResponse:
    """Take one row off the ledger from a date on."""
    by = request.principal
    system = find_system(by, system_id)
    require(by, MANAGE_SYSTEMS, unit=system.owner)
    form = RetireForm(_sent(request), initial={"valid_to": by.on, "version": system.version})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        version = whole_number(said["version"] or "0")
        try:
            retire_system(by=by, system=system, version=version, valid_to=said["valid_to"])
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"「{system.name}」を台帳から外しました。")
            return redirect(_UP[1])
    lead = "使わなくなった情報システムを台帳から外します。記録は残り、「台帳から外したもの」で見ることができます。"
    title = f"「{system.name}」を台帳から外す"
    return form_page(request, form, title, "外す", _url(system), lead=lead, danger=True, up=_UP)


def _sent(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _url(system: InformationSystem) -> str:
    return reverse("assets-system", args=[system.pk])


def _units(by: Principal) -> list[tuple[int, str, str]]:
    """The sections of today, which may use a system: (key, code, name)."""
    rows = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__answers_sheets=True)
    return list(rows.order_by("code").values_list("pk", "code", "name"))


def _system_form(
    request: SignedInRequest, form: SystemForm, title: str, submit: str, back: str
) -> HttpResponse:
    groups = [(heading, [form[name] for name in names]) for heading, names in _GROUPS]
    context = {
        "form": form,
        "groups": groups,
        "title": title,
        "submit": submit,
        "back": back,
        "up": {"label": _UP[0], "url": reverse(_UP[1])},
    }
    return render(request, "web/assets/system_form.html", context, status=422 if form.is_bound else 200)
