"""People and what they are appointed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from tenken.common.japanese_text import search_key
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, Person, PostRole
from tenken.organization.models.validity import valid_on
from tenken.organization.permissions import VIEW_PEOPLE
from tenken.organization.tree import tree_of


def appointments(
    by: Principal, *, on: date | None = None, search: str = "", unit: int | None = None, role: str = ""
) -> QuerySet[Assignment]:
    """Return who holds which post on a date, as far as *by* may see people.

    *search*: in name, kana or number; *unit*: in that unit and below; *role*: posts that carry it. Their
    roles: :func:`roles_of_posts`.
    """
    day = on or by.on
    rows = Assignment.objects.restrict(by, VIEW_PEOPLE).filter(valid_on(day))
    if wanted := search_key(search):
        rows = rows.filter(person__search_text__contains=wanted)
    if unit is not None:
        rows = rows.filter(post__unit__in=tree_of(by.city, day).below([unit]))
    if role:
        carrying = PostRole.objects.filter(valid_on(day), role__code=role, role__city=by.city_id)
        rows = rows.filter(post__in=carrying.values("post_id"))
    return rows.select_related("person", "post__unit").order_by(
        "post__unit__code", "post__code", "person__number"
    )


def roles_of_posts(posts: Iterable[int], on: date) -> dict[int, list[str]]:
    """Return the names of the roles each post carries on a date. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PostRole.objects.filter(valid_on(on), post__in=list(posts)).order_by("role__order")
    for post_id, name in rows.values_list("post_id", "role__name"):
        if name not in found[post_id]:
            found[post_id].append(name)
    return found


def visible_person(by: Principal, person_id: int) -> Person:
    """Return the person if *by* may see them; else ``Missing``."""
    person = Person.objects.restrict(by, VIEW_PEOPLE).filter(pk=person_id).first()
    if person is None:
        raise Missing("この職員はいないか、見ることのできる範囲にいません。")
    return person
