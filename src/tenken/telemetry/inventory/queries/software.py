"""Software across terminals: who has what, in which version, supported or not, approved or not, licensed or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tenken.assets.support import APPLICATION, Support, support_of
from tenken.common.refusals import Missing
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.organization.models.validity import valid_on
from tenken.telemetry.inventory.queries.standing import IN_HAND, ended_systems, support_table
from tenken.telemetry.inventory.rules.supporting import said_of_software
from tenken.telemetry.inventory.rules.titles import title_key
from tenken.telemetry.lists.queries import snapshot
from tenken.telemetry.models import (
    InstalledSoftware,
    SoftwareLicence,
    SoftwareRelease,
    SoftwareTitle,
    Terminal,
)
from tenken.telemetry.permissions import VIEW_TERMINALS

APPROVED_APPS = "approved_apps"
_LISTED = (SoftwareTitle.Kind.APPLICATION, SoftwareTitle.Kind.OFFICE, SoftwareTitle.Kind.ANTIVIRUS)


@dataclass(frozen=True)
class EndedProduct:
    """A product whose support ended (or ends within the look-ahead) and how many terminals have it. ``condition``: the
    filter of the terminals' list that shows them."""

    support: Support
    kind: str
    terminals: int
    releases: tuple[tuple[int, str, str], ...] = ()
    """(title, its name, version) of an application; of operating systems the name alone, without a title (0)."""


@dataclass(frozen=True)
class LicenceUse:
    """Licences of one pattern held against what is installed. ``bought``: those that count on the day."""

    pattern: str
    bought: int
    installed: int
    licences: tuple[SoftwareLicence, ...]
    titles: tuple[tuple[int, str], ...]

    @property
    def left(self) -> int:
        return self.bought - self.installed


def scope_of(by: Principal) -> QuerySet[Terminal]:
    """Return the terminals in hand that *by* may see."""
    return Terminal.objects.restrict(by, VIEW_TERMINALS).filter(IN_HAND)


def titles_for(
    by: Principal, *, text: str = "", kind: str = "", counted: bool = False
) -> QuerySet[SoftwareTitle]:
    """Return the titles on the terminals in sight. Updates and drivers only when *kind* asks for them.

    *counted*: with ``terminals``, how many have each, to sort by or to take out. That looks at all that is installed
    (a second for 600,000 rows); a page asks :func:`terminals_having` for the titles it shows.
    """
    rows = SoftwareTitle.objects.of_city(by.city_id).filter(kind__in=(kind,) if kind else _LISTED)
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(publisher__icontains=word))
    if counted:
        rows = rows.filter(releases__installed__terminal__in=scope_of(by)).annotate(
            terminals=Count("releases__installed__terminal", distinct=True)
        )
    elif by.everywhere(VIEW_TERMINALS):
        rows = rows.filter(Exists(InstalledSoftware.objects.filter(release__title=OuterRef("pk"))))
    else:
        seen = InstalledSoftware.objects.filter(terminal__in=scope_of(by)).order_by()
        rows = rows.filter(pk__in=set(seen.values_list("release__title", flat=True).distinct()))
    return rows.order_by("name", "pk")


def terminals_having(by: Principal, titles: Iterable[int]) -> dict[int, int]:
    """Return how many terminals in sight have each of *titles*. One query."""
    rows = SoftwareTitle.objects.filter(
        pk__in=list(titles), releases__installed__terminal__in=scope_of(by)
    ).order_by()
    counted = rows.values("pk").annotate(terminals=Count("releases__installed__terminal", distinct=True))
    return dict(counted.values_list("pk", "terminals"))


def find_title(by: Principal, title_id: int) -> SoftwareTitle:
    """Return a title that stands on a terminal in sight; ``Missing`` else."""
    title = SoftwareTitle.objects.of_city(by.city_id).filter(pk=title_id).first()
    if title is None or not scope_of(by).filter(installed__release__title=title).exists():
        raise Missing("このソフトウェアはないか、見ることのできる範囲の端末にありません。")
    return title


def versions_of(by: Principal, title: SoftwareTitle) -> list[tuple[str, int]]:
    """Return the versions of a title and how many terminals in sight have each, the most first."""
    rows = (
        SoftwareRelease.objects.filter(title=title, installed__terminal__in=scope_of(by))
        .annotate(terminals=Count("installed__terminal", distinct=True))
        .order_by("-terminals", "version")
    )
    return [(row.version, row.terminals) for row in rows]


def ended_products(by: Principal, until: date) -> list[EndedProduct]:
    """Return the products on terminals in sight whose ordinary support ends before *until*, the longest ended first.

    The catalogue is held against the table, not each terminal: six queries.
    """
    found = _ended_systems(by, until)
    rows = support_table(by.city, APPLICATION)
    releases: dict[Support, list[SoftwareRelease]] = defaultdict(list)
    catalogue = SoftwareRelease.objects.filter(title__city=by.city_id, title__kind__in=_LISTED)
    for release in catalogue.select_related("title"):
        row = support_of(said_of_software(release.title.name, release.version), rows)
        if row is not None and row.on < until:
            releases[row].append(release)
    having: dict[int, set[int]] = defaultdict(set)
    for release_id, terminal in InstalledSoftware.objects.filter(
        release__in=[one.pk for some in releases.values() for one in some], terminal__in=scope_of(by)
    ).values_list("release_id", "terminal_id"):
        having[release_id].add(terminal)
    for support, some in releases.items():
        terminals = set().union(*(having[one.pk] for one in some))
        if terminals:
            told = tuple((one.title_id, one.title.name, one.version) for one in some if having[one.pk])
            found.append(EndedProduct(support, APPLICATION, len(terminals), told))
    return sorted(found, key=lambda one: (one.support.on, one.support.product))


def _ended_systems(by: Principal, until: date) -> list[EndedProduct]:
    systems = ended_systems(by.city, until)
    counted: dict[Support, int] = defaultdict(int)
    named: dict[Support, set[str]] = defaultdict(set)
    groups = scope_of(by).order_by().values("os_name", "os_version").annotate(terminals=Count("pk"))
    for group in groups:
        row = systems.get((group["os_name"], group["os_version"]))
        if row is not None:
            counted[row] += group["terminals"]
            named[row].add(group["os_name"])
    return [
        EndedProduct(row, "os", count, tuple((0, name, "") for name in sorted(named[row])))
        for row, count in counted.items()
    ]


def approved_patterns(city: City) -> tuple[str, ...]:
    """Return the approved applications of the city's list as titles are compared; none: no list is kept."""
    values = snapshot(city.code).values.get(APPROVED_APPS, ())
    return tuple(filter(None, (title_key(value.removesuffix("*").removesuffix(".exe")) for value in values)))


def is_approved(title: SoftwareTitle, patterns: Iterable[str]) -> bool:
    """Tell whether *title* is one of the approved: an approved name is the beginning of its own."""
    return any(title.key.startswith(pattern) for pattern in patterns)


def licence_uses(by: Principal, on: date) -> list[LicenceUse]:
    """Return licences that count on a day against what is installed in sight, one line a pattern. Three queries."""
    licences = (
        SoftwareLicence.objects.restrict(by, VIEW_TERMINALS).filter(valid_on(on)).select_related("unit")
    )
    by_pattern: dict[str, list[SoftwareLicence]] = defaultdict(list)
    for licence in licences:
        by_pattern[licence.pattern].append(licence)
    titles = {
        pattern: titles_matching(pattern, catalogue)
        for catalogue in [_catalogue(by)]
        for pattern in by_pattern
    }
    having = _terminals_having(by, {key for some in titles.values() for key, _ in some})
    return [
        LicenceUse(
            pattern=pattern,
            bought=sum(one.count for one in some),
            installed=len(set().union(*(having.get(key, set()) for key, _ in titles[pattern]))),
            licences=tuple(some),
            titles=titles[pattern],
        )
        for pattern, some in sorted(by_pattern.items())
    ]


def titles_matching(pattern: str, catalogue: Sequence[tuple[int, str, str]]) -> tuple[tuple[int, str], ...]:
    """Return (key, name) of the titles of *catalogue* (key, name, comparable name) that *pattern* means: ``*`` stands for
    anything, and without one the name itself is meant."""
    parts = [re.escape(title_key(part)) for part in pattern.split("*")]
    meant = re.compile(".*".join(parts))
    return tuple((key, name) for key, name, comparable in catalogue if meant.fullmatch(comparable))


def _catalogue(by: Principal) -> list[tuple[int, str, str]]:
    rows = SoftwareTitle.objects.of_city(by.city_id).filter(kind__in=_LISTED)
    return list(rows.values_list("pk", "name", "key"))


def _terminals_having(by: Principal, titles: set[int]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = InstalledSoftware.objects.filter(release__title__in=titles, terminal__in=scope_of(by))
    for title, terminal in rows.values_list("release__title", "terminal"):
        found[title].add(terminal)
    return found
