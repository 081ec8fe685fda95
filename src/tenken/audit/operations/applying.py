"""What every write of a visit shares: the row locked, the status moved, the step told and recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.audit.models import Visit, VisitEvent
from tenken.audit.permissions import MANAGE_VISITS, VIEW_VISITS
from tenken.audit.queries.auditors import conflict_of
from tenken.audit.queries.visits import is_assigned
from tenken.audit.states import visit_after
from tenken.common import clock
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide

SUBJECT = "audit.visit"


def locked_visit(by: Principal, visit: Visit, version: int | None = None) -> Visit:
    """Return the visit with its row locked. ``Denied`` for another city's, ``Stale`` when *version* is not that shown."""
    found = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("stage__programme__city", "unit__city", "system")
        .filter(pk=visit.pk)
        .first()
    )
    if found is None:
        raise Missing("訪問調査がありません。")
    if found.unit.city_id != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    if version is not None and found.version != version:
        raise Stale("ほかの人が先にこの訪問調査を変更しました。ページを開き直してください。")
    return found


def may_record(by: Principal, visit: Visit) -> bool:
    """Tell whether *by* may write down what was seen: its auditors, and the secretariat; never in their own section."""
    return not refusal_to_record(by, visit)


def refusal_to_record(by: Principal, visit: Visit) -> str:
    """Return why *by* may not write down what was seen; '' when they may."""
    if not decide(by, VIEW_VISITS, unit=visit.unit):
        return "この訪問調査を見ることのできる範囲にありません。"
    if not (decide(by, MANAGE_VISITS) or is_assigned(by, visit)):
        return "この訪問調査の監査人ではありません。"
    if by.person_id is None:
        return ""
    day = visit.visited_on or visit.planned_on or by.on
    vendor = visit.system.vendor if visit.system else ""
    why = conflict_of(by.city, by.person_id, visit.unit, day, vendor=vendor)
    return f"自分の課公所の訪問調査は記録できません。{why}" if why else ""


def require_recorder(by: Principal, visit: Visit) -> None:
    """Raise ``Denied`` unless :func:`may_record`."""
    if why := refusal_to_record(by, visit):
        raise Denied(why)


def move(visit: Visit, event: str) -> None:
    """Move *visit* by *event* (``audit.states``) and raise its version; the caller saves."""
    visit.status = visit_after(visit.status, event)
    visit.version += 1


def tell(
    by: Principal,
    visit: Visit,
    event: str,
    operation: str,
    changes: dict[str, Any],
    *,
    comment: str = "",
    on: date | None = None,
) -> None:
    """Write the step into the visit's story and the journal. *on*: the business date, today unless given."""
    VisitEvent.objects.create(
        visit=visit,
        event=event,
        status=visit.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=comment,
        happened_on=on or clock.today(),
        recorded_at=clock.now(),
    )
    note(by, visit, operation, changes, on=on)


def note(
    by: Principal, visit: Visit, operation: str, changes: dict[str, Any], *, on: date | None = None
) -> None:
    """Write a change of a visit into the journal only."""
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(SUBJECT, visit.pk),
        changes=changes,
        business_date=on,
    )
