"""Saving mappings, and asking for a file to be taken in by one."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.files.kinds import CSV_OF_ANY_ENCODING
from tenken.files.operations import store as keep_file
from tenken.jobs.models import Job
from tenken.jobs.operations import start
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.wire.csv_mappings import CsvMapping

IMPORT_JOB: Final = "telemetry.csv_import"
MAX_FILE_BYTES: Final = 200 * 1024 * 1024
SUBJECT: Final = "telemetry.csv_layout"
LABELS: Final = {
    "telemetry.csv_layout.save": "CSVの対応づけを登録",
    "telemetry.csv_layout.change": "CSVの対応づけを変更",
    "telemetry.csv_layout.stop": "CSVの対応づけの使用を終了",
    "telemetry.csv_layout.resume": "CSVの対応づけの使用を再開",
    "telemetry.csv.import": "CSVの操作ログを取込み",
}


@transaction.atomic
def save_layout(*, by: Principal, name: str, note: str, mapping: CsvMapping) -> CsvLayout:
    """Save a new mapping and return it. ``Invalid`` when it cannot be used or the name is taken."""
    require(by, MANAGE_SOURCES)
    _check(by, name, mapping)
    now = clock.now()
    layout = CsvLayout(city_id=by.city_id, created_at=now)
    return _written(by, layout, "telemetry.csv_layout.save", name, note, mapping)


@transaction.atomic
def change_layout(
    *, by: Principal, layout_id: int, version: int, name: str, note: str, mapping: CsvMapping
) -> CsvLayout:
    """Change a mapping; the journal keeps the version before. What was taken in by it stays as it is."""
    layout = _locked(by, layout_id, version)
    _check(by, name, mapping, layout.pk)
    layout.version += 1
    return _written(by, layout, "telemetry.csv_layout.change", name, note, mapping)


@transaction.atomic
def switch_layout(*, by: Principal, layout_id: int, version: int, in_use: bool) -> CsvLayout:
    """Offer a mapping no more, or again."""
    layout = _locked(by, layout_id, version)
    layout.in_use = in_use
    layout.version += 1
    layout.save()
    operation = "telemetry.csv_layout.resume" if in_use else "telemetry.csv_layout.stop"
    _record(by, layout, operation, {"name": layout.name})
    return layout


def import_file(*, by: Principal, layout_id: int, source_id: int, name: str, stream: BinaryIO) -> Job:
    """Keep the file *name* read from *stream* and ask for it to be taken in; return the job.

    The same file of the same source is taken in once, however often it is brought. ``Invalid`` for a source that is not
    CSV's or is stopped, and for what is no text file.
    """
    require(by, MANAGE_SOURCES)
    layout = CsvLayout.objects.restrict(by, MANAGE_SOURCES).filter(pk=layout_id, in_use=True).first()
    source = Source.objects.restrict(by, MANAGE_SOURCES).filter(pk=source_id).first()
    if layout is None or source is None:
        raise Missing("対応づけか送信元がありません。")
    if source.protocol != Source.Protocol.CSV or not source.enabled:
        raise Invalid(
            "この送信元にはCSVを取り込めません。",
            [
                Problem(
                    "方式が「CSVファイル」で、受信を止めていない送信元を選んでください。", "送信元", "source"
                )
            ],
        )
    with transaction.atomic():
        stored = keep_file(
            by=by,
            city_code=by.city_code,
            name=name,
            stream=stream,
            subject=(SUBJECT, layout.pk),
            allowed=(CSV_OF_ANY_ENCODING,),
            limit=MAX_FILE_BYTES,
        )
        arguments: dict[str, Any] = {
            "file": stored.pk,
            "source": source.pk,
            "layout": layout.pk,
            "version": layout.version,
            "mapping": layout.data,
        }
        _record(
            by,
            layout,
            "telemetry.csv.import",
            {
                "layout": layout.name,
                "version": layout.version,
                "source": source.code,
                "file": stored.name,
                "sha256": stored.sha256,
            },
        )
        return start(
            by=by,
            city_code=by.city_code,
            kind=IMPORT_JOB,
            title=f"操作ログの取込み（{stored.name}）",
            arguments=arguments,
        )


def _locked(by: Principal, layout_id: int, version: int) -> CsvLayout:
    require(by, MANAGE_SOURCES)
    rows = CsvLayout.objects.restrict(by, MANAGE_SOURCES).select_for_update()
    layout = rows.filter(pk=layout_id).first()
    if layout is None:
        raise Missing("対応づけがありません。")
    if layout.version != version:
        raise Stale("ほかの人が先に変更しました。開き直してください。")
    return layout


def _check(by: Principal, name: str, mapping: CsvMapping, own: int = 0) -> None:
    problems = mapping.problems()
    name = name.strip()
    if not name or len(name) > 60:
        problems.insert(0, Problem("60文字までで入力してください。", "名称", "name"))
    elif CsvLayout.objects.filter(city_id=by.city_id, name=name).exclude(pk=own).exists():
        problems.insert(0, Problem("ほかの対応づけが使っています。", "名称", "name"))
    if problems:
        raise Invalid("対応づけに誤りがあります。", problems)


def _written(
    by: Principal, layout: CsvLayout, operation: str, name: str, note: str, mapping: CsvMapping
) -> CsvLayout:
    layout.name, layout.note, layout.data = name.strip(), note.strip()[:300], mapping.as_data()
    layout.changed_at, layout.changed_by_name = clock.now(), by.actor.name
    layout.save()
    _record(
        by,
        layout,
        operation,
        {"name": layout.name, "note": layout.note, "version": layout.version, "data": layout.data},
    )
    return layout


def _record(by: Principal, layout: CsvLayout, operation: str, changes: dict[str, Any]) -> None:
    record(by=by, city_code=by.city_code, operation=operation, subject=(SUBJECT, layout.pk), changes=changes)
