"""Licences as a file: what a row is, what it changes, what is refused and where."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from tenken.common.refusals import Invalid, Stale
from tenken.journal.models import Entry
from tenken.telemetry.inventory.operations import LicenceData, add_licence
from tenken.telemetry.models import SoftwareLicence
from tenken.workbooks.ledger_files import Difference, apply_difference
from tenken.workbooks.licence_ledger import LICENCE_COLUMNS, licence_difference, licence_rows
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

FROM = date(2025, 4, 1)
HEADER = ["番号", "名称", "ソフトウェア名", "本数", "所属コード", "契約番号", "開始日", "終了日"]


def licence(scenario: Scenario, name: str = "Office", **more: Any) -> SoftwareLicence:
    data = LicenceData(**{"name": name, "pattern": f"{name}*", "count": 10, "valid_from": FROM, **more})
    return add_licence(by=scenario.by("secretariat"), data=data)


def read(scenario: Scenario, *rows: list[Any], header: list[str] = HEADER) -> Difference:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名簿"
    for row in (header, *rows):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    by = scenario.by("secretariat")
    return licence_difference(by=by, name="a.xlsx", content=stream.getvalue(), on=by.on)


def places(scenario: Scenario, *rows: list[Any], header: list[str] = HEADER) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read(scenario, *rows, header=header)
    return [problem.place for problem in refused.value.problems]


def apply(scenario: Scenario, found: Difference) -> None:
    apply_difference(by=scenario.by("secretariat"), found=found, shown=found.digest)


def test_what_goes_out_changes_nothing_when_it_comes_back(scenario: Scenario) -> None:
    licence(scenario, contract="R7-1", vendor="（株）みどり", note="年間", valid_to=date(2026, 4, 1))
    licence(scenario, "CAD", unit=scenario.section_a1)
    rows = [list(row) for row in licence_rows(SoftwareLicence.objects.select_related("unit"), {})]
    found = read(scenario, *rows, header=list(LICENCE_COLUMNS))
    assert found.counts == {"追加": 0, "変更": 0, "終了": 0, "変更なし": 2}


def test_a_number_names_the_row_else_its_name_contract_section_and_day(scenario: Scenario) -> None:
    one, other = licence(scenario), licence(scenario, "CAD", contract="R7-2", unit=scenario.section_a1)
    code = scenario.section_a1.code
    found = read(
        scenario,
        [one.pk, "Office 2024", "Office*", 10, "", "", "2025-04-01", "2026-03-31"],
        ["", "ＣＡＤ", "CAD*", "１２", code, "R7-2", "令和7年4月1日", ""],
        ["", "CAD", "CAD*", 5, code, "R8-1", "2025-04-01", ""],
    )
    assert [change.what for change in found.changes] == ["終了", "変更", "追加"]
    assert ("本数", "10", "12") in found.changes[1].details
    apply(scenario, found)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name, one.valid_to, other.count) == ("Office 2024", date(2026, 3, 31), 12)
    assert SoftwareLicence.objects.count() == 3
    noted = list(Entry.objects.order_by("sequence").values_list("operation", flat=True))[-3:]
    assert noted == ["telemetry.licence.end", "telemetry.licence.change", "telemetry.licence.add"]


def test_a_column_that_is_not_there_leaves_what_stands(scenario: Scenario) -> None:
    one = licence(scenario, unit=scenario.section_a1, note="年間", valid_to=date(2026, 4, 1))
    header = ["番号", "名称", "ソフトウェア名", "本数", "開始日"]
    apply(scenario, read(scenario, [one.pk, "Office", "Office*", 11, "2025-04-01"], header=header))
    one.refresh_from_db()
    assert (one.count, one.unit, one.note, one.valid_to) == (
        11,
        scenario.section_a1,
        "年間",
        date(2026, 4, 1),
    )


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (["999999", "x1", "xx*", 1, "", "", "2025-04-01", ""], ["番号"]),
        (["壱", "x1", "xx*", 1, "", "", "2025-04-01", ""], ["番号"]),
        (["9" * 30, "x1", "xx*", 1, "", "", "2025-04-01", ""], ["番号"]),
        (["", "x1", "xx*", "", "", "", "", ""], ["本数", "開始日"]),
        (
            ["", "x1", "xx*", "多数", "U9999", "", "いつか", "いつか"],
            ["本数", "開始日", "所属コード", "終了日"],
        ),
        (
            ["", "", "*", 0, "", "x" * 61, "2025-04-01", "2025-04-01"],
            ["名称", "契約番号", "ソフトウェア名", "本数", "終了日"],
        ),
    ],
)
def test_each_wrong_cell_is_named(scenario: Scenario, row: list[Any], columns: list[str]) -> None:
    assert places(scenario, row) == [f"シート「名簿」2行「{column}」列" for column in columns]


def test_one_licence_stands_once_in_a_file_and_two_alike_need_their_number(scenario: Scenario) -> None:
    row = ["", "CAD", "CAD*", 5, "", "", "2025-04-01", ""]
    assert places(scenario, row, row) == ["シート「名簿」3行「名称」列"]
    first, _ = licence(scenario, "CAD"), licence(scenario, "CAD")
    assert places(scenario, row) == ["シート「名簿」2行「名称」列"]
    assert read(scenario, [first.pk, *row[1:]]).counts["変更"] == 1


def test_what_was_changed_meanwhile_is_refused_with_its_row(scenario: Scenario) -> None:
    one = licence(scenario)
    row = [one.pk, "Office", "Office*", 11, "", "", "2025-04-01", ""]
    shown = read(scenario, row).digest
    SoftwareLicence.objects.update(count=12)
    with pytest.raises(Stale) as refused:
        apply_difference(by=scenario.by("secretariat"), found=read(scenario, row), shown=shown)
    assert [problem.place for problem in refused.value.problems] == ["2行"]
