"""What a report is going to say, item by item."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.audit.engagement_states import engagement_after
from tenken.audit.engagements.operations.applying import (
    begin_with_record,
    locked_engagement,
    note,
    require_worker,
)
from tenken.audit.engagements.rules.viewpoints import worded
from tenken.audit.models import Engagement, Observation, ReportItem
from tenken.common.refusals import Missing, Stale
from tenken.findings.models import Finding
from tenken.journal.canonical import sha256
from tenken.organization.access import Principal
from tenken.organization.names import Checks
from tenken.policy.models import CheckItem

# A finding says both in one text of 5,000.
TITLE_LIMIT, DETAIL_LIMIT, RECOMMENDATION_LIMIT, REASON_LIMIT, ORIGIN_LIMIT = 500, 4_000, 900, 300, 80


@dataclass(frozen=True)
class ItemData:
    """One item as somebody words it. ``aspect`` '' follows the bank's item, where there is one."""

    kind: str
    title: str
    detail: str
    recommendation: str = ""
    viewpoint: str = ""
    perspective: str = ""
    aspect: str = ""
    item_code: str = ""
    due_on: date | None = None


@transaction.atomic
def propose_item(
    *,
    by: Principal,
    engagement: Engagement,
    kind: str,
    title: str,
    detail: str,
    viewpoint: str = "",
    perspective: str = "",
    item_code: str = "",
    aspect: str = "",
    origin_key: str = "",
    on: date | None = None,
) -> ReportItem:
    """Add an item to what the report is going to say, and return it; a live one of the same *origin_key* is returned as it
    stands. What is written first begins the fieldwork.

    For who may work on the audit. ``Stale`` before it was notified and once it is issued; ``Invalid`` names kind, title,
    detail, viewpoint, perspective, aspect, item_code.
    """
    data = ItemData(
        kind, title, detail, viewpoint=viewpoint, perspective=perspective, item_code=item_code, aspect=aspect
    )
    return add_item(by=by, engagement=engagement, data=data, origin_key=origin_key, on=on)


@transaction.atomic
def add_item(
    *, by: Principal, engagement: Engagement, data: ItemData, origin_key: str = "", on: date | None = None
) -> ReportItem:
    """As :func:`propose_item`, with the recommendation and the date by which it is to be improved."""
    engagement = locked_engagement(by, engagement)
    require_worker(by, engagement)
    if origin_key:
        standing = engagement.items.filter(origin_key=origin_key, dropped_because="").first()
        if standing is not None:
            return standing
    begin_with_record(by, engagement, on)
    last = engagement.items.aggregate(last=Max("order"))["last"] or 0
    item = ReportItem(
        engagement=engagement,
        order=last + 1,
        origin_key=origin_key[:ORIGIN_LIMIT],
        drafted_by=by.actor.code,
        drafted_by_name=by.actor.name,
    )
    _fill(item, engagement, data)
    item.save(force_insert=True)
    note(by, engagement, "audit.item.add", _noted(item, data) | {"origin_key": origin_key}, on=on)
    return item


@transaction.atomic
def change_item(
    *, by: Principal, item: ReportItem, data: ItemData, version: int, on: date | None = None
) -> ReportItem:
    """Word an item anew. ``Stale`` when somebody else did since *version*; ``Invalid`` as for :func:`propose_item`."""
    engagement, item = locked_item(by, item, version)
    _fill(item, engagement, data)
    item.version += 1
    item.save()
    note(by, engagement, "audit.item.change", _noted(item, data), on=on)
    return item


@transaction.atomic
def drop_item(
    *, by: Principal, item: ReportItem, reason: str, version: int, on: date | None = None
) -> ReportItem:
    """Take an item out of what the report is going to say, and say why. ``Invalid`` names reason."""
    engagement, item = locked_item(by, item, version)
    checks = Checks()
    item.dropped_because = checks.name(reason, label="取り下げる理由", limit=REASON_LIMIT, field="reason")
    checks.done()
    item.version += 1
    item.save()
    note(by, engagement, "audit.item.drop", {"item": item.pk, "reason": item.dropped_because}, on=on)
    return item


@transaction.atomic
def move_item(
    *, by: Principal, item: ReportItem, up: bool, version: int, on: date | None = None
) -> ReportItem:
    """Move an item one place up or down among those of the report; at the end it stays."""
    engagement, item = locked_item(by, item, version)
    rows = list(engagement.items.filter(dropped_because="").order_by("order", "pk"))
    place = next(number for number, row in enumerate(rows) if row.pk == item.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        for order, row in enumerate(rows, start=1):
            row.order = order
        ReportItem.objects.bulk_update(rows, ["order"])
        note(by, engagement, "audit.item.move", {"items": [row.pk for row in rows]}, on=on)
    return item


@transaction.atomic
def take_over_observations(
    *, by: Principal, engagement: Engagement, on: date | None = None
) -> list[ReportItem]:
    """Make an item of each 指摘事項 of the audit's visit that has none yet; return all of the visit's."""
    engagement = locked_engagement(by, engagement)
    require_worker(by, engagement)
    if engagement.visit_id is None:
        raise Stale("この監査には訪問調査がありません。")
    rows = Observation.objects.filter(visit=engagement.visit_id, dropped_because="").order_by("number")
    return [
        add_item(
            by=by,
            engagement=engagement,
            data=ItemData(
                kind=ReportItem.Kind.EXCEPTION,
                title=row.title,
                detail=row.detail or row.title,
                item_code=row.item_code,
                due_on=row.due_on,
            ),
            origin_key=f"audit.observation:{row.pk}",
            on=on,
        )
        for row in rows
    ]


def locked_item(by: Principal, item: ReportItem, version: int | None = None) -> tuple[Engagement, ReportItem]:
    """Return the audit and its item, both rows locked, for who may word it now."""
    engagement = locked_engagement(by, item.engagement)
    require_worker(by, engagement)
    engagement_after(engagement.status, "record")
    found = ReportItem.objects.select_for_update().filter(pk=item.pk, dropped_because="").first()
    if found is None:
        raise Missing("この項目はないか、取り下げられています。")
    if version is not None and found.version != version:
        raise Stale("ほかの人が先にこの項目を変更しました。ページを開き直してください。")
    found.engagement = engagement
    return engagement, found


def _noted(item: ReportItem, data: ItemData) -> dict[str, Any]:
    """Return what the journal keeps of an item: its words as their hash, for auditors who are not of this audit read the
    journal, and nobody else reads a draft before it is sent. The issued report holds the words."""
    words = ("title", "detail", "recommendation")
    return {name: sha256(value) if name in words else value for name, value in asdict(data).items()} | {
        "item": item.pk
    }


def _fill(item: ReportItem, engagement: Engagement, data: ItemData) -> None:
    checks = Checks()
    if data.kind not in ReportItem.Kind.values:
        checks.problem("区分を選んでください。", label="区分", field="kind")
    item.kind = data.kind
    item.title = checks.name(data.title, label="件名", limit=TITLE_LIMIT, field="title")
    item.detail = checks.name(data.detail, label="内容", limit=DETAIL_LIMIT, field="detail", lines=True)
    item.recommendation = checks.name(
        data.recommendation,
        label="改善の提案",
        limit=RECOMMENDATION_LIMIT,
        field="recommendation",
        required=False,
        lines=True,
    )
    if data.viewpoint and data.viewpoint not in worded(engagement.viewpoints):
        checks.problem("この監査の着眼点にありません。", label="着眼点", field="viewpoint")
    if data.perspective and data.perspective not in Finding.Perspective.values:
        checks.problem("視点を選んでください。", label="視点", field="perspective")
    if data.aspect and data.aspect not in Finding.Aspect.values:
        checks.problem("運用面か技術面かを選んでください。", label="運用面・技術面", field="aspect")
    asked = CheckItem.objects.filter(city=engagement.city_id, code=data.item_code).first()
    if data.item_code and asked is None:
        checks.problem("この点検項目はありません。", label="点検項目", field="item_code")
    item.viewpoint, item.perspective = data.viewpoint, data.perspective
    item.aspect = data.aspect or (asked.aspect if asked else "")
    item.item_code, item.due_on = data.item_code, data.due_on
    checks.done()
