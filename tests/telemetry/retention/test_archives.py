from __future__ import annotations

import json
import subprocess
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import time_machine

from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.common.refusals import Invalid, Stale
from tenken.journal.models import Entry
from tenken.organization.access import Principal
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.models import Archive
from tenken.telemetry.retention import archive_files, events, operations, queries
from tenken.telemetry.retention.operations import HoldData
from tenken.telemetry.retention.rules.due import Due
from tenken.telemetry.store import Store
from tests.telemetry.retention.conftest import NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(october: Store, keeper: Principal) -> Archive:
    return operations.archive_month(by=keeper, retention="operation", month=OCTOBER)


def test_a_month_is_laid_aside_whole_and_sha256sum_agrees(archive: Archive, archives: Path) -> None:
    folder = archives / "city=991015" / "class=operation" / "month=2026-10"
    manifest = json.loads((folder / "_manifest.json").read_text("utf-8"))
    assert archive.rows == manifest["rows"] == sum(part["rows"] for part in archive.parts) == 1000
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "_SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert {path.name for path in folder.iterdir()} == {"_manifest.json", "_SHA256SUMS", "part-0000.parquet"}


def test_duckdb_reads_an_archive(archive: Archive, archives: Path) -> None:
    found = duckdb.sql(
        f"""SELECT city, class, month, count(*), count(DISTINCT payload), min(path), max(len(mail_to)),
        count(*) FILTER (rest['EventID'] = '7')
        FROM read_parquet('{archives}/*/*/*/*.parquet', hive_partitioning = true) GROUP BY ALL"""
    ).fetchall()
    assert len(found) == 1
    _, _, month, rows, payloads, path, most, one = found[0]
    assert (month, rows, payloads, most, one) == ("2026-10", 1000, 1000, 1, 1)
    assert path == r"\\fs01\戸籍住民課\髙橋0.xlsx"


def test_it_is_laid_aside_in_several_windows_in_order(
    october: Store, keeper: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_AT_ONCE", 300)
    tables = list(events.read_month(october, keeper.city_code, "operation", OCTOBER))
    assert [table.num_rows for table in tables] == [300, 300, 300, 100]
    moments = [moment for table in tables for moment in table.column("ts").to_pylist()]
    assert moments == sorted(moments)


def test_a_changed_part_is_told_and_not_restored(
    archive: Archive, archives: Path, october: Store, keeper: Principal
) -> None:
    part = archives / archive.folder / "part-0000.parquet"
    raw = bytearray(part.read_bytes())
    raw[len(raw) // 2] ^= 1
    part.write_bytes(raw)
    assert operations.verify_archive(by=keeper, archive=archive) == [
        "part-0000.parquetが、作成したときと違います。"
    ]
    archive.refresh_from_db()
    assert archive.state == Archive.State.BROKEN
    events.delete_month(october, keeper.city_code, "operation", OCTOBER, None)
    with pytest.raises(Invalid, match="壊れている"):
        operations.restore_archive(by=keeper, archive=archive, purpose="監査の依頼")
    assert events.count(october, keeper.city_code, events.RESTORED, OCTOBER) == 0


def test_a_deleted_month_comes_back_as_it_was_and_is_not_counted_twice(
    archive: Archive, october: Store, keeper: Principal
) -> None:
    def rows(retention: str) -> list[dict[str, object]]:
        tables = events.read_month(october, keeper.city_code, retention, OCTOBER)
        return [{**row, "retention": ""} for table in tables for row in table.to_pylist()]

    counted = "SELECT sum(events) AS n FROM counts WHERE city = '991015'"
    before, number = rows("operation"), october.command(counted)
    operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert rows("operation") == []
    operations.restore_archive(by=keeper, archive=archive, purpose="監査の依頼")
    assert rows(events.RESTORED) == before
    assert october.command(counted) == number
    archive.refresh_from_db()
    with pytest.raises(Stale, match="いま検索できます"):
        operations.restore_archive(by=keeper, archive=archive, purpose="もう一度")
    operations.remove_restored(by=keeper, archive=archive)
    assert rows(events.RESTORED) == []
    archive.refresh_from_db()
    assert archive.restored_until is None


def test_an_empty_month_is_refused(october: Store, keeper: Principal) -> None:
    with pytest.raises(Invalid, match="2025年1月"):
        operations.archive_month(by=keeper, retention="operation", month=OCTOBER.replace(year=2025, month=1))


def test_rows_that_came_late_are_laid_aside_anew(archive: Archive, october: Store, keeper: Principal) -> None:
    tables = list(events.read_month(october, keeper.city_code, "operation", OCTOBER))
    october.insert("events", tables[0].slice(0, 5))
    again = operations.archive_month(by=keeper, retention="operation", month=OCTOBER)
    assert (again.pk, again.rows) == (archive.pk, 1005)
    assert again.digest != archive.digest
    made = Entry.objects.filter(operation="telemetry.archive.make").count()
    assert made == 2


def test_what_comes_after_a_month_was_deleted_is_added_to_its_archive(
    archive: Archive, october: Store, keeper: Principal, archives: Path
) -> None:
    """A sender may date its events as it likes: it must not replace what was laid aside, nor lose what comes late."""
    hold = HoldData("調査", "本部長の指示", OCTOBER, date(2026, 10, 3))
    operations.order_hold(by=keeper, data=hold)
    operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    with time_machine.travel("2026-12-21T09:00:00+09:00", tick=False):
        late = {
            "ts": datetime(2026, 10, 9, tzinfo=JAPAN),
            "received": clock.now(),
            "city": keeper.city_code,
            "op": "web",
            "retention": "operation",
            "payload": 77,
        }
        october.insert("events", table_of([{**late, "seq": n} for n in range(1500)]))
        with pytest.raises(Stale):
            operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
        assert Due("operation", OCTOBER) in queries.due(keeper.city, date(2026, 12, 21))[0]
    with time_machine.travel("2026-12-22T02:30:00+09:00", tick=False):
        again = operations.archive_month(by=keeper, retention="operation", month=OCTOBER)
        assert again.rows == 2500
        rows = [row for table in archive_files.read(archives, again.folder) for row in table.to_pylist()]
        assert len({(row["payload"], row["seq"]) for row in rows}) == 2500
        assert Due("operation", OCTOBER) not in queries.due(keeper.city, date(2026, 12, 22))[0]
        operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert archive_files.problems(archives, again.folder, again.digest) == []


def test_the_next_month_is_not_touched(archive: Archive, october: Store, keeper: Principal) -> None:
    operations.delete_month(by=keeper, retention="operation", month=OCTOBER)
    assert events.months_present(october, keeper.city_code) == {("operation", NOVEMBER): 1}


@pytest.mark.spark
def test_spark_reads_an_archive_on_a_cluster_of_two_workers(archive: Archive, archives: Path) -> None:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        frame = session.read.parquet(str(archives))
        counted = {
            row["section"]: row["count"] for row in frame.repartition(4).groupBy("section").count().collect()
        }
        assert counted == {"A1": 500, "A2": 500}
        first = frame.orderBy("ts").select("path", "ts", "rest").first()
        assert first is not None
        assert first["path"] == r"\\fs01\戸籍住民課\髙橋0.xlsx"
        assert first["rest"] == {"EventID": "0"}
        executors = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size()
        assert executors == 3  # two workers and the driver
    finally:
        session.stop()
