"""The bank of items on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, Subquery

from tenken.common.refusals import Missing
from tenken.organization.access import Principal, require_somewhere
from tenken.policy.models import CheckCategory, CheckItem, CheckItemRevision
from tenken.policy.permissions import VIEW_POLICY


@dataclass(frozen=True)
class ItemOnDate:
    """An item as it is asked on a date: its category and the wording in force."""

    item: CheckItem
    category: CheckCategory
    revision: CheckItemRevision


def items_on(
    city_id: int,
    on: date,
    *,
    part: str = "",
    category: str = "",
    standing: bool | None = None,
    retired: bool = False,
) -> list[ItemOnDate]:
    """Return a city's items with the revision in force on a date, by part, category and code. One query.

    *part* and *category* (its code) narrow; *standing* True or False likewise; retired items only when *retired*.
    Items whose first revision comes later are left out.
    """
    in_force = CheckItemRevision.objects.filter(item=OuterRef("item"), effective_from__lte=on).order_by(
        "-number"
    )
    rows = CheckItemRevision.objects.filter(pk=Subquery(in_force.values("pk")[:1]), item__city=city_id)
    if not retired:
        rows = rows.filter(Q(item__retired_on__isnull=True) | Q(item__retired_on__gt=on))
    if part:
        rows = rows.filter(item__category__part=part)
    if category:
        rows = rows.filter(item__category__code=category)
    if standing is not None:
        rows = rows.filter(item__standing=standing)
    ordered = rows.select_related("item__category").order_by(
        "item__category__part", "item__category__order", "item__code"
    )
    return [ItemOnDate(row.item, row.item.category, row) for row in ordered]


def standing_items(city_id: int, on: date) -> list[ItemOnDate]:
    """Return the items that go on every year's sheet, as asked on a date. One query."""
    return items_on(city_id, on, standing=True)


def categories_of(city_id: int) -> list[CheckCategory]:
    """Return a city's categories in order, each with ``item_count`` (not retired). One query."""
    living = Count("items", filter=Q(items__retired_on__isnull=True))
    rows = CheckCategory.objects.filter(city=city_id).annotate(item_count=living)
    return list(rows.order_by("part", "order", "code"))


def item_by_code(by: Principal, code: str) -> CheckItem:
    """Return an item of *by*'s city with its category. ``Missing`` when there is none."""
    require_somewhere(by, VIEW_POLICY)
    item = CheckItem.objects.filter(city=by.city_id, code=code).select_related("category", "city").first()
    if item is None:
        raise Missing(f"点検項目「{code[:40]}」はありません。")
    return item


def revisions_of(item: CheckItem) -> list[CheckItemRevision]:
    """Return every wording of *item*, the last first. One query."""
    return list(item.revisions.order_by("-number"))
