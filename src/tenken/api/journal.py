"""The head of the journal's chain: enough to hold a copy of it elsewhere."""

from __future__ import annotations

from datetime import date

from ninja import Router, Schema

from tenken.api.authentication import ApiRequest
from tenken.api.paging import REFUSALS
from tenken.journal.canonical import GENESIS
from tenken.journal.models import Chain, Seal
from tenken.organization.access import require
from tenken.organization.permissions import VIEW_JOURNAL

router = Router(tags=["journal"])


class SealOut(Schema):
    sealed_on: date
    count: int
    head: str


class HeadOut(Schema):
    count: int
    head: str
    last_seal: SealOut | None


@router.get("/journal/head", response={200: HeadOut, **REFUSALS}, summary="操作証跡の先頭と最後の封印")
def head(request: ApiRequest) -> HeadOut:
    by = request.auth
    require(by, VIEW_JOURNAL)
    chain = Chain.objects.filter(pk=by.city_code).first()
    seal = Seal.objects.filter(city_code=by.city_code).order_by("-sealed_on").first()
    return HeadOut(
        count=chain.count if chain else 0,
        head=chain.head if chain else GENESIS,
        last_seal=SealOut(sealed_on=seal.sealed_on, count=seal.count, head=seal.head) if seal else None,
    )
