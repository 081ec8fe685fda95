"""Mail of the fieldwork to the people who answer auditors for a section. Past business dates tell nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on


def tell_section(
    by: Principal, unit_id: int, kind: str, subject: str, body: str, link: str, on: date | None
) -> None:
    """Queue one mail to each who answers auditors for a section itself, or for what became of it."""
    day = on or clock.today()
    if day != clock.today():
        return
    people = answerers(by, [unit_id], day)[unit_id]
    if people:
        queue(
            by=by,
            city_code=by.city_code,
            kind=kind,
            recipients=people,
            subject=subject,
            body=body,
            link=link,
        )


def answerers(by: Principal, units: Iterable[int], on: date) -> dict[int, list[Recipient]]:
    """Return who answers auditors for each of *units* on a date and has an address. Three queries."""
    heirs = {unit: by.tree.lineage_forward([unit]) for unit in units}
    roles = [
        role.pk for role in Role.objects.filter(city=by.city_id) if ANSWER_AUDITORS.code in role.capabilities
    ]
    posts: dict[int, set[int]] = defaultdict(set)
    for post, unit in PostRole.objects.filter(
        valid_on(on), role__in=roles, unit__in=frozenset().union(*heirs.values())
    ).values_list("post_id", "unit_id"):
        posts[unit].add(post)
    holders: dict[int, list[Recipient]] = defaultdict(list)
    wanted = frozenset().union(*posts.values())
    for post, number, address in (
        Assignment.objects.filter(valid_on(on), post__in=wanted)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("post_id", "person__number", "person__email")
    ):
        holders[post].append(Recipient(code=number, address=address))
    return {
        unit: list(
            {one.code: one for heir in kin for post in sorted(posts[heir]) for one in holders[post]}.values()
        )
        for unit, kin in heirs.items()
    }
