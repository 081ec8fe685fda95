from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied, Invalid
from tenken.journal.models import Entry
from tenken.telemetry.events.accounts import AccountLine, name_accounts
from tenken.telemetry.events.directory import day_number, read_directory
from tenken.telemetry.models import AccountName
from tests.factories import Scenario, make_scenario

pytestmark = pytest.mark.django_db

APRIL, JULY = date(2020, 4, 1), date(2020, 7, 1)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def test_an_account_is_one_persons_until_it_is_anothers(
    scenario: Scenario, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    by = scenario.by("secretariat")
    first, second = (scenario.people[role].number for role in ("section_manager", "other_manager"))
    with django_assert_max_num_queries(14):
        assert name_accounts(by=by, lines=[AccountLine("CITY\\Shared01", first, APRIL)]) == 1
    assert name_accounts(by=by, lines=[AccountLine("shared01@example.jp", first, JULY)]) == 0
    assert name_accounts(by=by, lines=[AccountLine("SHARED01", second, JULY)]) == 1
    directory = read_directory(scenario.city.code)
    days = [day_number(day) for day in (date(2020, 3, 31), APRIL, date(2020, 6, 30), JULY)]
    assert [directory.person("shared01", day) for day in days] == ["", first, first, second]
    assert name_accounts(by=by, lines=[AccountLine("shared01", "", JULY)]) == 1
    assert AccountName.objects.get().valid_to == JULY
    assert Entry.objects.filter(operation="telemetry.accounts.name").count() == 3


def test_nothing_is_taken_in_when_one_line_is_wrong(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    number = scenario.people["section_manager"].number
    name_accounts(by=by, lines=[AccountLine("taken", number, JULY)])
    lines = [
        AccountLine("good", number, APRIL),
        AccountLine("", number, APRIL),
        AccountLine("Good", number, APRIL),
        AccountLine("other", "nobody", APRIL),
        AccountLine("taken", "", APRIL),
    ]
    with pytest.raises(Invalid) as refused:
        name_accounts(by=by, lines=lines)
    assert [problem.place for problem in refused.value.problems] == ["2行目", "3行目", "4行目", "5行目"]
    assert AccountName.objects.count() == 1


def test_only_who_keeps_the_terminals_may(scenario: Scenario) -> None:
    with pytest.raises(Denied):
        name_accounts(by=scenario.by("section_manager"), lines=[])


def test_a_person_is_known_by_number_and_mail_and_by_the_section_of_the_day(scenario: Scenario) -> None:
    person = scenario.people["section_manager"]
    person.email = "Yamada.T@city.example.jp"
    person.save()
    directory = read_directory(scenario.city.code)
    day = day_number(JULY)
    assert directory.person(f"CITY\\{person.number}", day) == person.number
    assert directory.person("yamada.t", day) == person.number
    assert directory.section_of_person(person.number, day) == scenario.section_a1.code
