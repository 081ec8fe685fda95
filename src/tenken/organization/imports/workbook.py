"""The organisation as a file that ``read_organization_file`` takes back: nothing in it differs from the city."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from tenken.common.spreadsheets import cp932_csv, safe_cell
from tenken.journal.operations import note_access
from tenken.organization.access import Principal, require
from tenken.organization.imports.columns import (
    COLUMNS,
    MANY_SEATS,
    ONE_SEAT,
    PEOPLE,
    PEOPLE_COLUMNS,
    UNIT_COLUMNS,
    UNITS,
)
from tenken.organization.imports.standing import Standing, standing_of
from tenken.organization.permissions import VIEW_PEOPLE, VIEW_UNITS

_WIDTHS = {"名称": 28, "氏名": 18, "ふりがな": 22, "メール": 26, "職名": 30, "役割": 36}


def organization_workbook(*, by: Principal, on: date) -> bytes:
    """Return the whole city on a date as .xlsx with the sheets 組織 and 職員. Reading the people is noted."""
    require(by, VIEW_UNITS)
    require(by, VIEW_PEOPLE)
    standing = standing_of(by.city, on)
    people = _people(standing)
    _note(by, len(people))
    workbook = Workbook()
    del workbook["Sheet"]
    for sheet, rows in ((UNITS, _units(standing)), (PEOPLE, people)):
        page = workbook.create_sheet(sheet)
        page.append(list(COLUMNS[sheet]))
        for row in rows:
            page.append([safe_cell(cell) for cell in row])
        page.freeze_panes = "C2"
        page.auto_filter.ref = page.dimensions
        for index, column in enumerate(COLUMNS[sheet], start=1):
            page.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column, 14)
            head = page.cell(1, index)
            head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E6E6E6")
            head.alignment = Alignment(vertical="center")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def units_csv(*, by: Principal, on: date) -> bytes:
    """Return the city's units on a date as CP932 CSV."""
    require(by, VIEW_UNITS)
    return cp932_csv(UNIT_COLUMNS, _units(standing_of(by.city, on)))


def people_csv(*, by: Principal, on: date) -> bytes:
    """Return the city's people on a date as CP932 CSV; ``Invalid`` names what CP932 cannot hold (𠮷)."""
    require(by, VIEW_PEOPLE)
    people = _people(standing_of(by.city, on))
    _note(by, len(people))
    return cp932_csv(PEOPLE_COLUMNS, people)


def _note(by: Principal, rows: int) -> None:
    note_access(
        by=by,
        city_code=by.city_code,
        subject=("organization.person", "file"),
        purpose="組織と職員の出力",
        rows=rows,
    )


def _units(standing: Standing) -> list[Sequence[Any]]:
    """Parents first, so that the file reads like the tree."""
    below: dict[str, list[str]] = {}
    for code in sorted(standing.parents):
        below.setdefault(standing.parents[code], []).append(code)
    rows: list[Sequence[Any]] = []
    stack = list(reversed(below.get(standing.root.code, [])))
    while stack:
        code = stack.pop()
        unit = standing.units[code]
        rows.append(
            (
                code,
                unit.name,
                unit.kana,
                unit.kind.name,
                standing.parents[code],
                unit.body.name if unit.body else "",
            )
        )
        stack += reversed(below.get(code, []))
    return rows


def _people(standing: Standing) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = []
    placed: set[str] = set()
    for code, post in standing.posts.items():
        roles = "、".join(
            standing.roles[role].name + ("" if unit == post.unit.code else f"＠{unit}")
            for role, unit in sorted(standing.grants.get(code, ()))
        )
        for held in standing.held.get(code, ()):
            if held.valid_to is not None and held.valid_to <= standing.on:
                continue
            placed.add(held.person.number)
            person = standing.people[held.person.number]
            rows.append(
                (
                    person.number,
                    person.name,
                    person.kana,
                    person.email,
                    post.unit.code,
                    code,
                    post.title,
                    ONE_SEAT if post.single_seat else MANY_SEATS,
                    roles,
                    held.get_kind_display(),
                    held.valid_from,
                    held.valid_to,
                )
            )
    for number, person in standing.people.items():
        if number not in placed:
            rows.append((number, person.name, person.kana, person.email, *[""] * 8))
    return rows
