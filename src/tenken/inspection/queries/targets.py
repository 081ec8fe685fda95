"""Whom a programme reaches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.notices.operations import Recipient
from tenken.organization.models import Assignment, City, PostRole, Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.tree import tree_of


def sections_on(city: City, day: date) -> list[tuple[int, int | None]]:
    """Return (section, its 局・区 or None) for every unit that answers sheets on *day*, in the order of codes."""
    units = (
        Unit.objects.filter(valid_on(day), city=city)
        .order_by("code")
        .values_list("pk", "kind__answers_sheets", "kind__rank")
    )
    bureaus = {pk for pk, _, rank in units if rank == 1}
    tree = tree_of(city, day)
    return [
        (pk, next((above for above in tree.ancestors(pk) if above in bureaus), None))
        for pk, answers, _ in units
        if answers
    ]


def recipients_of_launch(city: City, units: Iterable[int], day: date) -> list[Recipient]:
    """Return the deputies and managers of *units* on *day* who have a mail address, each once."""
    posts = PostRole.objects.filter(
        valid_on(day), unit__in=list(units), role__code__in=("deputy", "section_manager")
    ).values("post_id")
    people = (
        Assignment.objects.filter(valid_on(day), post__in=posts, person__city=city)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("person__number", "person__email")
        .distinct()
    )
    return [Recipient(code=number, address=email) for number, email in people]
