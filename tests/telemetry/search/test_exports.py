"""Files of found events: what each format holds, what is refused, and that memory does not grow with the result."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tenken.common.refusals import Denied, Invalid, Missing
from tenken.files.operations import open_file
from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.journal.models import Entry, PersonalDataAccess
from tenken.organization.models import Role
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import SearchExport, SearchRecord
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search import export_files, exports, searching
from tenken.telemetry.search.criteria import of_days
from tenken.telemetry.search.exports import ask_for_export, may_read_export
from tenken.telemetry.search.purposes import PurposeNeeded, end_purpose, state_purpose
from tenken.telemetry.store import Store
from tests.telemetry.search.world import Town, event, japan

pytestmark = pytest.mark.django_db
DAY = date(2020, 12, 1)


def _export(town: Town, format_: str, words: str = "") -> SearchExport:
    by = town.scenario.by("secretariat")
    state_purpose(by=by, kind="inquiry", text="開示請求")
    found = searching.search(by=by, criteria=of_days(DAY, DAY, words=words))
    export = ask_for_export(by=by, search_id=found.record.pk, format_=format_)
    assert export.job_id is not None
    execute(export.job_id)
    export.refresh_from_db()
    return export


def _job(export: SearchExport) -> Job:
    assert export.job_id is not None
    return Job.objects.get(pk=export.job_id)


def _content(export: SearchExport) -> bytes:
    assert export.file is not None, _job(export).message
    with open_file(export.file) as file:
        return file.read()


def test_a_csv_has_every_row_with_its_names(filled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_PAGE", 37)
    export = _export(filled, "csv")
    rows = list(csv.reader(io.StringIO(_content(export).decode("cp932"))))
    assert tuple(rows[0]) == export_files.HEADER
    assert len(rows) == 202
    said = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    moments = [row["日時"] for row in said]
    assert moments == sorted(moments, reverse=True)
    one = next(row for row in said if "戸籍データX" in row["ファイル・フォルダ"])
    assert (one["日時"], one["操作"], one["所属"], one["氏名"], one["ドライブ"]) == (
        "2020-12-01 10:30:00.000",
        "業務データ閲覧",
        "市民生活部 戸籍住民窓口課",
        filled.clerk_a.name,
        "サーバ",
    )
    job = _job(export)
    assert (job.status, job.done, job.total, job.message) == ("done", 201, 201, "201件を出力しました。")
    entry = Entry.objects.get(operation="telemetry.search.exported")
    assert entry.actor_code == filled.scenario.people["secretariat"].number
    note = PersonalDataAccess.objects.get(purpose__startswith="操作ログの出力")
    assert (note.rows, note.purpose) == (201, "操作ログの出力（照会・開示請求への対応：開示請求）")
    assert SearchRecord.objects.filter(exported=True).count() == 2


def test_cp932_is_refused_with_the_places_and_utf8_is_not(event_store: Store, town: Town) -> None:
    rows = [
        event(town, japan(2020, 12, 1, 9), n, op="file_open", path=text)
        for n, text in enumerate(["𠮷田.txt", "普通.txt", "😀.txt"])
    ]
    event_store.insert("events", table_of(rows))
    job = _job(_export(town, "csv"))
    assert job.status == "failed"
    assert "「CSV（UTF-8・BOM付き）」かExcelで出力" in job.message
    assert [problem["place"] for problem in job.problems] == [
        "2行「ファイル・フォルダ」列",
        "4行「ファイル・フォルダ」列",
    ]
    assert SearchExport.objects.get().file is None
    whole = _content(_export(town, "csv_utf8"))
    assert whole.startswith(b"\xef\xbb\xbf")
    assert "𠮷田.txt" in whole.decode("utf-8-sig")


def test_no_cell_becomes_a_formula(event_store: Store, town: Town) -> None:
    row = event(town, japan(2020, 12, 1, 9), op="web", title='=HYPERLINK("http://x")', message="+1")
    event_store.insert("events", table_of([row]))
    book = load_workbook(io.BytesIO(_content(_export(town, "xlsx"))))
    sheet = book["操作ログ"]
    cells = {cell.value for cell in next(iter(sheet.iter_rows(min_row=2)))}
    assert {'\'=HYPERLINK("http://x")', "'+1"} <= cells
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert "'+1" in _content(_export(town, "csv")).decode("cp932")


def test_the_rows_excel_cannot_hold_are_told(filled: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "EXCEL_MOST", 200)
    job = _job(_export(filled, "xlsx"))
    assert job.status == "failed"
    assert "201件あります。Excelには200件まで" in job.message
    assert _job(_export(filled, "parquet")).status == "done"


def test_parquet_keeps_the_types(filled: Town) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(_content(_export(filled, "parquet", words="戸籍データX"))))
    (row,) = table.to_pylist()
    assert row["ts"] == datetime(2020, 12, 1, 1, 30, tzinfo=UTC)
    assert (row["path"], row["payload"]) == ("\\\\KOSEKI\\住民戸籍\\戸籍データX", 1)


def test_what_is_not_exported(filled: Town) -> None:
    assert "出力するものがありません" in _job(_export(filled, "csv", words="どこにもない語")).message
    by = filled.scenario.by("secretariat")
    found = searching.search(by=by, criteria=of_days(DAY, DAY))
    with pytest.raises(Invalid, match="形式"):
        ask_for_export(by=by, search_id=found.record.pk, format_="exe")
    end_purpose(by=by)
    with pytest.raises(PurposeNeeded):
        ask_for_export(by=by, search_id=found.record.pk, format_="csv")
    with pytest.raises(Denied):
        ask_for_export(by=filled.scenario.by("auditor"), search_id=found.record.pk, format_="csv")


def test_whoever_may_not_search_any_more_gets_nothing(filled: Town) -> None:
    done = _export(filled, "csv")
    by = filled.scenario.by("secretariat")
    assert may_read_export(by, str(done.pk))
    found = searching.search(by=by, criteria=of_days(DAY, DAY))
    waiting = ask_for_export(by=by, search_id=found.record.pk, format_="csv")
    role = Role.objects.get(city=filled.scenario.city, code="secretariat")
    role.capabilities = [one for one in role.capabilities if one != SEARCH_EVENTS.code]
    role.save()
    assert waiting.job_id is not None
    execute(waiting.job_id)
    assert _job(waiting).status == "failed"
    late = filled.scenario.by("secretariat")
    assert not may_read_export(late, str(done.pk))
    with pytest.raises(Missing):
        exports.own_export(late, done.pk)
    assert not may_read_export(by, "x")
    assert not may_read_export(filled.scenario.by("auditor"), str(done.pk))


def _many(number: int, base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for n in range(number):
        yield {
            **base,
            "ts": base["ts"] + timedelta(milliseconds=n),
            "seq": n,
            "path": f"\\\\FS\\共有\\資料{n:06d}.xlsx",
        }


@pytest.mark.parametrize("format_", ["csv_utf8", "xlsx", "parquet"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, format_: str) -> None:
    base = table_of(
        [{"ts": datetime(2020, 12, 1, tzinfo=UTC), "city": "991015", "op": "file_open"}]
    ).to_pylist()[0]
    peaks = []
    for number in (2_000, 12_000):
        tracemalloc.start()
        export_files.write(format_, tmp_path / f"{number}", _many(number, base), lambda row: ("", ""))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 3
