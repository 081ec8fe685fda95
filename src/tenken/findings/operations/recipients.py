"""Who of a section is written to about its findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from tenken.findings.permissions import IMPROVE_FINDINGS
from tenken.notices.operations import Recipient
from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on


def people_of(
    by: Principal, units: Collection[int], on: date, capability: Capability = IMPROVE_FINDINGS
) -> dict[int, list[Recipient]]:
    """Return who holds *capability* at each of *units*, or at what became of it, and has a mail address. Three queries.

    Who holds it for the whole city or a bureau is not written to about each of its sections.
    """
    roles = [role.pk for role in Role.objects.filter(city=by.city_id) if capability.code in role.capabilities]
    heirs = {unit: by.tree.lineage_forward([unit]) for unit in units}
    posts: dict[int, set[int]] = defaultdict(set)
    grants = PostRole.objects.filter(
        valid_on(on), role__in=roles, unit__in=frozenset().union(*heirs.values())
    )
    for unit, post in grants.values_list("unit_id", "post_id"):
        posts[unit].add(post)
    holders: dict[int, list[Recipient]] = defaultdict(list)
    seated = Assignment.objects.filter(valid_on(on), post__in=set().union(*posts.values()))
    for post, number, address in (
        seated.exclude(person__email="")
        .order_by("person__number")
        .values_list("post_id", "person__number", "person__email")
    ):
        holders[post].append(Recipient(code=number, address=address))
    return {
        unit: list(
            dict.fromkeys(
                person for heir in sorted(after) for post in sorted(posts[heir]) for person in holders[post]
            )
        )
        for unit, after in heirs.items()
    }
