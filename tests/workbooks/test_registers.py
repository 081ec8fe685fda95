"""The rooms' lists, scoped by who asks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tenken.common.refusals import Denied
from tenken.common.spreadsheets import cp932_csv
from tenken.journal.models import PersonalDataAccess
from tenken.organization.access import system_principal
from tenken.workbooks import registers
from tenken.workbooks.lists import list_workbook
from tenken.workbooks.reading import read_rows

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)


def test_units_and_people(scenario: Any) -> None:
    by = system_principal(scenario.city, "test")
    units = registers.units(by=by, on=DAY)
    assert next(row[0] for row in units.rows) == scenario.root.code
    people = registers.people(by=by, on=DAY)
    assert {row[0] for row in people.rows} >= {scenario.people["section_manager"].number}
    noted = PersonalDataAccess.objects.get()
    assert (noted.purpose, noted.rows) == ("職員の一覧の出力", len(list(people.rows)))


def test_the_journal_comes_out_whole(scenario: Any) -> None:
    by = system_principal(scenario.city, "test")
    register = registers.journal(by=by, on=date(2100, 1, 1))
    rows = list(register.rows)
    assert rows[-1][0] == 1
    assert rows[-1][4] == "テスト"
    sheet = read_rows(list_workbook(title="操作証跡", header=register.header, rows=rows), "a.xlsx")
    assert len(sheet["操作証跡"]) == len(rows) + 3
    assert cp932_csv(("a", "b"), [row[:2] for row in rows]).count(b"\r\n") == len(rows) + 1


@pytest.mark.parametrize("register", [registers.units, registers.people, registers.journal])
def test_without_the_role_there_is_no_list(scenario: Any, register: Any) -> None:
    with pytest.raises(Denied):
        register(by=scenario.by("staff"), on=DAY)


def test_findings_are_those_one_may_see(scenario: Any) -> None:
    register = registers.findings(by=scenario.by("staff"), on=DAY)
    assert list(register.rows) == []
