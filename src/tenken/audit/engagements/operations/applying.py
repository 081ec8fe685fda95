"""What every write of an audit shares: the row locked, the status moved, the step told and recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

from tenken.audit.engagement_states import engagement_after
from tenken.audit.engagements.queries.scope import refusal_to_work
from tenken.audit.models import Engagement, EngagementEvent
from tenken.common import clock
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal

SUBJECT = "audit.engagement"


def locked_engagement(by: Principal, engagement: Engagement, version: int | None = None) -> Engagement:
    """Return the audit with its row locked. ``Missing`` for another city's, ``Stale`` when *version* is not that shown."""
    found = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("city", "unit", "system")
        .filter(pk=engagement.pk, city=by.city_id)
        .first()
    )
    if found is None:
        raise Missing("監査がありません。")
    if version is not None and found.version != version:
        raise Stale("ほかの人が先にこの監査を変更しました。ページを開き直してください。")
    return found


def require_worker(by: Principal, engagement: Engagement) -> None:
    """Raise ``Denied`` unless *by* may work on the audit (``queries.may_work_on``)."""
    if why := refusal_to_work(by, engagement):
        raise Denied(why)


def move(engagement: Engagement, event: str) -> None:
    """Move *engagement* by *event* (``audit.engagement_states``) and raise its version; the caller saves."""
    engagement.status = engagement_after(engagement.status, event)
    engagement.version += 1


def begin_with_record(by: Principal, engagement: Engagement, on: date | None) -> None:
    """Let what is written down begin the fieldwork where it has not begun. ``Stale`` where nothing may be written any
    more. Saves."""
    before = engagement.status
    move(engagement, "record")
    if engagement.status != before:
        engagement.began_on = on or by.on
        engagement.save()
        tell(by, engagement, "begun", "audit.engagement.begin", {"on": engagement.began_on}, on=on)
    else:
        engagement.save(update_fields=["version"])


def tell(
    by: Principal,
    engagement: Engagement,
    event: str,
    operation: str,
    changes: dict[str, Any],
    *,
    comment: str = "",
    on: date | None = None,
) -> None:
    """Write the step into the audit's story and the journal. *on*: the business date, today unless given."""
    EngagementEvent.objects.create(
        engagement=engagement,
        event=event,
        status=engagement.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=comment[:4_000],
        happened_on=on or clock.today(),
        recorded_at=clock.now(),
    )
    note(by, engagement, operation, changes, on=on)


def note(
    by: Principal, engagement: Engagement, operation: str, changes: dict[str, Any], *, on: date | None = None
) -> None:
    """Write a change of an audit into the journal only."""
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(SUBJECT, engagement.pk),
        changes=changes,
        business_date=on,
    )
