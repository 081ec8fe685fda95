"""The bank of check items: the list, one item, and its changes."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tenken.common.era import era_date
from tenken.common.japanese_text import search_key
from tenken.organization.access import Principal, decide, require, require_somewhere
from tenken.policy import operations, sealing
from tenken.policy.comparison import word_diff
from tenken.policy.exchange.rows import bank_row
from tenken.policy.exchange.tables import ASPECT, BANK_HEADER, bank_table
from tenken.policy.models import CheckItem, CheckItemRevision
from tenken.policy.permissions import CHANGE_BANK, VIEW_POLICY
from tenken.policy.queries import (
    ItemOnDate,
    categories_of,
    clauses_by_code,
    item_by_code,
    items_on,
    revisions_of,
    role_names,
    roles_asked,
)
from tenken.policy.rules.facts import fact_name
from tenken.web.components.tables import DateColumn, StatusColumn, Table
from tenken.web.exports import export_rows, wants_export
from tenken.web.policy.display import nature_of
from tenken.web.policy.forms import (
    BankFilter,
    CategoryForm,
    ItemAddForm,
    ItemChangeForm,
    ItemReviseForm,
    RetireForm,
)
from tenken.web.policy.pages import attempt, page, posted, status_of
from tenken.web.policy.workbooks import workbook_response
from tenken.web.principal import SignedInRequest, signed_in

HERE = "policy-bank"
_PLACES = {"standing": ("毎年", "blue"), "choice": ("選択", "neutral"), "retired": ("廃止", "red")}
# What comes back is the first part; the rest says more to who reads it.
_EXPORT = (*BANK_HEADER, ASPECT, "対象者", "版", "適用日")
_WIDTHS = (12, 18, 16, 20, 50, 40, 40, 40, 40, 26, 24, 22, 12, 12, 14, 24, 6, 20)


class BankTable(Table):
    caption = "表1　点検項目"
    row_header = "code"

    code = tables.Column(
        verbose_name="コード",
        linkify=("policy-item", [tables.A("code")]),
        attrs={"td": {"class": "policy-nowrap"}},
    )
    question = tables.Column(
        verbose_name="点検内容", orderable=False, attrs={"td": {"class": "policy-words"}}
    )
    category = tables.Column(verbose_name="調査項目", order_by=("part", "category_order"))
    roles = tables.Column(verbose_name="対象者")
    aspect = tables.Column(verbose_name="面", attrs={"td": {"class": "policy-nowrap"}})
    place = StatusColumn(_PLACES, verbose_name="毎年", attrs={"td": {"class": "policy-nowrap"}})
    effective_from = DateColumn(verbose_name="適用日")

    class Meta(Table.Meta):
        order_by = ()


def _place(item: CheckItem) -> str:
    if item.retired_on is not None:
        return "retired"
    return "standing" if item.standing else "choice"


def _listed(by: Principal, form: BankFilter, names: dict[str, str]) -> list[tuple[ItemOnDate, str]]:
    """Return the items that *form* asks for, each with the names of whom it is about."""
    wanted = form.cleaned_data if form.is_valid() else dict.fromkeys(form.fields, "")
    retired = wanted["standing"] == "retired"
    items = items_on(
        by.city_id, by.on, part=wanted["part"], category=wanted["category"], standing=None, retired=retired
    )
    asked = roles_asked(by.city_id, items, by.on)
    text = search_key(wanted["q"])
    places = {"yes": "standing", "no": "choice", "retired": "retired"}
    return [
        (one, "、".join(name for code, name in names.items() if code in asked[one.item.code]))
        for one in items
        if (not wanted["role"] or wanted["role"] in asked[one.item.code])
        and (not text or text in search_key(f"{one.item.code} {one.revision.question}"))
        and (not wanted["aspect"] or one.item.aspect == wanted["aspect"])
        and (not wanted["standing"] or _place(one.item) == places[wanted["standing"]])
    ]


@signed_in
@require_safe
def bank(request: SignedInRequest) -> HttpResponse:
    """List the items; filter, sort, take out as Excel or CSV."""
    by = request.principal
    require_somewhere(by, VIEW_POLICY)
    names = role_names(by.city_id)
    form = BankFilter(request.GET or None, categories_of(by.city_id), names)
    items = _listed(by, form, names)
    if kind := wants_export(request):
        return _export(kind, items)
    rows = [
        {
            "code": one.item.code,
            "part": one.category.get_part_display(),
            "category": one.category.name,
            "category_order": one.category.order,
            "question": one.revision.question,
            "roles": roles,
            "aspect": one.item.get_aspect_display(),
            "place": _place(one.item),
            "effective_from": one.revision.effective_from,
        }
        for one, roles in items
    ]
    table = BankTable(rows)
    tables.RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "table": table,
        "form": form,
        "standing": sum(row["place"] == "standing" for row in rows),
        "may_change": bool(decide(by, CHANGE_BANK)),
    }
    return page(request, "bank", context, here=HERE)


def _export(kind: str, items: list[tuple[ItemOnDate, str]]) -> HttpResponse:
    written = bank_table([bank_row(one) for one, _ in items])
    rows = [
        [*row, roles, one.revision.number, era_date(one.revision.effective_from)]
        for row, (one, roles) in zip(written, items, strict=True)
    ]
    if kind == "csv":
        return export_rows(_EXPORT, rows, "点検項目", kind)
    return workbook_response("点検項目", "点検項目の一覧", _EXPORT, rows, _WIDTHS)


@signed_in
@require_safe
def item(request: SignedInRequest, code: str) -> HttpResponse:
    """Show an item: what is asked, why, how one checks, what it rests on, and how it was asked before."""
    by = request.principal
    shown = item_by_code(by, code)
    revisions = revisions_of(shown)
    current = next((one for one in revisions if one.effective_from <= by.on), revisions[-1])
    clauses = clauses_by_code(by.city_id, current.clause_codes, by.on)
    names = role_names(by.city_id)
    context = {
        "item": shown,
        "place": _PLACES[_place(shown)],
        "place_code": _place(shown),
        "revision": current,
        "coming": [one for one in revisions if one.effective_from > by.on],
        "facts": [fact_name(fact) for fact in current.facts],
        "clauses": [
            (
                clauses[one],
                nature_of(clauses[one].nature),
                "、".join(names.get(r, r) for r in clauses[one].binds),
            )
            for one in current.clause_codes
            if one in clauses
        ],
        "unknown": [one for one in current.clause_codes if one not in clauses],
        "history": _history(revisions),
        "may_change": bool(decide(by, CHANGE_BANK)) and shown.retired_on is None,
    }
    return page(request, "item", context, here=HERE)


def _history(revisions: list[CheckItemRevision]) -> list[dict[str, Any]]:
    """Each revision, the last first, with what it changed against the one before."""
    labels = {
        "question": "点検内容",
        "purpose": "目的",
        "how_to_check": "確認方法",
        "good": "適合の基準",
        "examples": "例",
        "evidence": "証拠",
        "facts": "突き合わせる記録",
        "clause_codes": "根拠の条",
    }
    found = []
    for now, before in zip(revisions, [*revisions[1:], None], strict=True):
        rows = [
            (label, *word_diff(_plain(getattr(before, name)), _plain(getattr(now, name))))
            for name, label in labels.items()
            if before is not None and getattr(before, name) != getattr(now, name)
        ]
        found.append({"revision": now, "rows": rows})
    return found


def _plain(value: Any) -> str:
    return "\n".join(fact_name(one) for one in value) if isinstance(value, list) else str(value)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add an item."""
    by = request.principal
    require(by, CHANGE_BANK)
    categories = categories_of(by.city_id)
    form = ItemAddForm(posted(request), categories=categories)
    made = attempt(
        form,
        lambda: operations.add_item(
            by=by,
            code=form.cleaned_data["code"],
            category=form.cleaned_data["category"],
            standing=form.cleaned_data["standing"],
            aspect=form.cleaned_data["aspect"],
            wording=form.wording(),
            effective_from=form.cleaned_data["effective_from"],
            on=by.on,
        ),
    )
    if made:
        messages.success(request, f"点検項目{made.code}を加えました。")
        return redirect("policy-item", code=made.code)
    context = {"form": form, "title": "点検項目の追加", "submit": "加える"}
    return page(request, "item_form", context, here=HERE, status=status_of(form))


def _last_mark(shown: CheckItem) -> tuple[CheckItemRevision, str]:
    last = revisions_of(shown)[0]
    return last, sealing.item_mark(shown, last.number)


def _changeable(by: Principal, code: str) -> CheckItem:
    require(by, CHANGE_BANK)
    return item_by_code(by, code)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: SignedInRequest, code: str) -> HttpResponse:
    """Give an item a new wording from a date on."""
    by = request.principal
    shown = _changeable(by, code)
    last, seen = _last_mark(shown)
    names = ("question", "purpose", "how_to_check", "good", "evidence", "facts")
    initial = {name: getattr(last, name) for name in names} | {
        "examples": "\n".join(last.examples),
        "clause_codes": "、".join(last.clause_codes),
        "seen": seen,
    }
    form = ItemReviseForm(posted(request), initial=initial)
    if attempt(
        form,
        lambda: operations.revise_item(
            by=by,
            item=shown,
            seen=form.cleaned_data["seen"],
            wording=form.wording(),
            effective_from=form.cleaned_data["effective_from"],
            on=by.on,
        ),
    ):
        messages.success(request, "新しい版を作りました。すでに配った点検シートは前の版のままです。")
        return redirect("policy-item", code=code)
    context = {"form": form, "item": shown, "title": f"{code}の文言を改める", "submit": "新しい版を作る"}
    return page(request, "item_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, code: str) -> HttpResponse:
    """Move an item, or put it on or off every year's sheet."""
    by = request.principal
    shown = _changeable(by, code)
    initial = {
        "category": shown.category.code,
        "standing": shown.standing,
        "answer_valid_months": shown.answer_valid_months,
        "aspect": shown.aspect,
        "seen": _last_mark(shown)[1],
    }
    form = ItemChangeForm(posted(request), initial=initial, categories=categories_of(by.city_id))
    if attempt(form, lambda: operations.change_item(by=by, item=shown, on=by.on, **form.cleaned_data)):
        messages.success(request, "変更しました。")
        return redirect("policy-item", code=code)
    context = {"form": form, "item": shown, "title": f"{code}の置き場所", "submit": "変更する"}
    return page(request, "item_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    """Stop asking an item."""
    by = request.principal
    shown = _changeable(by, code)
    form = RetireForm(posted(request), initial={"seen": _last_mark(shown)[1]})
    if attempt(form, lambda: operations.retire_item(by=by, item=shown, on=by.on, **form.cleaned_data)):
        messages.success(request, "廃止しました。これまでの点検シートには残ります。")
        return redirect("policy-item", code=code)
    context = {"form": form, "item": shown, "title": f"{code}の廃止", "submit": "廃止する", "danger": True}
    return page(request, "item_form", context, here=HERE, status=status_of(form))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def category_add(request: SignedInRequest) -> HttpResponse:
    """Add a category."""
    by = request.principal
    require(by, CHANGE_BANK)
    form = CategoryForm(posted(request))
    if attempt(form, lambda: operations.add_category(by=by, on=by.on, **form.cleaned_data)):
        messages.success(request, "調査項目を加えました。")
        return redirect("policy-bank")
    context = {"form": form, "title": "調査項目の追加", "submit": "加える"}
    return page(request, "item_form", context, here=HERE, status=status_of(form))
