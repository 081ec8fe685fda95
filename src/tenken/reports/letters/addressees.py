"""To whom letters go, and from whom: posts, not persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tenken.organization.models import City, PostRole, Role
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.reports.letters.figures import ItemFigures, LetterFigures

_MANAGER, _OFFICER = "section_manager", "ciso"


def letters_to(
    city: City, units: Iterable[tuple[int, tuple[ItemFigures, ...]]], day: date
) -> tuple[LetterFigures, ...]:
    """Return a letter to the manager of each unit, in the order given. Two queries and the city's directory."""
    rows = list(units)
    posts = manager_posts(city, [unit for unit, _ in rows], day)
    names = names_with_bureau(city, [unit for unit, _ in rows], day)
    return tuple(
        LetterFigures(
            section=names.get(unit, ""),
            addressee=posts.get(unit) or f"{names.get(unit, '')}　{_role(city, _MANAGER)}",
            items=items,
        )
        for unit, items in rows
    )


def manager_posts(city: City, units: Iterable[int], day: date) -> dict[int, str]:
    """Return the title of the post that manages each unit on a date. One query."""
    rows = PostRole.objects.filter(
        valid_on(day), valid_on(day, "post__"), unit__in=list(units), unit__city=city, role__code=_MANAGER
    )
    found: dict[int, str] = {}
    for unit, title in rows.order_by("pk").values_list("unit_id", "post__title"):
        found.setdefault(unit, title)
    return found


def default_sender(city: City) -> str:
    """Return who orders inspections: 「みどり市最高情報セキュリティ責任者」."""
    return f"{city.name}{_role(city, _OFFICER)}"


def _role(city: City, code: str) -> str:
    return Role.objects.filter(city=city, code=code).values_list("name", flat=True).first() or ""
