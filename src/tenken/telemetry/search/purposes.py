"""Why somebody looks into operation logs: stated before the first search, and recorded with each."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Denied, Refusal
from tenken.journal.operations import record
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.models import Person
from tenken.organization.names import Checks
from tenken.telemetry.models import SearchPurpose
from tenken.telemetry.permissions import SEARCH_EVENTS

SESSION: Final = timedelta(hours=8)


class PurposeNeeded(Refusal):
    """No purpose is stated, or the one stated has run out."""

    status = 403


@transaction.atomic
def state_purpose(*, by: Principal, kind: str, text: str) -> SearchPurpose:
    """State why *by* searches from now on, for eight hours at most; what was stated before ends. ``Invalid`` names
    kind and text."""
    require_somewhere(by, SEARCH_EVENTS)
    if by.person_id is None:
        raise Denied("操作ログを検索できるのは、職員だけです。")
    checks = Checks()
    text = checks.name(text, label="目的の内容", limit=200, field="text")
    if kind not in SearchPurpose.Kind.values:
        checks.problem("目的を選んでください。", label="目的", field="kind")
    checks.done()
    Person.objects.select_for_update().get(pk=by.person_id)
    _end(by)
    moment = clock.now()
    purpose = SearchPurpose.objects.create(
        city=by.city,
        person_id=by.person_id,
        kind=kind,
        text=text,
        stated_at=moment,
        expires_at=moment + SESSION,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.purpose.stated",
        subject=("telemetry.purpose", purpose.pk),
        changes={"kind": kind, "text": text},
    )
    return purpose


@transaction.atomic
def end_purpose(*, by: Principal) -> None:
    """End what *by* is about: the next search asks for a purpose again."""
    require_somewhere(by, SEARCH_EVENTS)
    purpose = current_purpose(by)
    if purpose is None:
        return
    _end(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.purpose.ended",
        subject=("telemetry.purpose", purpose.pk),
        changes={},
    )


def _end(by: Principal) -> None:
    SearchPurpose.objects.filter(person=by.person_id, ended_at__isnull=True).update(ended_at=clock.now())


def current_purpose(by: Principal) -> SearchPurpose | None:
    """Return what *by* has said to be about and still is; None when nothing."""
    if by.person_id is None:
        return None
    rows = SearchPurpose.objects.filter(
        city=by.city_id, person=by.person_id, ended_at__isnull=True, expires_at__gt=clock.now()
    )
    return rows.order_by("-stated_at", "-pk").first()


def require_purpose(by: Principal) -> SearchPurpose:
    """Return the purpose *by* searches for. ``Denied`` when they may not search, ``PurposeNeeded`` without one."""
    require_somewhere(by, SEARCH_EVENTS)
    purpose = current_purpose(by)
    if purpose is None:
        raise PurposeNeeded("操作ログを検索する目的を入力してください。")
    return purpose
