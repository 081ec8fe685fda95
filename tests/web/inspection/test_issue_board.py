"""The board of issues: by bureau, against the year before through the lineage; numbers that open their rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.inspection.makers import accepted, running, sheet_of, system
from tests.web.inspection.conftest import ClientFor

from tenken.inspection.queries.issues import issue_board, issue_rows
from tenken.organization.operations import rename_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_years(city: Scenario) -> Scenario:
    """2025: a1 and b1 had issues. On 1 April 2026 a1 was renamed. 2026: a1's heir has one."""
    first = running(city.city, 2025)
    accepted(city.city, sheet_of(first, city.section_a1), {"media.lock": "鍵がない。"}, on=date(2025, 8, 1))
    accepted(
        city.city, sheet_of(first, city.section_b1), {"media.ledger": "台帳がない。"}, on=date(2025, 8, 1)
    )
    heir = rename_unit(
        by=system(city.city, date(2026, 4, 1)), unit=city.section_a1, name="政策課", on=date(2026, 4, 1)
    )
    city.city.refresh_from_db()
    second = running(city.city, 2026)
    accepted(city.city, sheet_of(second, heir), {"media.lock": "まだない。", "backup.copy": "ない。"})
    return city


def test_the_numbers_and_the_rows_behind_them(two_years: Scenario) -> None:
    by = two_years.by("secretariat")
    board = issue_board(by, 2026)
    assert (board.years, board.sections) == ((2025, 2026), {2025: 2, 2026: 1})
    a, b = two_years.bureau_a.pk, two_years.bureau_b.pk
    media = next(line for line in board.lines if line.code == "media")
    assert (media.now, media.before, media.years) == ({a: 1}, {a: 1, b: 1}, {2025: 2, 2026: 1})
    assert [key for key, _ in board.bureaus] == [a, b]
    rows = issue_rows(by, fiscal_year=2025, bureau=a, category="media")
    assert [row.sheet.unit.name for row in rows] == ["企画課"]
    items = issue_board(by, 2026, items=True)
    assert {line.code for line in items.lines} == {"media.lock", "media.ledger", "backup.copy"}


def test_everyone_counts_what_they_may_see(two_years: Scenario) -> None:
    board = issue_board(two_years.by("other_manager"), 2026)
    assert board.sections == {2025: 1}
    assert issue_board(two_years.by("bureau_manager"), 2026).sections == {2025: 1, 2026: 1}


def test_the_page_links_every_number(two_years: Scenario, client_for: ClientFor) -> None:
    secretariat = client_for(two_years.people["secretariat"])
    page = secretariat.get("/inspection/issues/").content.decode()
    assert f'category=media&amp;bureau={two_years.bureau_a.pk}">1</a>（1）' in page
    opened = secretariat.get(
        f"/inspection/issues/rows/?year=2026&category=media&bureau={two_years.bureau_a.pk}"
    )
    assert "まだない。" in opened.content.decode()
    file = secretariat.get("/inspection/issues/?by=item&export=csv").content.decode("cp932")
    assert file.splitlines()[0] == "調査項目,計,前年度,増減,まちづくり局,健康福祉局"
    assert "記録媒体の管理：media.lock,1,1,0,1,0" in file
    assert "<svg" in secretariat.get("/inspection/issues.svg").content.decode()
    assert secretariat.get("/inspection/issues/rows/?year=x").status_code == 422
    assert secretariat.get("/inspection/issues/?year=1900").status_code == 200


def test_a_city_without_inspections(scenario: Scenario, client_for: ClientFor) -> None:
    page = client_for(scenario.people["secretariat"]).get("/inspection/issues/").content.decode()
    assert "点検の結果がまだありません" in page


def test_it_takes_few_queries(
    two_years: Scenario, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    client: Client = client_for(two_years.people["secretariat"])
    client.get("/inspection/issues/")
    with django_assert_max_num_queries(16), time_machine.travel("2026-07-15T09:00:00+09:00", tick=False):
        client.get("/inspection/issues/")
