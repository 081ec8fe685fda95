"""Overrides by month from the rollup, and their notice to section heads on the set day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Stale
from tenken.jobs.schedule import run_daily
from tenken.notices.models import Notice
from tenken.organization.access import system_principal
from tenken.organization.models import Person
from tenken.organization.operations import rename_unit
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import OverrideNotice, OverrideNoticeRule, Source
from tenken.telemetry.search import overrides
from tenken.telemetry.search.overrides import (
    due_cities,
    last_day,
    month_before,
    months_up_to,
    overrides_in,
    set_rule,
    tell_overrides,
)
from tenken.telemetry.store import Store
from tests.factories import make_person, principal
from tests.telemetry.search.world import Town, event, japan

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2021, 1, 1), date(2021, 2, 1)


def _use(
    town: Town, section: str, day: date, op: str, number: int, disposition: str = ""
) -> list[dict[str, object]]:
    starts = japan(day.year, day.month, day.day, 9)
    return [
        event(
            town,
            starts + timedelta(seconds=n),
            n,
            payload=day.toordinal(),
            section=section,
            op=op,
            disposition=disposition,
        )
        for n in range(number)
    ]


@pytest.fixture
def counted(event_store: Store, town: Town) -> Town:
    """観光課: 7 in January, 3 + 2 of 50 in February; 道路整備課: web only; somebody without a section."""
    tourism, roads = town.tourism.code, town.roads.code
    rows = [
        *_use(town, tourism, date(2021, 1, 31), "web_override", 7),
        *_use(town, tourism, date(2021, 2, 1), "web_override", 3, "overridden"),
        *_use(town, tourism, date(2021, 2, 27), "web", 2, "overridden"),
        *_use(town, tourism, date(2021, 2, 28), "web", 45),
        *_use(town, roads, date(2021, 2, 3), "web", 20),
        *_use(town, "", date(2021, 2, 4), "web_override", 4),
        *_use(town, tourism, date(2021, 3, 1), "web_override", 9),
    ]
    event_store.insert("events", table_of(rows))
    head = make_person(town.scenario.city, role="section_manager", unit=town.tourism, name="髙木 十")
    Person.objects.filter(pk=head.pk).update(email="takagi@midori.example")
    Source.objects.create(
        city=town.scenario.city, code="PROXY", name="プロキシ", protocol="csv", created_at=clock.now()
    )
    return town


def test_each_section_has_its_month(counted: Town) -> None:
    found = overrides_in(counted.scenario.by("secretariat"), FEBRUARY)
    told = [(one.name, one.overrides, one.before, one.web, one.per_thousand) for one in found]
    assert told == [("土木部 道路整備課", 0, 0, 20, 0.0), ("観光商工部 観光課", 5, 7, 50, 100.0)]
    assert found[1].history[-2:] == (7, 5)
    assert len(found[1].history) == overrides.MONTHS


def test_a_manager_sees_theirs_only(counted: Town) -> None:
    head = principal(Person.objects.get(name="髙木 十"))
    assert [one.unit_id for one in overrides_in(head, FEBRUARY)] == [counted.tourism.pk]
    assert overrides_in(counted.scenario.by("section_manager"), FEBRUARY) == []
    assert overrides_in(counted.scenario.by("staff"), FEBRUARY) == []


def test_a_renamed_section_keeps_its_history(counted: Town) -> None:
    city = counted.scenario.city
    by = system_principal(city, "test", on=date(2021, 2, 15))
    new = rename_unit(by=by, unit=counted.tourism, name="観光振興課", code="K-NEW", on=date(2021, 2, 15))
    city.refresh_from_db()
    found = overrides_in(counted.scenario.by("secretariat"), FEBRUARY)
    one = next(one for one in found if one.unit_id == new.pk)
    assert (one.name, one.before, one.overrides) == ("観光商工部 観光振興課", 7, 5)


def test_months() -> None:
    assert month_before(date(2021, 1, 15)) == date(2020, 12, 1)
    assert (last_day(FEBRUARY), last_day(date(2020, 12, 9))) == (date(2021, 2, 28), date(2020, 12, 31))
    found = months_up_to(FEBRUARY)
    assert (found[0], found[-1], len(found)) == (date(2020, 2, 1), FEBRUARY, 13)


def test_heads_are_told_once(counted: Town) -> None:
    by = system_principal(counted.scenario.city, "overrides", on=date(2021, 3, 5))
    (told,) = tell_overrides(by=by, month=FEBRUARY)
    assert (told.unit_id, told.overrides, told.mails) == (counted.tourism.pk, 5, 1)
    mail = Notice.objects.get()
    assert mail.address == "takagi@midori.example"
    assert mail.subject == "【Web利用】観光商工部 観光課のフィルタリング解除の件数（2021年2月）"
    assert "5件です（前月より2件少ない）" in mail.body
    assert "Web利用50件に対し、1,000件あたり100.0件です" in mail.body
    assert tell_overrides(by=by, month=FEBRUARY) == []
    assert Notice.objects.count() == 1


def test_nought_is_told_where_the_city_wants_it(counted: Town) -> None:
    secretariat = counted.scenario.by("secretariat")
    set_rule(by=secretariat, day=5, enabled=True, tell_none=True, version=1)
    by = system_principal(counted.scenario.city, "overrides", on=date(2021, 3, 5))
    told = {row.unit_id: (row.overrides, row.mails) for row in tell_overrides(by=by, month=FEBRUARY)}
    assert told == {counted.tourism.pk: (5, 1), counted.roads.pk: (0, 0)}


def test_the_day_is_set_by_who_manages_the_city(counted: Town) -> None:
    by = counted.scenario.by("secretariat")
    assert set_rule(by=by, day=10, enabled=True, tell_none=False, version=1).version == 2
    with pytest.raises(Stale):
        set_rule(by=by, day=11, enabled=True, tell_none=False, version=1)
    for day in (0, 29):
        with pytest.raises(Invalid, match="1から28"):
            set_rule(by=by, day=day, enabled=True, tell_none=False, version=2)
    with pytest.raises(Denied):
        set_rule(by=counted.scenario.by("section_manager"), day=1, enabled=True, tell_none=False, version=2)
    assert OverrideNoticeRule.objects.get().day == 10


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2021, 3, 4), False),
        (date(2021, 3, 5), True),
        (date(2021, 3, 8), True),
        (date(2021, 6, 5), False),  # a Saturday
        (date(2021, 6, 7), True),
    ],
)
def test_on_the_set_day_or_the_first_open_day_after_it(counted: Town, day: date, due: bool) -> None:
    assert list(due_cities(day)) == ([counted.scenario.city.code] if due else [])


def test_the_daily_work_tells_once_a_month(counted: Town) -> None:
    with time_machine.travel("2021-03-05T09:00:00+09:00"):
        run_daily()
        assert OverrideNotice.objects.count() == 1
    with time_machine.travel("2021-03-08T09:00:00+09:00"):
        run_daily()
        assert OverrideNotice.objects.count() == 1
        assert list(due_cities(date(2021, 3, 8))) == []
        assert list(due_cities(date(2021, 4, 5))) == [counted.scenario.city.code]
    set_rule(by=counted.scenario.by("secretariat"), day=5, enabled=False, tell_none=False, version=1)
    assert list(due_cities(date(2021, 4, 5))) == []
