"""Whatever scans come in whatever order: nothing doubled, and "not seen since" means what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.assets.models import InformationSystem
from tenken.audit.models import Weakness, WeaknessPlace
from tests.audit.technical.makers import applied, nessus
from tests.factories import Scenario

HOSTS = ("10.0.0.1", "10.0.0.2")
PLUGINS = ("1", "2")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scan:
    day: int
    hosts: frozenset[str]
    seen: frozenset[tuple[str, str]]
    partial: bool

    @property
    def at(self) -> datetime:
        return BEGIN + timedelta(days=self.day)


@st.composite
def scans(draw: st.DrawFn) -> list[Scan]:
    days = draw(st.lists(st.integers(0, 200), min_size=1, max_size=5, unique=True))
    made = []
    for day in days:
        hosts = draw(st.frozensets(st.sampled_from(HOSTS), min_size=1))
        pairs = [(plugin, host) for plugin in PLUGINS for host in sorted(hosts)]
        made.append(Scan(day, hosts, draw(st.frozensets(st.sampled_from(pairs))), draw(st.booleans())))
    return made


class _Undo(Exception):  # noqa: N818 - ends one example, so that the next begins with an empty database
    pass


@pytest.mark.django_db
@settings(max_examples=40)
@given(history=scans())
def test_any_history_in_any_order(history: list[Scan]) -> None:
    from tests.audit.technical.makers import make_system
    from tests.factories import make_scenario

    try:
        with transaction.atomic():
            scenario = make_scenario()
            _check(scenario, make_system(scenario), history)
            raise _Undo
    except _Undo:
        pass


def _check(scenario: Scenario, system: InformationSystem, history: list[Scan]) -> None:
    by = scenario.by("secretariat")
    for scan in history:
        content = nessus(
            [(plugin, 3, host, 443) for plugin, host in sorted(scan.seen)],
            at=str(int(scan.at.timestamp())),
            hosts=sorted(scan.hosts),
        )
        applied(by, system, content, partial=scan.partial)
    told = {pair for scan in history for pair in scan.seen}
    places = {(row.weakness.rule, row.host): row for row in WeaknessPlace.objects.select_related("weakness")}
    assert WeaknessPlace.objects.count() == len(told) == len(places)
    for (plugin, host), place in places.items():
        seen = [scan.at for scan in history if (plugin, host) in scan.seen]
        silent = [
            scan.at
            for scan in history
            if host in scan.hosts and (plugin, host) not in scan.seen and not scan.partial
        ]
        assert (place.first_seen_at, place.last_seen_at) == (min(seen), max(seen))
        assert place.not_seen_since == min((at for at in silent if at > max(seen)), default=None)
        if [scan.day for scan in history] == sorted(scan.day for scan in history):
            back = [
                at
                for before, at in zip(sorted(seen), sorted(seen)[1:], strict=False)
                if any(before < gap < at for gap in silent)
            ]
            assert place.returned_at == max(back, default=None)
    standing = WeaknessPlace.objects.filter(not_seen_since=None)
    hosts = dict(standing.values_list("weakness__rule").annotate(Count("host", distinct=True)))
    for weakness in Weakness.objects.all():
        assert weakness.hosts == hosts.get(weakness.rule, 0)
        assert (weakness.not_seen_since is None) == (weakness.hosts > 0)
