"""People: the list, one person, and what is changed of them. Reading is noted."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django_tables2 import RequestConfig

from tenken.common.era import era_date
from tenken.journal.operations import note_access
from tenken.organization import operations, queries
from tenken.organization.access import Principal, require, require_somewhere
from tenken.organization.models import Account, Assignment, Person, Role, Unit
from tenken.organization.permissions import CHANGE_PEOPLE, VIEW_PEOPLE
from tenken.web.exports import export_table, wants_export
from tenken.web.organization import forms
from tenken.web.organization.pages import change_page, page, posted
from tenken.web.organization.tables import PeopleTable
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-people"


@signed_in
def people_list(request: SignedInRequest) -> HttpResponse:
    """Who holds which post, as far as the reader may see."""
    by = request.principal
    require_somewhere(by, VIEW_PEOPLE)
    units = forms.standing(Unit.objects.restrict(by, VIEW_PEOPLE), by.on)
    roles = Role.objects.filter(city=by.city_id)
    form = forms.PeopleFilter(units, roles, request.GET or None, auto_id="id_filter_%s")
    said: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    rows = queries.appointments(
        by,
        search=said.get("q") or "",
        unit=said["unit"].pk if said.get("unit") else None,
        role=said["role"].code if said.get("role") else "",
    )
    table = PeopleTable(rows)
    kind = wants_export(request)
    RequestConfig(request, paginate=False if kind else {"per_page": 50}).configure(table)
    drawn = [row.record for row in (table.rows if kind else table.paginated_rows)]
    table.roles = queries.roles_of_posts({row.post_id for row in drawn}, by.on)
    _note(by, "一覧の出力" if kind else "一覧の閲覧", "list", len(drawn))
    if kind:
        return export_table(table, "職員一覧", kind)
    context = {"form": form, "table": table, "may_change": by.everywhere(CHANGE_PEOPLE)}
    return page(request, "people", context, here=_HERE)


def _note(by: Principal, purpose: str, subject: object, rows: int) -> None:
    if rows:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("organization.person", subject),
            purpose=f"職員の{purpose}",
            rows=rows,
        )


@signed_in
def person(request: SignedInRequest, person_id: int) -> HttpResponse:
    """One person: what they hold and held as far as the reader may see, and their account."""
    by = request.principal
    shown = queries.visible_person(by, person_id)
    _note(by, "閲覧", shown.pk, 1)
    held = Assignment.objects.restrict(by, VIEW_PEOPLE).filter(person=shown).select_related("post__unit")
    rows = list(held.order_by("-valid_from"))
    roles = queries.roles_of_posts({row.post_id for row in rows}, by.on)
    may_change = by.everywhere(CHANGE_PEOPLE)
    account = Account.objects.filter(person=shown).first()
    context = {
        "person": shown,
        "facts": [
            ("職員番号", shown.number),
            ("ふりがな", shown.kana),
            ("メール", shown.email),
            ("利用者", _account(account)),
        ],
        "header": ["発令日", "解令日", "組織", "職", "区分", "役割"],
        "rows": [
            [
                era_date(row.valid_from),
                era_date(row.valid_to) if row.valid_to else "",
                row.post.unit.name,
                row.post.title,
                row.get_kind_display(),
                "、".join(roles.get(row.post_id, ())) if row.is_valid_on(by.on) else "",
            ]
            for row in rows
        ],
        "may_change": may_change,
        "has_account": account is not None,
    }
    return page(request, "person", context, here=_HERE)


def _account(account: Account | None) -> str:
    if account is None:
        return "なし"
    if account.valid_to is not None:
        return f"{account.username}（{era_date(account.valid_to)}に終了）"
    return account.username if account.is_active else f"{account.username}（停止中）"


def _address(person: Person) -> str:
    return reverse("organization-person", args=[person.pk])


def _changeable(request: SignedInRequest, person_id: int) -> Person:
    require(request.principal, CHANGE_PEOPLE)
    return queries.visible_person(request.principal, person_id)


def _crumbs(person: Person) -> list[dict[str, str]]:
    return [{"label": "職員", "url": reverse(_HERE)}, {"label": person.name, "url": _address(person)}]


@signed_in
def new(request: SignedInRequest) -> HttpResponse:
    by = request.principal
    require(by, CHANGE_PEOPLE)
    return change_page(
        request,
        forms.PersonForm(posted(request)),
        lambda said: operations.add_person(by=by, **said),
        title="職員を加える",
        lead="続けて、組織のページで職に発令します。",
        submit="加える",
        back=_address,
        cancel=reverse(_HERE),
        done="職員を加えました。",
        here="organization-person-new",
    )


@signed_in
def change(request: SignedInRequest, person_id: int) -> HttpResponse:
    by, shown = request.principal, _changeable(request, person_id)
    initial = {"name": shown.name, "kana": shown.kana, "email": shown.email}
    return change_page(
        request,
        forms.PersonChangeForm(posted(request), initial=initial),
        lambda said: operations.change_person(by=by, person=shown, **said),
        title=f"{shown.name}の登録を直す",
        submit="直す",
        back=_address(shown),
        cancel=_address(shown),
        done="登録を直しました。",
        here=_HERE,
        crumbs=_crumbs(shown),
    )


@signed_in
def leave(request: SignedInRequest, person_id: int) -> HttpResponse:
    by, shown = request.principal, _changeable(request, person_id)
    return change_page(
        request,
        forms.EndForm(posted(request)),
        lambda said: operations.leave(by=by, person=shown, on=said["on"]),
        title=f"{shown.name}の退職",
        lead="すべての発令と利用者名が、その日から無効になります。",
        submit="退職とする",
        danger=True,
        back=_address(shown),
        cancel=_address(shown),
        done="退職としました。",
        here=_HERE,
        crumbs=_crumbs(shown),
    )


@signed_in
def account(request: SignedInRequest, person_id: int) -> HttpResponse:
    by, shown = request.principal, _changeable(request, person_id)
    return change_page(
        request,
        forms.AccountForm(posted(request), initial={"username": shown.number}),
        lambda said: operations.open_account(by=by, person=shown, **said),
        title=f"{shown.name}の利用者名を作る",
        submit="作る",
        back=_address(shown),
        cancel=_address(shown),
        done="利用者名を作りました。",
        here=_HERE,
        crumbs=_crumbs(shown),
    )
