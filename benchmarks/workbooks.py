"""The bars for workbooks: every section's form written into one archive, and read back with checks and difference.

The peer is plain openpyxl over the same cells and files: what one would write first.
"""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl

from benchmarks.bars import Figure
from benchmarks.city import QUESTIONS, SECTIONS, prepare
from tenken.inspection.models import Answer, Programme
from tenken.inspection.operations import launch
from tenken.organization.access import Principal, system_principal
from tenken.workbooks.imports.bundles import pack
from tenken.workbooks.imports.operations import SentFile, apply_import, read_import, receive_forms
from tenken.workbooks.issuing import issue_forms
from tenken.workbooks.models import AnswerImport
from tenken.workbooks.sheet_forms import layout
from tenken.workbooks.sheet_forms.content import VERDICTS, ProgrammeSheets, programme_sheets

_ANSWERED = 60
_PEER_FORMS = 20


def measure(home: Path) -> Iterator[Figure]:
    """Prepare the city in *home* and yield every figure of the area."""
    prepared = prepare(years=2, waiting=1)
    programme = prepared.waiting[0]
    by = system_principal(prepared.city, "benchmark")
    launch(by=by, programme=programme, version=programme.version)
    programme.refresh_from_db()

    seconds, archive = _timed(lambda: issue_forms(by=by, programme=programme))
    size = f"{SECTIONS} sections × {QUESTIONS} items"
    yield Figure(f"workbooks written, {size}", seconds, "s", 15)
    yield Figure("  the archive", len(archive) / 1024 / 1024, "MiB")
    sheets = programme_sheets(by, programme)
    peer, _ = _timed(lambda: _write_plainly(sheets))
    yield Figure(
        f"  peer: openpyxl, the same cells without looks ({_PEER_FORMS} forms × {SECTIONS})",
        peer * SECTIONS / _PEER_FORMS,
        "s",
    )
    yield Figure("  ratio", peer * SECTIONS / _PEER_FORMS / seconds, "×")

    filled = _filled(archive)
    row = receive_forms(by=by, programme=programme, files=[SentFile("様式.zip", filled)])
    seconds, row = _timed(lambda: read_import(by=by, answer_import=row))
    refused = row.forms.filter(status="refused").count()
    if refused or row.forms.filter(status="changed").count() != SECTIONS:
        raise RuntimeError(f"{refused} forms are refused")
    yield Figure(f"workbooks read back, {_ANSWERED} answers each, checks, difference", seconds, "s", 5)
    peer, _ = _timed(lambda: _read_plainly(filled))
    yield Figure(
        f"  peer: openpyxl, cells alone ({_PEER_FORMS} forms × {SECTIONS})",
        peer * SECTIONS / _PEER_FORMS,
        "s",
    )
    yield Figure("  ratio", peer * SECTIONS / _PEER_FORMS / seconds, "×")

    yield from _taken_over(by, programme, row)


def _taken_over(by: Principal, programme: Programme, row: AnswerImport) -> Iterator[Figure]:
    seconds, done = _timed(lambda: apply_import(by=by, answer_import=row, version=row.version))
    print(f"# {done.message}", file=sys.stderr)
    if Answer.objects.filter(sheet__programme=programme).count() != SECTIONS * _ANSWERED:
        raise RuntimeError("not every answer was written")
    yield Figure(f"{SECTIONS * _ANSWERED:,} answers taken over, one transaction", seconds, "s")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    outcome = work()
    return time.perf_counter() - start, outcome


def _filled(archive: bytes) -> bytes:
    """Return the archive with the first answers of each form filled in, in the XML as a person's program would leave it."""
    files = []
    for name, data in _members(archive):
        with zipfile.ZipFile(io.BytesIO(data)) as form:
            parts = {part: form.read(part) for part in form.namelist()}
        page = parts["xl/worksheets/sheet2.xml"].decode()
        for number, row in enumerate(range(layout.FIRST_ROW, layout.FIRST_ROW + _ANSWERED)):
            verdict = "課題あり" if number % 20 == 0 else "適合"
            page = _put(page, f"F{row}", verdict)
            if verdict == "課題あり":
                page = _put(page, f"G{row}", "鍵のかからない書庫に保管している。")
        parts["xl/worksheets/sheet2.xml"] = page.encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as form:
            for part, content in parts.items():
                form.writestr(part, content)
        files.append((name, out.getvalue()))
    return pack(files)


def _put(page: str, address: str, text: str) -> str:
    start = page.index(f'<c r="{address}"')
    end = page.index("/>", start)
    return f'{page[:end]} t="inlineStr"><is><t>{text}</t></is></c>{page[end + 2 :]}'


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        for name in bundle.namelist():
            yield name, bundle.read(name)


def _write_plainly(sheets: ProgrammeSheets) -> None:
    for section in sheets.sections[:_PEER_FORMS]:
        book = openpyxl.Workbook()
        page: Any = book.active
        page.append(layout.HEADER)
        for question in sheets.questions:
            given = section.answers.get(question.pk)
            answer = (VERDICTS.get(given.verdict, ""), given.reason, given.comment) if given else ("", "", "")
            page.append(
                (
                    question.number,
                    question.category,
                    question.text,
                    question.good,
                    section.last.get(question.pk),
                    *answer,
                )
            )
        book.save(io.BytesIO())


def _read_plainly(archive: bytes) -> None:
    for count, (_, data) in enumerate(_members(archive)):
        if count == _PEER_FORMS:
            return
        page = openpyxl.load_workbook(io.BytesIO(data))[layout.SHEET]
        for cells in page.iter_rows(values_only=True):
            assert len(cells) >= len(layout.HEADER)
