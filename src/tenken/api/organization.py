"""Who I am, the units and the people."""

from __future__ import annotations

from datetime import date

from ninja import Router, Schema

from tenken.api.authentication import ApiRequest
from tenken.api.paging import REFUSALS, Limit, Offset, Text, piece, plain
from tenken.common.japanese_text import search_key
from tenken.journal.operations import note_access
from tenken.organization.access import require_somewhere
from tenken.organization.models import Person
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS
from tenken.organization.queries import unit_lines

router = Router(tags=["organization"])


class GrantOut(Schema):
    role: str
    role_name: str
    post: str
    unit_id: int


class MeOut(Schema):
    number: str
    name: str
    city_code: str
    city_name: str
    grants: list[GrantOut]


@router.get("/me", response={200: MeOut, **REFUSALS}, summary="自分の役割")
def me(request: ApiRequest) -> MeOut:
    by = request.auth
    return MeOut(
        number=by.actor.code,
        name=by.actor.name,
        city_code=by.city_code,
        city_name=by.city.name,
        grants=[
            GrantOut(
                role=grant.role_code,
                role_name=grant.role_name,
                post=grant.post_title,
                unit_id=grant.unit_id,
            )
            for grant in by.grants
        ],
    )


class UnitOut(Schema):
    id: int
    code: str
    name: str
    kind: str
    depth: int
    valid_from: date


class UnitsOut(Schema):
    total: int
    items: list[UnitOut]


@router.get("/units", response={200: UnitsOut, **REFUSALS}, summary="組織の一覧")
def units(request: ApiRequest, search: Text = "", limit: Limit = 100, offset: Offset = 0) -> UnitsOut:
    require_somewhere(request.auth, VIEW_UNITS)
    total, lines = piece(unit_lines(request.auth, search=plain(search)), limit, offset)
    return UnitsOut(
        total=total,
        items=[
            UnitOut(
                id=line.unit.pk,
                code=line.unit.code,
                name=line.unit.name,
                kind=line.unit.kind.name,
                depth=line.depth,
                valid_from=line.unit.valid_from,
            )
            for line in lines
        ],
    )


class PersonOut(Schema):
    id: int
    number: str
    name: str
    kana: str


class PeopleOut(Schema):
    total: int
    items: list[PersonOut]


@router.get("/people", response={200: PeopleOut, **REFUSALS}, summary="職員の一覧（閲覧は記録されます）")
def people(request: ApiRequest, search: Text = "", limit: Limit = 100, offset: Offset = 0) -> PeopleOut:
    by = request.auth
    require_somewhere(by, VIEW_PEOPLE)
    rows = Person.objects.restrict(by, VIEW_PEOPLE).order_by("number")
    if words := plain(search):
        rows = rows.filter(search_text__contains=search_key(words))
    total, found = piece(rows, limit, offset)
    if found:
        note_access(
            by=by,
            city_code=by.city_code,
            subject=("organization.person", ""),
            purpose="APIによる職員一覧の取得",
            rows=len(found),
        )
    return PeopleOut(total=total, items=[PersonOut.from_orm(person) for person in found])
