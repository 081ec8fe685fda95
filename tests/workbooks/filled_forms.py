"""Forms as people send them back: opened, written into, saved again."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tenken.inspection.models import Programme, Sheet
from tenken.organization.access import Principal
from tenken.workbooks.imports.operations import SentFile, read_import, receive_forms
from tenken.workbooks.issuing import issue_form
from tenken.workbooks.models import AnswerImport, FormTemplate, ImportedForm

NUMBER_ROWS = {number: row for row, number in enumerate(("1-1", "1-2", "2-1", "2-2", "3-1", "3-2"), start=5)}


def issued(by: Principal, sheet: Sheet, template: FormTemplate | None = None) -> bytes:
    return issue_form(by=by, programme=sheet.programme, sheet_id=sheet.pk, template=template)[1]


def edited(
    data: bytes, change: Callable[[Any], object] | Mapping[str, Any], sheet: str = "点検シート"
) -> bytes:
    """Return the workbook with cells set (address → value), or as *change* leaves it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    if callable(change):
        change(book)
    else:
        for address, value in change.items():
            book[sheet][address] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _NamedByWindows(zipfile.ZipInfo):
    """A name in CP932 that does not say so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp932"), self.flag_bits


def zipped(files: Mapping[str, bytes], encoding: str = "utf-8") -> bytes:
    out = io.BytesIO()
    kind = zipfile.ZipInfo if encoding == "utf-8" else _NamedByWindows
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(kind(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def received(
    by: Principal, programme: Programme, files: Sequence[tuple[str, bytes]] | bytes, **more: Any
) -> AnswerImport:
    """Send files (one alone: as 様式.xlsx) and read them."""
    sent = [("様式.xlsx", files)] if isinstance(files, bytes) else files
    row = receive_forms(by=by, programme=programme, files=[SentFile(*one) for one in sent], **more)
    return read_import(by=by, answer_import=row)


def only_form(row: AnswerImport) -> ImportedForm:
    return row.forms.get()


def said(form: ImportedForm) -> list[str]:
    """Return the problems of a form as sentences with their place."""
    return [f"{one['place']}：{one['message']}" if one["place"] else one["message"] for one in form.problems]


def through_libreoffice(data: bytes, folder: Path, name: str = "form.xlsx") -> bytes:
    """Return the workbook opened and saved by LibreOffice."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program
    source, target = folder / name, folder / "saved"
    source.write_bytes(data)
    subprocess.run(
        [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", str(target), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (target / name).read_bytes()
