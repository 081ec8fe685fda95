"""Tables people send, and tables made to harm."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.common.tabular_files import cell_place, cell_text, column_letters, read_table_file
from tests.common.workbook_bytes import part, rebuilt, workbook

SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(xml: bytes) -> bytes:
    return rebuilt(workbook(lambda sheet: sheet.cell(1, 1, "x")), {SHEET: xml})


def sheet_data(inner: bytes, before: bytes = b"") -> bytes:
    return with_sheet(
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + before
        + b"<sheetData>"
        + inner
        + b"</sheetData></worksheet>"
    )


def test_cells_keep_their_place_and_kind() -> None:
    def fill(sheet: Any) -> None:
        sheet.cell(3, 2, "企画課")
        sheet.cell(4, 3, 12.0)
        sheet.cell(4, 4, date(2014, 7, 1))
        sheet.cell(4, 5, 0.5)
        sheet.cell(4, 6, True)

    rows = read_table_file(workbook(fill), "名簿.XLSX")["Sheet"]
    assert rows[0] == [""] * 6
    assert rows[2][1] == "企画課"
    assert rows[3][2:] == [12, date(2014, 7, 1), 0.5, True]
    assert isinstance(rows[3][2], int)


def test_every_sheet_is_read_by_name() -> None:
    book = openpyxl.Workbook()
    book.active.title = "組織"
    book.create_sheet("職員").append(["0001"])
    out = io.BytesIO()
    book.save(out)
    assert read_table_file(out.getvalue(), "a.xlsx") == {"組織": [], "職員": [["0001"]]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_in_each_encoding(encoding: str) -> None:
    data = "番号,氏名\r\n1,髙橋\r\n".encode(encoding)
    assert read_table_file(data, "a.csv") == {"": [["番号", "氏名"], ["1", "髙橋"]]}


@pytest.mark.parametrize(
    ("data", "name", "says", "place"),
    [
        (b"", "a.csv", "空", ""),
        (b"x" * 11, "a.csv", "大きすぎ", ""),
        (b"a", "a.xls", "xlsx", ""),
        (b"a", "a", "xlsx", ""),
        (b"PK\x03\x04", "a.xlsx", "壊れて", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "パスワード", ""),
        (b"a\n\xff\x81\xff", "a.csv", "文字コード", "2行目"),
        (b'a\nb\n"c', "a.csv", "CSVとして", "3行目"),
        (b"a,\0", "a.csv", "文字のファイルではありません", ""),
    ],
)
def test_refusals_say_what_and_where(data: bytes, name: str, says: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table_file(data, name, max_bytes=10)
    assert says in refused.value.message
    assert [problem.place for problem in refused.value.problems] == ([place] if place else [])


def test_a_cell_too_long_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read_table_file(b"a\nb," + b"x" * 40_000, "a.csv")
    assert refused.value.problems[0].place == "2行B列"


def test_two_far_cells_do_not_take_the_process_down() -> None:
    """The reader allocates the whole rectangle: A1 and XFD1048576 are 17 thousand million cells."""

    def fill(sheet: Any) -> None:
        sheet.cell(1, 1, "a")
        sheet.cell(1_048_576, 16_384, "z")

    with pytest.raises(Invalid, match="大きすぎ"):
        read_table_file(workbook(fill), "a.xlsx")


def test_blank_styled_cells_at_the_far_end_are_no_harm() -> None:
    def fill(sheet: Any) -> None:
        sheet.cell(1, 1, "a")
        sheet.cell(1_048_576, 3).number_format = "0.0"

    assert read_table_file(workbook(fill), "a.xlsx") == {"Sheet": [["a"]]}


FAR = b"<v>1</v></c></row>"


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="1048576"><c r="XFD1048576">' + FAR,
        b"<row r='1048576'><c r='XFD1048576'>" + FAR,
        b'<x:row r="1048576" xmlns:x="x"><x:c r = "XFD1048576"><v>1</v></x:c></x:row>',
        b'<row r="1048576"><c x=">" r="XFD1048576">' + FAR,
        b'<row r="1048576"><c x="<" r="XFD1048576">' + FAR,
        b"""<row r="1048576"><c x=" r='A1' " r="XFD1048576">""" + FAR,
        b'<row r="1048576"><c r="&#88;FD1048576">' + FAR,
        b'<!-- <c r="A1" x=" --><row r="1048576"><c r="XFD1048576"><!-- ">' + FAR,
        b'<row r="1048575"></row><row>' + b"<c><v>1</v></c>" * 2000 + b"</row>",
        b'<row r="1"><c r="A1" x="' + b"y" * 70_000 + b'"><v>1</v></c><c r="XFD1048576">' + FAR,
    ],
)
def test_far_cells_are_found_however_they_are_written(xml: bytes) -> None:
    with pytest.raises(Invalid):
        read_table_file(sheet_data(xml), "a.xlsx")


def test_a_far_cell_across_the_pieces_is_found() -> None:
    near = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    for shift in range(40):
        filler = b" " * (1024 * 1024 - 300 + shift * 8)
        with pytest.raises(Invalid, match="大きすぎ"):
            read_table_file(sheet_data(near + filler + b'<row r="9"><c r="XFD9">' + FAR), "a.xlsx")


@pytest.mark.parametrize(
    "change",
    [
        {"xl/vbaProject.bin": b"x"},
        {"xl/embeddings/oleObject1.bin": b"x"},
        {"xl/workbook.xml": None},
        {"[Content_Types].xml": None},
        {"docProps/app.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
        {"xl/huge.bin": b"\0" * 320 * 1024 * 1024},
        {SHEET: b"<worksheet><sheetData>"},
        {SHEET: b"\xff\xfe<\0a\0"},
        {"xl/media/image1.png": b'<x:sheetData><c r="XFD1048576"><v>1</v></c>'},
    ],
    ids=lambda change: next(iter(change)),
)
def test_packages_that_are_not_plain_are_refused(change: dict[str, bytes | None]) -> None:
    with pytest.raises(Invalid):
        read_table_file(rebuilt(workbook(lambda sheet: sheet.cell(1, 1, "x")), change), "a.xlsx")


def test_sizes_in_the_directory_are_not_believed() -> None:
    data = bytearray(
        rebuilt(workbook(lambda sheet: sheet.cell(1, 1, "x")), {"xl/huge.bin": b"\0" * 320 * 1024 * 1024})
    )
    at = data.rfind(b"xl/huge.bin") - 46 + 24  # "uncompressed size" in the central directory
    struct.pack_into("<I", data, at, 10)
    with pytest.raises(Invalid, match="展開すると"):
        read_table_file(bytes(data), "a.xlsx")


def test_a_document_of_another_kind_is_refused() -> None:
    plain = workbook(lambda sheet: sheet.cell(1, 1, "x"))
    renamed = rebuilt(plain, {"xl/workbook.xml": None, "word/document.xml": part(plain, "xl/workbook.xml")})
    with pytest.raises(Invalid, match="中身が"):
        read_table_file(renamed, "a.xlsx")


@given(st.binary(max_size=300), st.integers(0, 5000))
def test_damage_is_refused_or_read_but_never_crashes(noise: bytes, at: int) -> None:
    plain = workbook(lambda sheet: sheet.append(["企画課", 1, date(2014, 7, 1)]))
    at %= len(plain)
    with suppress(Invalid):
        read_table_file(plain[:at] + noise + plain[at + len(noise) :], "a.xlsx")


@given(st.binary(max_size=200))
def test_any_bytes_as_csv(data: bytes) -> None:
    with suppress(Invalid):
        read_table_file(data, "a.csv")


def test_places_and_texts() -> None:
    assert cell_place("名簿", 4, 2) == "シート「名簿」5行C列"
    assert cell_place("", 0) == "1行"
    assert [column_letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert [
        cell_text(value)
        for value in (12.0, 0.5, None, " a ", True, "'=1", "'a", datetime(2014, 7, 1, tzinfo=UTC))
    ] == [
        "12",
        "0.5",
        "",
        "a",
        "TRUE",
        "=1",
        "'a",
        "2014-07-01",
    ]
