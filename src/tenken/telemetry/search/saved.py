"""Searches kept under a name: one's own, and those shared with all who search in the city."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from tenken.common import clock
from tenken.common.refusals import Denied, Missing
from tenken.journal.operations import record
from tenken.organization.access import Principal, require_somewhere
from tenken.organization.names import Checks
from tenken.telemetry.models import SavedSearch
from tenken.telemetry.permissions import SEARCH_EVENTS

_SUBJECT = "telemetry.saved_search"
_MOST = 100


def saved_searches(by: Principal) -> QuerySet[SavedSearch]:
    """Return the searches *by* kept and those shared with them."""
    rows = SavedSearch.objects.restrict(by, SEARCH_EVENTS).select_related("owner")
    return rows.filter(Q(owner=by.person_id) | Q(shared=True)).order_by("name", "pk")


@transaction.atomic
def save_search(*, by: Principal, name: str, query: str, summary: str, shared: bool) -> SavedSearch:
    """Keep *query* (the search page's own, encoded) under *name*; one's own of the same name is replaced."""
    require_somewhere(by, SEARCH_EVENTS)
    if by.person_id is None:
        raise Denied("検索を保存できるのは、職員だけです。")
    checks = Checks()
    name = checks.name(name, label="名称", limit=80, field="name")
    if not query or len(query) > 2_000:
        checks.problem("条件が長すぎるか、ありません。", label="条件", field="name")
    own = SavedSearch.objects.filter(owner=by.person_id)
    if own.exclude(name=name).count() >= _MOST:
        checks.problem(f"保存できるのは{_MOST}件までです。", label="名称", field="name")
    checks.done()
    row, _ = SavedSearch.objects.update_or_create(
        owner_id=by.person_id,
        name=name,
        defaults={
            "city": by.city,
            "query": query,
            "summary": summary[:500],
            "shared": shared,
            "saved_at": clock.now(),
        },
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.saved_search.saved",
        subject=(_SUBJECT, row.pk),
        changes={"name": name, "query": query, "shared": shared},
    )
    return row


@transaction.atomic
def remove_saved_search(*, by: Principal, saved_id: int) -> SavedSearch:
    """Remove a kept search of one's own. ``Missing`` when it is another's."""
    require_somewhere(by, SEARCH_EVENTS)
    row = own_saved_search(by, saved_id)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.saved_search.removed",
        subject=(_SUBJECT, row.pk),
        changes={"name": row.name, "query": row.query},
    )
    row.delete()
    return row


def own_saved_search(by: Principal, saved_id: int) -> SavedSearch:
    """Return a kept search of one's own. ``Missing`` when there is none."""
    rows = SavedSearch.objects.restrict(by, SEARCH_EVENTS).filter(owner=by.person_id, pk=saved_id)
    row = rows.select_for_update().first() if transaction.get_connection().in_atomic_block else rows.first()
    if row is None:
        raise Missing("保存した検索が見つかりません。")
    return row
