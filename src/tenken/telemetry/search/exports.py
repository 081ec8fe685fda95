"""Taking found events out as a file: asked for with the search's purpose, written by a job, kept under its hash."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Problem
from tenken.files.operations import store as keep
from tenken.jobs.models import Job
from tenken.jobs.operations import progress, start
from tenken.jobs.registry import Result
from tenken.journal.operations import note_access, record
from tenken.organization.access import Principal, principal_of, require_somewhere
from tenken.organization.models import Person
from tenken.telemetry.models import SearchExport, SearchRecord
from tenken.telemetry.permissions import SEARCH_EVENTS
from tenken.telemetry.search import export_files, reading
from tenken.telemetry.search.criteria import Criteria
from tenken.telemetry.search.purposes import require_purpose
from tenken.telemetry.search.reading import Row
from tenken.telemetry.search.scope import SectionNames
from tenken.telemetry.search.searching import SUBJECT, own_search, people_named, record_search, within

EXPORT_JOB: Final = "telemetry.export"
FILE_SUBJECT: Final = "telemetry.export"
_PAGE: Final = 10_000
_LARGEST: Final = 8 * 1024**3


@transaction.atomic
def ask_for_export(*, by: Principal, search_id: int, format_: str) -> SearchExport:
    """Ask for a search of one's own as a file; a job writes it. The present purpose is recorded with it."""
    own = own_search(by, search_id)
    purpose = require_purpose(by)
    if own.kind not in (SearchRecord.Kind.SEARCH, *_DAYS):
        raise Invalid("検索した結果だけを出力できます。")
    if format_ not in SearchExport.Format.values:
        raise Invalid("形式を選んでください。", [Problem("形式を選んでください。", "形式", "format")])
    told = record_search(
        by, purpose, SearchRecord.Kind.EXPORT, Criteria.from_json(own.criteria), 0, own.summary
    )
    SearchRecord.objects.filter(pk__in=(own.pk, told.pk)).update(exported=True)
    export = SearchExport.objects.create(search=told, format=format_)
    job = start(
        by=by,
        city_code=by.city_code,
        kind=EXPORT_JOB,
        title=f"操作ログの出力（{own.summary}）",
        arguments={"export": export.pk},
    )
    export.job_id = job.pk
    export.save(update_fields=["job_id"])
    return export


_DAYS: Final = (SearchRecord.Kind.TERMINAL_DAY, SearchRecord.Kind.PERSON_DAY)


def write_export(job: Job) -> Result:
    """Write the file of an export: what its job does."""
    export = SearchExport.objects.select_related("search__city", "search__person", "search__purpose").get(
        pk=job.arguments["export"], search__city__code=job.city_code
    )
    person = Person.objects.select_related("city", "account").get(pk=export.search.person_id)
    by = principal_of(person, channel="task")
    require_somewhere(by, SEARCH_EVENTS)
    criteria = Criteria.from_json(export.search.criteria)
    total = reading.count(by.city_code, criteria, within=within(by, criteria))
    if not total:
        raise Invalid("該当する操作がないため、出力するものがありません。")
    if export.format == SearchExport.Format.EXCEL and total > export_files.EXCEL_MOST:
        raise Invalid(
            f"{total:,}件あります。Excelには{export_files.EXCEL_MOST:,}件まで出力できます。"
            "期間を分けるか、CSVかParquetで出力してください。"
        )
    written = _Counted(job, by, criteria, total)
    kind = export_files.KINDS[export.format]
    name = f"操作ログ_{clock.now().astimezone(clock.JAPAN):%Y%m%d_%H%M%S}.{kind.endings[0]}"
    with tempfile.TemporaryDirectory(prefix="export-", dir=settings.HOME) as folder:
        path = Path(folder) / name
        export_files.write(export.format, path, written.rows(), written.names)
        with open(path, "rb") as stream:
            _keep(by, export, name, stream, written.count)
    progress(job, written.count, written.count)
    return Result(f"{written.count:,}件を出力しました。", export.file_id)


class _Counted:
    """The rows of an export, a page at a time, counted and told as they go."""

    def __init__(self, job: Job, by: Principal, criteria: Criteria, total: int) -> None:
        self._job, self._by, self._criteria, self._total = job, by, criteria, total
        self._sections = SectionNames(by.city)
        self._people: dict[str, str] = {}
        self.count = 0

    def rows(self) -> Iterator[Row]:
        after = None
        while True:
            page = reading.newest(
                self._by.city_code,
                self._criteria,
                within=within(self._by, self._criteria),
                after=after,
                most=_PAGE,
            )
            unknown = {row["person"] for row in page.rows} - self._people.keys()
            self._people |= dict.fromkeys(unknown, "") | people_named(self._by, unknown)
            for row in page.rows:
                self.count += 1
                yield row
            progress(self._job, self.count, max(self._total, self.count), "書き出しています")
            after = page.after
            if after is None:
                return

    def names(self, row: Row) -> tuple[str, str]:
        day = row["ts"].astimezone(clock.JAPAN).date()
        section = self._sections.name(row["section"], day) if row["section"] else ""
        return section, self._people.get(row["person"], "")


@transaction.atomic
def _keep(by: Principal, export: SearchExport, name: str, stream: object, rows: int) -> None:
    stored = keep(
        by=by,
        city_code=by.city_code,
        name=name,
        stream=stream,
        subject=(FILE_SUBJECT, export.pk),
        allowed=(export_files.KINDS[export.format],),
        limit=_LARGEST,
    )
    export.file, export.rows, export.finished_at = stored, rows, clock.now()
    export.save(update_fields=["file", "rows", "finished_at"])
    SearchRecord.objects.filter(pk=export.search_id).update(shown=rows)
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.search.exported",
        subject=(SUBJECT, export.search_id),
        changes={"format": export.format, "rows": rows, "sha256": stored.sha256, "size": stored.size},
    )
    told = f"操作ログの出力（{export.search.purpose}）"
    note_access(
        by=by, city_code=by.city_code, subject=(SUBJECT, export.search_id), purpose=told[:200], rows=rows
    )


def own_export(by: Principal, export_id: int) -> SearchExport:
    """Return an export of one's own, while one may search. ``Missing`` otherwise."""
    if not by.holds(SEARCH_EVENTS) or by.person_id is None:
        raise Missing("出力が見つかりません。")
    rows = SearchExport.objects.filter(
        pk=export_id, search__city=by.city_id, search__person=by.person_id
    ).select_related("file", "search__purpose")
    found = rows.first()
    if found is None:
        raise Missing("出力が見つかりません。")
    return found


def may_read_export(by: Principal, subject_id: str) -> bool:
    """Tell whether *by* may download the file of an export: whoever asked for it, while they may search."""
    if not (subject_id.isascii() and subject_id.isdigit() and len(subject_id) < 19):
        return False
    try:
        own_export(by, int(subject_id))
    except (Missing, Denied):
        return False
    return True
