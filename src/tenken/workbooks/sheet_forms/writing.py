"""A programme's forms written fast: the template is drawn and compressed once, each section's cells go into its XML.

Drawn one by one with their looks, the forms of a city of 400 sections take openpyxl a minute.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final
from unicodedata import east_asian_width

from tenken.common.fiscal_year import FiscalYear
from tenken.common.spreadsheets import safe_cell
from tenken.workbooks.sheet_forms import layout, risk_part
from tenken.workbooks.sheet_forms.assets import assets_digest
from tenken.workbooks.sheet_forms.content import VERDICTS, AskedQuestion, ProgrammeSheets, SectionSheet
from tenken.workbooks.sheet_forms.identity import HIDDEN_SHEET, FormIdentity, answer_digest, seal
from tenken.workbooks.sheet_forms.template import SLOT, draw_template

_SHEET_PARTS: Final = re.compile(r"xl/worksheets/sheet\d+\.xml")
_CELL_OR_ROW: Final = re.compile(
    r'<c r="([A-Z]+\d+)"((?: s="\d+")?) t="inlineStr"><is><t(?: [^>]*)?>([^<]*)</t></is></c>'
    r'|(<row r="(\d+)") ht="15" customHeight="1">'
)
_LINE_HEIGHT: Final = 16.5  # points, of 10 point text
_ASCII: Final = re.compile(r"&#(\d{3,});")
_STRINGS: Final = "xl/sharedStrings.xml"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE: Final = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_RELATION: Final = (
    '<Relationship Id="rIdStrings" Target="sharedStrings.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)
_FILE_TIME: Final = (1980, 1, 1, 0, 0, 0)


def section_identity(sheets: ProgrammeSheets, section: SectionSheet, **template: int) -> FormIdentity:
    """Return what the form of *section* is known by when it comes back."""
    return FormIdentity(
        city=sheets.programme.city.code,
        programme=sheets.programme.pk,
        year=sheets.programme.fiscal_year,
        sheet=section.sheet.pk,
        unit=section.unit_code,
        form=sheets.form.sha256,
        assets=assets_digest(section.assets) if sheets.programme.with_risk_part else "",
        answers={
            key: (given.version, answer_digest(*given.values)) for key, given in section.answers.items()
        },
        **template,
    )


def form_name(sheets: ProgrammeSheets, section: SectionSheet) -> str:
    """Return the file name of a section's form: what a person recognises in a folder of 422."""
    owner = section.sheet.system.code + "_" if section.sheet.system else ""
    name = f"{section.unit_code}_{owner}{section.sheet.unit.name}_{sheets.programme.name}"
    return re.sub(r'[\\/:*?"<>|\s]', "_", name) + ".xlsx"


def write_forms(sheets: ProgrammeSheets) -> Iterator[tuple[SectionSheet, bytes]]:
    """Yield each section with its form as .xlsx."""
    sealed = [seal(section_identity(sheets, section)) for section in sheets.sections]
    template = _Template.of(draw_template(sheets.programme, sheets.questions, max(map(len, sealed))))
    year = str(FiscalYear(sheets.programme.fiscal_year))
    for section, pieces in zip(sheets.sections, sealed, strict=True):
        yield section, template.filled(_values(sheets, section, pieces, year))


def _values(sheets: ProgrammeSheets, section: SectionSheet, pieces: list[str], year: str) -> dict[str, str]:
    """Return what goes into the slots, by sheet and address. A slot that is not named stays empty."""
    sheet, guide = f"{layout.SHEET}!", f"{layout.GUIDE}!"
    values = {
        guide + layout.GUIDE_UNIT: f"{section.unit_code}　{section.unit_name}",
        sheet + layout.UNIT_CODE: section.unit_code,
        sheet + layout.UNIT_NAME: section.unit_name,
        sheet + layout.DUE: f"{year}　提出期限：{section.due}" if section.due else year,
    }
    for row, piece in enumerate(pieces, start=1):
        values[f"{HIDDEN_SHEET}!A{row}"] = piece
    for row, question in enumerate(sheets.questions, start=layout.FIRST_ROW):
        if last := section.last.get(question.pk):
            values[f"{sheet}E{row}"] = last
        if given := section.answers.get(question.pk):
            values[f"{sheet}F{row}"] = VERDICTS.get(given.verdict, "")
            values[f"{sheet}G{row}"] = given.reason
            values[f"{sheet}H{row}"] = given.comment
        values[f"{sheet}{row}"] = _height(row, question, values)
    for address, text in risk_part.written(section.assets).items():
        values[f"{risk_part.RISK}!{address}"] = text
    return values


def _height(row: int, question: AskedQuestion, values: dict[str, str]) -> str:
    """Return how high a row must be to show its texts; programs that open the form do not measure it anew."""
    lines = max(_lines(question.text, "C"), _lines(question.good, "D"), _lines(question.category, "B"))
    for column in "EGH":
        if text := values.get(f"{layout.SHEET}!{column}{row}"):
            lines = max(lines, _lines(text, column))
    return str(min(409.0, lines * _LINE_HEIGHT + 2))


@lru_cache(maxsize=8_192)
def _lines(text: str, column: str) -> int:
    width = layout.WIDTHS[ord(column) - ord("A")]
    return sum(
        max(1, math.ceil(sum(2 if east_asian_width(char) in "FWA" else 1 for char in line) / width))
        for line in text.split("\n")
    )


@dataclass(frozen=True)
class _Slot:
    """A cell of its own for each section: its key (sheet!address), its place, its style attribute; or a row's height
    (key sheet!row, no address)."""

    key: str
    address: str
    style: str

    def xml(self, text: str) -> str:
        if not self.address:
            return f' ht="{text}">'  # no custom height: the row grows as it is filled in
        if not text:
            return f'<c r="{self.address}"{self.style}/>'
        shown = escape(str(safe_cell(text)), quote=False)
        return (
            f'<c r="{self.address}"{self.style} t="inlineStr">'
            f'<is><t xml:space="preserve">{shown}</t></is></c>'
        )


@dataclass(frozen=True)
class _Template:
    """The archive with everything that is the same for all, and the parts that are not, cut at their slots."""

    archive: bytes
    parts: dict[str, tuple[str | _Slot, ...]]

    @classmethod
    def of(cls, drawn: bytes) -> _Template:
        with zipfile.ZipFile(io.BytesIO(drawn)) as source:
            content = {name: source.read(name) for name in source.namelist()}
        strings: dict[str, int] = {}
        parts = {
            name: _cut(data.decode(), layout.SHEET, strings)
            for name, data in content.items()
            if _SHEET_PARTS.fullmatch(name)
        }
        _share(content, strings)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in content.items():
                if name not in parts:
                    archive.writestr(zipfile.ZipInfo(name, _FILE_TIME), data, zipfile.ZIP_DEFLATED)
        return cls(out.getvalue(), parts)

    def filled(self, values: dict[str, str]) -> bytes:
        """Return the form with *values* in its slots."""
        out = io.BytesIO()
        out.write(self.archive)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in self.parts.items():
                text = "".join(
                    piece if isinstance(piece, str) else piece.xml(values.get(piece.key, ""))
                    for piece in pieces
                )
                archive.writestr(zipfile.ZipInfo(name, _FILE_TIME), text, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def _cut(xml: str, sheet: str, strings: dict[str, int]) -> tuple[str | _Slot, ...]:
    """Cut a sheet at its slots; texts that are the same for all become shared strings, numbered in *strings*."""
    pieces: list[str | _Slot] = []
    text, done = "", 0
    whole = _ASCII.sub(lambda match: chr(int(match[1])), xml)
    for match in _CELL_OR_ROW.finditer(whole):
        address, style, value, row, number = match.groups()
        text += whole[done : match.start()]
        done = match.end()
        if row:
            pieces += [text + row, _Slot(f"{sheet}!{number}", "", "")]
            text = ""
        elif value.startswith(SLOT):
            pieces += [text, _Slot(value.removeprefix(SLOT), address, style)]
            text = ""
        else:
            number = str(strings.setdefault(value, len(strings)))
            text += f'<c r="{address}"{style} t="s"><v>{number}</v></c>'
    return (*pieces, text + whole[done:])


def _share(content: dict[str, bytes], strings: dict[str, int]) -> None:
    """Add the part with the shared strings, and name it where a workbook names its parts."""
    items = "".join(f'<si><t xml:space="preserve">{value}</t></si>' for value in strings)
    content[_STRINGS] = f'<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{items}</sst>'.encode()
    for name, end, added in (
        ("[Content_Types].xml", "</Types>", _TYPE),
        ("xl/_rels/workbook.xml.rels", "</Relationships>", _RELATION),
    ):
        content[name] = content[name].replace(end.encode(), added.encode())
