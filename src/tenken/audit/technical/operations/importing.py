"""Results of scanners: received, read aside, seen as a difference, taken over. Nothing half-read ever stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from tenken.assets.models import InformationSystem
from tenken.audit.models import Engagement, ScanImport
from tenken.audit.technical import states
from tenken.audit.technical.applying import merge
from tenken.audit.technical.comparing import compare, last_applied
from tenken.audit.technical.operations.opening import open_returned
from tenken.audit.technical.queries.reach import require_import
from tenken.audit.technical.readers import FORMATS, TableMapping, Told, read, recognise
from tenken.audit.technical.staging import clear, stage
from tenken.common import clock
from tenken.common.clock import JAPAN
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Missing, Problem, Refusal, Stale
from tenken.files.kinds import SCAN_KINDS
from tenken.files.operations import check_whole, store
from tenken.files.store import path_of
from tenken.journal.operations import record
from tenken.organization.access import Principal

SUBJECT = "audit.scan"
_DEFAULT_TOOLS = {"gvm": "openvas", "zap_xml": "zap", "zap_json": "zap"}
_OVER = (Engagement.Status.CLOSED, Engagement.Status.CANCELLED)


def receive_scan(
    *,
    by: Principal,
    system: InformationSystem,
    stream: BinaryIO,
    name: str,
    engagement: Engagement | None = None,
    fiscal_year: int | None = None,
    told_on: date | None = None,
    partial: bool = False,
) -> ScanImport:
    """Keep a scanner's file *name* for *system* and return its import, not read yet.

    *engagement*: the audit it belongs to, which must be of the system; its year counts then, else *fiscal_year* (the
    present one). *told_on*: the day of the scan, for files that do not say. *partial*: see ``ScanImport``. ``Invalid``
    when the file is too large or no scanner's.
    """
    require_import(by, system, engagement)
    year = _year(by, system, engagement, fiscal_year)
    if told_on is not None and told_on > by.on:
        raise Invalid(
            "診断日を確かめてください。", [Problem("診断日が今日より後です。", "診断日", "told_on")]
        )
    scan = ScanImport.objects.create(
        system=system,
        engagement=engagement,
        fiscal_year=year,
        source=name[-255:],
        partial=partial,
        told_on=told_on,
        requested_by=by.actor.code,
        requested_by_name=by.actor.name,
        requested_at=clock.now(),
    )
    try:
        # Outside any transaction of ours: a hundred megabytes are written before the database is asked to wait.
        file = store(
            by=by,
            city_code=by.city_code,
            name=name,
            stream=stream,
            subject=(SUBJECT, scan.pk),
            allowed=SCAN_KINDS,
            limit=settings.MAX_SCAN_BYTES,
        )
        found = recognise(path_of(file.sha256), file.name)
    except Refusal:
        scan.delete()  # an import without a file is none
        raise
    with transaction.atomic():
        scan.file, scan.source, scan.format = file, file.name, found
        scan.save(update_fields=["file", "source", "format"])
        _record(by, scan, "receive", file=file.name, sha256=file.sha256, size=file.size, format=found)
    return scan


def _year(by: Principal, system: InformationSystem, engagement: Engagement | None, year: int | None) -> int:
    if engagement is None:
        return FiscalYear.of(by.on).year if year is None else year
    if engagement.system_id != system.pk:
        raise Invalid("この監査の対象は、ほかの情報システムです。")
    if engagement.status in _OVER:
        raise Stale(f"この監査は「{engagement.get_status_display()}」のため、診断結果を取り込めません。")
    return engagement.fiscal_year


@transaction.atomic
def map_scan(*, by: Principal, scan: ScanImport, mapping: TableMapping, version: int) -> ScanImport:
    """Say which column of a table is what; to be read (again) afterwards. ``Invalid`` when no column is the title."""
    scan = _locked(by, scan)
    if scan.format != "table":
        raise Invalid(f"{FORMATS[scan.format]}には、列の対応づけは要りません。")
    states.after(scan.status, states.READ)
    _check_version(scan, version)
    if mapping.title is None:
        raise Invalid(
            "対応づけを確かめてください。",
            [Problem("ぜい弱性の名称の列を選んでください。", "名称", "title")],
        )
    scan.mapping = mapping_data(mapping)
    scan.version += 1
    scan.save(update_fields=["mapping", "version"])
    _record(by, scan, "map", mapping=scan.mapping)
    return scan


def mapping_data(mapping: TableMapping) -> dict[str, Any]:
    """Return *mapping* as it is kept."""
    return {**asdict(mapping), "severities": dict(mapping.severities)}


def read_scan(*, by: Principal, scan: ScanImport, told: Told | None = None) -> ScanImport:
    """Read the file of an import aside and make the difference. Reading again replaces what was read before.

    What a reader refuses is kept as the import's message and raised; nothing of the file stays then.
    """
    with transaction.atomic():
        scan = _locked(by, scan)
        scan.status = states.after(scan.status, states.READ)
        scan.version += 1
        scan.message, scan.problems, scan.figures = "", [], {}
        scan.save()
    try:
        figures, moment, tools = _read(by, scan, told)
    except Refusal as refusal:
        _refused(by, scan, refusal)
        raise
    with transaction.atomic():
        fresh = _unmoved(by, scan)
        fresh.status = states.after(fresh.status, states.FOUND)
        fresh.tools, fresh.scanned_at, fresh.figures = tools, moment, figures
        fresh.compared_with = scan.compared_with
        fresh.version += 1
        fresh.save()
        _record(by, fresh, "read", figures=figures, scanned_at=moment)
    return fresh


def _read(by: Principal, scan: ScanImport, told: Told | None) -> tuple[dict[str, int], datetime, list[str]]:
    assert scan.file is not None
    check_whole(scan.file)
    clear(scan)
    mapping = TableMapping(**scan.mapping) if scan.mapping else None
    found = read(Path(path_of(scan.file.sha256)), scan.format, mapping=mapping, told=told)
    tool = _DEFAULT_TOOLS.get(scan.format, scan.format)
    staged = stage(scan, found, default_tool=tool, on=scan.told_on or by.on)
    scan.scanned_at = _moment(scan, staged.scanned_at)
    ScanImport.objects.filter(pk=scan.pk).update(scanned_at=scan.scanned_at)
    scan.compared_with = last_applied(scan.system_id)
    figures = compare(scan) | {"results": staged.results}
    return figures, scan.scanned_at, sorted(staged.tools)


def _moment(scan: ScanImport, said: datetime | None) -> datetime:
    if said is None:
        if scan.told_on is None:
            raise Invalid(
                "診断日がファイルにありません。診断日を入力して、もう一度送ってください。",
                [Problem("ファイルに診断日時がありません。", "診断日", "told_on")],
            )
        said = datetime.combine(scan.told_on, time(12), tzinfo=JAPAN).astimezone(UTC)
    if said > clock.now() + timedelta(days=1):
        raise Invalid(f"診断日時（{said.astimezone(JAPAN):%Y-%m-%d %H:%M}）が、今より後です。")
    return said.replace(microsecond=0)


def _refused(by: Principal, scan: ScanImport, refusal: Refusal) -> None:
    clear(scan)
    with transaction.atomic():
        fresh = _unmoved(by, scan)
        fresh.status = states.after(fresh.status, states.FAIL)
        fresh.message = refusal.message[:500]
        fresh.problems = [{"place": one.place, "message": one.message} for one in refusal.problems[:200]]
        fresh.version += 1
        fresh.save()
        _record(by, fresh, "refuse", message=refusal.message)


@transaction.atomic
def compare_scan(*, by: Principal, scan: ScanImport) -> ScanImport:
    """Make the difference of a read import anew, against what stands now."""
    scan = _locked(by, scan)
    if scan.status != states.READY:
        raise Stale("差分を作り直せるのは、確認待ちの取込みだけです。")
    scan.compared_with = last_applied(scan.system_id)
    scan.figures = compare(scan) | {"results": scan.figures.get("results", 0)}
    scan.version += 1
    scan.save()
    _record(by, scan, "compare", figures=scan.figures)
    return scan


@transaction.atomic
def apply_scan(*, by: Principal, scan: ScanImport, version: int) -> ScanImport:
    """Take over what was seen: all of it, in one transaction. *version*: of the import whose difference was shown.

    A weakness that came back and whose finding was closed gets a new finding that follows it. ``Stale`` when another
    import was applied since the difference was made.
    """
    scan = _locked(by, scan)
    status = states.after(scan.status, states.APPLY)
    _check_version(scan, version)
    if scan.compared_with != last_applied(scan.system_id):
        raise Stale("ほかの診断結果が先に取り込まれました。比べ直して、差分を確かめてください。")
    scan.status, scan.applied_at, scan.applied_by_name = status, clock.now(), by.actor.name
    scan.version += 1
    scan.message = (
        f"ぜい弱性{scan.figures['weaknesses']:,}種類、{scan.figures['places']:,}か所を取り込みました。"
    )
    scan.save()
    merge(scan)
    opened = open_returned(by=by, scan=scan)
    _record(by, scan, "apply", figures=scan.figures, findings=[[one.pk, str(one)] for one in opened])
    return scan


@transaction.atomic
def discard_scan(*, by: Principal, scan: ScanImport) -> ScanImport:
    """Put an import aside: nothing of it is taken over. The file stays as it was received."""
    scan = _locked(by, scan)
    scan.status = states.after(scan.status, states.DISCARD)
    scan.version += 1
    scan.save()
    clear(scan)
    _record(by, scan, "discard")
    return scan


def _locked(by: Principal, scan: ScanImport) -> ScanImport:
    """Return the import with its row locked, once *by* may bring in results for its system."""
    fresh = (
        ScanImport.objects.select_for_update(of=("self",))
        .select_related("system__owner", "system__city", "engagement", "file")
        .filter(pk=scan.pk, system__city=by.city_id)
        .first()
    )
    if fresh is None:
        raise Missing("診断結果が見つかりません。")
    require_import(by, fresh.system, fresh.engagement)
    return fresh


def _unmoved(by: Principal, scan: ScanImport) -> ScanImport:
    fresh = _locked(by, scan)
    if fresh.version != scan.version:
        raise Stale("読み取っている間に、この取込みが変更されました。もう一度読み取ってください。")
    return fresh


def _check_version(scan: ScanImport, version: int) -> None:
    if scan.version != version:
        raise Stale("表示したあとに、この取込みは変更されました。内容を確かめて、もう一度お試しください。")


def _record(by: Principal, scan: ScanImport, event: str, **changes: Any) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"{SUBJECT}.{event}",
        subject=(SUBJECT, scan.pk),
        changes={"system": scan.system.code, "engagement": scan.engagement_id, **changes},
    )
