"""Saving mappings, and taking a file in by one through the real pipeline into the real store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.jobs.models import Job
from tenken.jobs.operations import execute
from tenken.telemetry.ingest.pipeline import Pipeline
from tenken.telemetry.mappings import importing, operations, queries
from tenken.telemetry.models import CsvLayout, Source, SourceDay
from tenken.telemetry.store import Store
from tenken.telemetry.wire import csv_files
from tenken.telemetry.wire.csv_mappings import CsvMapping, propose
from tests.factories import Scenario

HEADER = ["日時", "端末名", "操作", "ファイル名"]


def _layout(scenario: Scenario, name: str = "資産管理", mapping: CsvMapping | None = None) -> CsvLayout:
    return operations.save_layout(
        by=scenario.by("secretariat"), name=name, note="", mapping=mapping or propose(HEADER)
    )


def _source(scenario: Scenario, **more: Any) -> Source:
    values = {"code": "csv-1", "name": "資産管理", "protocol": Source.Protocol.CSV, "created_at": clock.now()}
    return Source.objects.create(city=scenario.city, **(values | more))


@pytest.mark.django_db
def test_versions_stand_in_the_journal(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    layout = _layout(scenario)
    changed = propose([*HEADER, "備考"])
    operations.change_layout(by=by, layout_id=layout.pk, version=1, name="新", note="n", mapping=changed)
    operations.switch_layout(by=by, layout_id=layout.pk, version=2, in_use=False)
    layout.refresh_from_db()
    assert (layout.name, layout.note, layout.version, layout.in_use) == ("新", "n", 3, False)
    seen = queries.versions(by, layout)
    assert [one.operation.rpartition(".")[2] for one in seen] == ["stop", "change", "save"]
    assert seen[1].data == changed.as_data()
    assert [len(one.data.get("columns", ())) for one in seen] == [0, 5, 4]


@pytest.mark.django_db
def test_refusals(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    layout = _layout(scenario)
    with pytest.raises(Denied):
        operations.save_layout(by=scenario.by("section_manager"), name="x", note="", mapping=propose(HEADER))
    with pytest.raises(Denied):
        queries.layouts(scenario.by("section_manager"))
    with pytest.raises(Stale):
        operations.switch_layout(by=by, layout_id=layout.pk, version=9, in_use=False)
    with pytest.raises(Missing):
        queries.find_layout(by, layout.pk + 1)
    for name, mapping in (("資産管理", propose(HEADER)), (" ", propose(HEADER)), ("y", propose(["操作"]))):
        with pytest.raises(Invalid):
            operations.save_layout(by=by, name=name, note="", mapping=mapping)
    source = _source(scenario, code="syslog", protocol=Source.Protocol.SYSLOG)
    stopped = _source(scenario, enabled=False)
    for one in (source, stopped):
        with pytest.raises(Invalid):
            operations.import_file(
                by=by, layout_id=layout.pk, source_id=one.pk, name="a.csv", stream=io.BytesIO(b"a")
            )
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_preview_shows_twenty_and_where_the_rest_fails() -> None:
    body = "\n".join(["日時,操作", *(f"2021/2/10 10:00:{at:02},閲覧" for at in range(30)), "x,閲覧"])
    seen = queries.preview(body.encode("cp932"), propose(["日時", "操作"]))
    assert (len(seen.events), seen.read, seen.refused) == (20, 30, 1)
    assert seen.rejects[0].place == "32行目 A列（日時）"


@pytest.fixture
def road(event_store: Store, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Pipeline]:
    """The pipeline, running over the test's store."""
    opened = Pipeline(event_store)
    opened.start()
    monkeypatch.setattr(importing, "pipeline", lambda: opened)
    yield opened
    opened.stop()


def _import(scenario: Scenario, layout: CsvLayout, source: Source, body: bytes) -> Job:
    job = operations.import_file(
        by=scenario.by("secretariat"),
        layout_id=layout.pk,
        source_id=source.pk,
        name="操作ログ.csv",
        stream=io.BytesIO(body),
    )
    execute(job.pk)
    job.refresh_from_db()
    return job


def _count(store: Store, city: str, table: str, column: str) -> int:
    now = datetime.now(UTC)
    found = store.query(
        f"SELECT count() AS count FROM {table} WHERE city = {{city:String}} "
        f"AND {column} >= {{since:DateTime64(3)}} AND {column} < {{until:DateTime64(3)}}",
        city=city,
        since=now - timedelta(days=4000),
        until=now + timedelta(days=1),
    )
    return int(found.to_pylist()[0]["count"])


def test_a_file_is_taken_in_once(
    scenario: Scenario, road: Pipeline, event_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "ROWS_AT_ONCE", 40)
    layout, source = _layout(scenario), _source(scenario)
    today = clock.today()
    lines = [f"{today:%Y/%m/%d} 00:00:{at % 60:02},PC-1,閲覧,表{at}.xlsx" for at in range(90)]
    lines[50] = "きのう,PC-1,閲覧,x"
    body = "\r\n".join([",".join(HEADER), *lines]).encode("cp932")
    job = _import(scenario, layout, source, body)
    assert (job.status, job.done, job.problems) == ("done", len(body), [])
    assert "89件を取り込みました" in job.message
    assert "1件は読み取れないため" in job.message
    city = scenario.city.code
    assert _count(event_store, city, "events", "ts") == 89
    assert _count(event_store, city, "quarantine", "received") == 1
    again = _import(scenario, layout, source, body)
    assert again.status == "done"
    assert "同じです" in again.message
    assert _count(event_store, city, "events", "ts") == 89
    assert SourceDay.objects.get(source=source).events == 89


def test_other_headings_fail_the_job_with_the_reason(scenario: Scenario, road: Pipeline) -> None:
    job = _import(scenario, _layout(scenario), _source(scenario), b"when,what\n2021/2/10,open\n")
    assert job.status == "failed"
    assert "「日時」がありません" in job.message


def test_a_pipeline_that_does_not_run_is_said(
    scenario: Scenario, event_store: Store, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "pipeline", lambda: Pipeline(event_store))
    monkeypatch.setattr(importing, "_PATIENCE_SECONDS", 0.0)
    job = _import(
        scenario, _layout(scenario), _source(scenario), "日時,操作\n2021/2/10,閲覧\n".encode("cp932")
    )
    assert (job.status, job.message[:9]) == ("failed", "受信の処理が動いて")


@pytest.mark.django_db
def test_a_quarantined_part_is_read_by_the_mended_mapping(scenario: Scenario) -> None:
    _layout(scenario)
    raw = "日時,操作\r\n2021/2/10 10:00,閲覧\r\n".encode("cp932")
    parsed = queries.read_part(
        city_code=scenario.city.code, layout_name="資産管理", raw=raw, received=clock.now()
    )
    assert parsed.events is not None
    assert parsed.events["op"].to_pylist() == ["file_open"]
    with pytest.raises(Missing):
        queries.read_part(city_code=scenario.city.code, layout_name="x", raw=raw, received=clock.now())
