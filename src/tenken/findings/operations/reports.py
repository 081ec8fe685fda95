"""Audit reports come in, with what they found: from outside by hand or by Excel, from audits of this house by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.findings.models import AuditReport, Finding, ReportEvent
from tenken.findings.operations.opening import check_city, insert_findings, locked_counter
from tenken.findings.permissions import MANAGE_REPORTS
from tenken.findings.states import OPEN, WITHDRAWN
from tenken.findings.states.measures import WITHOUT_ANSWER, first_status
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City, Unit

# What a house audits itself; the others' findings are of an audit from outside.
_OWN = frozenset({AuditReport.Kind.SYSTEM, AuditReport.Kind.TECHNICAL, AuditReport.Kind.INTERNAL})
_MOST = 2_000
SUBJECT = "findings.report"


@dataclass(frozen=True)
class Viewpoint:
    """One 着眼点 as printed: ``code`` "(2)", ``part`` "risk" or "three_e", its question."""

    code: str
    text: str
    part: str = AuditReport.Part.RISK


@dataclass(frozen=True)
class Tally:
    """Published totals whose items are not known: how many of which kind a chapter has."""

    chapter: str
    opinions: int = 0
    evaluations: int = 0
    exceptions: int = 0


@dataclass(frozen=True)
class ReportData:
    """What is registered of a report. ``code`` '' gives the next of its year; ``unit_id``: the section audited, if one."""

    kind: str
    title: str
    theme: str
    target: str
    fiscal_year: int
    auditor: str = ""
    unit_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    issued_on: date | None = None
    viewpoints: tuple[Viewpoint, ...] = ()
    tallies: tuple[Tally, ...] = ()
    note: str = ""
    code: str = ""
    engagement_key: str = ""


@dataclass(frozen=True)
class ReportedFinding:
    """One row of a report. ``unit_id`` None: the report's section. ``track`` '': 課題 by plan and report, all else by measures.

    ``place`` names the row when something is wrong with it (「シート「指摘」5行」); '' counts the rows.
    """

    kind: str
    title: str
    detail: str = ""
    unit_id: int | None = None
    reference: str = ""
    heading: str = ""
    viewpoint: str = ""
    perspective: str = ""
    due_on: date | None = None
    origin_key: str = ""
    item_code: str = ""
    category_code: str = ""
    aspect: str = ""
    system_id: int | None = None
    track: str = ""
    place: str = ""


@transaction.atomic
def register_report(*, by: Principal, city: City, data: ReportData, on: date | None = None) -> AuditReport:
    """Register a report. ``Invalid`` names the fields of *data* that are wrong, also a code that is taken."""
    require(by, MANAGE_REPORTS)
    return _register(by, city, data, on or by.on)


@transaction.atomic
def correct_report(
    *, by: Principal, report: AuditReport, data: ReportData, version: int, on: date | None = None
) -> AuditReport:
    """Correct what is said of a report; its code, year and engagement stay. ``Stale`` when it changed since *version*."""
    require(by, MANAGE_REPORTS)
    fresh = locked_report(by, report.pk)
    if fresh.version != version:
        raise Stale(
            "表示したあとに、この監査結果報告書は変更されました。内容を確かめて、もう一度お試しください。"
        )
    data = replace(data, code=fresh.code, fiscal_year=fresh.fiscal_year, engagement_key=fresh.engagement_key)
    _check_report(fresh.city, data)
    used = set(_live(fresh).exclude(viewpoint="").values_list("viewpoint", flat=True))
    if gone := used - {one.code for one in data.viewpoints}:
        raise _wrong("viewpoints", "着眼点", f"課題のある着眼点は消せません：{'、'.join(sorted(gone))}")
    before = _kept(fresh)
    _fill(fresh, data)
    fresh.version += 1
    fresh.save()
    after = _kept(fresh)
    changed = [name for name in after if before[name] != after[name]]
    _tell(
        by,
        fresh,
        "corrected",
        "",
        on or by.on,
        {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        },
    )
    return fresh


@transaction.atomic
def report_findings(
    *, by: Principal, report: AuditReport, rows: Sequence[ReportedFinding], on: date | None = None
) -> list[Finding]:
    """Open what *report* found, behind what stands of it already, and return the findings in the order of *rows*.

    Each gets the next number of the report's fiscal year. ``opened_on`` is *on*, else the day the report was issued or
    the audit ended, else today. ``Invalid`` names every row that is wrong; then nothing is written.
    """
    require(by, MANAGE_REPORTS)
    return _open(by, locked_report(by, report.pk), rows, on)


@transaction.atomic
def issue_report(
    *, by: Principal, city: City, data: ReportData, rows: Sequence[ReportedFinding], on: date
) -> tuple[AuditReport, list[Finding]]:
    """Register the report of an audit of this house with its findings. Whether it may be issued is decided by that
    audit's own operation, which calls this inside its transaction; ``data.engagement_key`` names the audit."""
    if not data.engagement_key:
        raise ValueError("issue_report is for audits of this house: engagement_key is missing")
    report = _register(by, city, data, on)
    return report, _open(by, report, rows, on)


def locked_report(by: Principal, key: int) -> AuditReport:
    """Return the report with its row locked; ``Missing`` where *by*'s city has none of that key."""
    fresh = (
        AuditReport.objects.select_for_update(of=("self",))
        .select_related("city")
        .filter(pk=key, city=by.city_id)
        .first()
    )
    if fresh is None:
        raise Missing("監査結果報告書が見つかりません。")
    return fresh


def tell_report(by: Principal, report: AuditReport, event: str, comment: str, on: date) -> None:
    """Write down one step of a report as people read it."""
    ReportEvent(
        report=report,
        event=event,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=comment,
        happened_on=on,
        recorded_at=clock.now(),
    ).save(force_insert=True)


def report_origin(report: AuditReport) -> str:
    """Return where the findings of *report* come from: an audit of this house, or one from outside."""
    own = bool(report.engagement_key) or report.kind in _OWN
    return Finding.Origin.AUDIT if own else Finding.Origin.EXTERNAL_AUDIT


# --- the report ---------------------------------------------------------------------------------------------


def _register(by: Principal, city: City, data: ReportData, on: date) -> AuditReport:
    check_city(by, city)
    if not data.code:
        City.objects.select_for_update().get(pk=city.pk)  # one code at a time
        data = replace(data, code=_next_code(city, data.fiscal_year))
    _check_report(city, data)
    if AuditReport.objects.filter(city=city, code=data.code).exists():
        raise _wrong("code", "コード", f"「{data.code}」は、もう使われています。")
    report = AuditReport(
        city=city, code=data.code, fiscal_year=data.fiscal_year, engagement_key=data.engagement_key
    )
    _fill(report, data)
    report.save(force_insert=True)
    _tell(by, report, "registered", "", on, {"after": _kept(report)})
    return report


def _next_code(city: City, fiscal_year: int) -> str:
    taken = set(
        AuditReport.objects.filter(city=city, code__startswith=f"{fiscal_year}-").values_list(
            "code", flat=True
        )
    )
    number = len(taken) + 1
    while f"{fiscal_year}-{number}" in taken:
        number += 1
    return f"{fiscal_year}-{number}"


def _fill(report: AuditReport, data: ReportData) -> None:
    report.kind = data.kind
    for name in ("title", "theme", "target", "auditor", "note"):
        setattr(report, name, getattr(data, name).strip())
    report.unit_id = data.unit_id
    report.starts_on, report.ends_on, report.issued_on = data.starts_on, data.ends_on, data.issued_on
    report.viewpoints = [
        {"code": one.code, "part": one.part, "text": one.text.strip()} for one in data.viewpoints
    ]
    report.tallies = [
        {
            "chapter": one.chapter,
            "exceptions": one.exceptions,
            "opinions": one.opinions,
            "evaluations": one.evaluations,
        }
        for one in data.tallies
    ]


def _kept(report: AuditReport) -> dict[str, Any]:
    names = (
        "code kind title theme auditor target unit_id fiscal_year starts_on ends_on issued_on viewpoints tallies "
        "note engagement_key"
    )
    return {name: getattr(report, name) for name in names.split()}


def _check_report(city: City, data: ReportData) -> None:
    problems = list(_report_problems(data))
    if data.unit_id is not None and not Unit.objects.filter(city=city, pk=data.unit_id).exists():
        problems.append(Problem("この市の組織ではありません。", "監査対象の課公所", "unit_id"))
    if problems:
        raise Invalid("入力内容を確認してください。", problems)


def _report_problems(data: ReportData) -> Iterable[Problem]:
    if data.kind not in AuditReport.Kind.values:
        yield Problem("監査の種類を選んでください。", "監査の種類", "kind")
    for name, label, limit in (
        ("title", "報告書の名称", 200),
        ("theme", "監査のテーマ", 200),
        ("target", "監査対象", 200),
    ):
        text = getattr(data, name).strip()
        if not text or len(text) > limit:
            yield Problem(f"{label}を{limit}字までで入力してください。", label, name)
    for name, label, limit in (
        ("auditor", "監査を行った者", 120),
        ("note", "備考", 2_000),
        ("code", "コード", 40),
    ):
        if len(getattr(data, name)) > limit:
            yield Problem(f"{limit:,}字までです。", label, name)
    if not 1990 <= data.fiscal_year <= 2100:
        yield Problem("1990年度から2100年度までで入力してください。", "年度", "fiscal_year")
    if data.starts_on and data.ends_on and data.ends_on < data.starts_on:
        yield Problem("開始日以後の日付を入力してください。", "監査の終了日", "ends_on")
    yield from _viewpoint_problems(data.viewpoints)
    for tally in data.tallies:
        if min(tally.opinions, tally.evaluations, tally.exceptions) < 0 or not 0 < len(tally.chapter) <= 200:
            yield Problem(
                "公表された件数は、章の名と0以上の数で入力してください。", "公表された件数", "tallies"
            )


def _viewpoint_problems(viewpoints: Sequence[Viewpoint]) -> Iterable[Problem]:
    codes = [one.code for one in viewpoints]
    for one in viewpoints:
        if (
            not 0 < len(one.code) <= 20
            or not 0 < len(one.text.strip()) <= 300
            or one.part not in AuditReport.Part.values
        ):
            yield Problem(
                "着眼点は、20字までの番号と300字までの文で入力してください。", "着眼点", "viewpoints"
            )
        elif codes.count(one.code) > 1:
            yield Problem(f"着眼点「{one.code}」が重なっています。", "着眼点", "viewpoints")


# --- what it found ------------------------------------------------------------------------------------------


def _open(
    by: Principal, report: AuditReport, rows: Sequence[ReportedFinding], on: date | None
) -> list[Finding]:
    check_city(by, report.city)
    day = on or report.issued_on or report.ends_on or by.on
    _check_rows(report, rows)
    counter = locked_counter(report.city, report.fiscal_year)
    after = max(report.findings.values_list("report_order", flat=True), default=0)
    made = [
        Finding(
            city=report.city,
            unit_id=row.unit_id or report.unit_id or 0,  # checked: there is one
            fiscal_year=report.fiscal_year,
            number=counter.last + place,
            origin=report_origin(report),
            origin_key=row.origin_key or f"{SUBJECT}:{report.pk}:{after + place}",
            report=report,
            report_order=after + place,
            kind=row.kind,
            track=_track(row),
            status=first_status(row.kind) if _track(row) == Finding.Track.MEASURES else OPEN,
            closed_on=day if row.kind in WITHOUT_ANSWER else None,
            opened_on=day,
            due_on=row.due_on,
            **{name: getattr(row, name).strip() for name in _WORDS},
            system_id=row.system_id,
        )
        for place, row in enumerate(rows, start=1)
    ]
    if made:
        insert_findings(by, counter, made, day)
        _tell(
            by,
            report,
            "findings",
            f"{len(made)}件",
            on or by.on,
            {
                "findings": [
                    [row.pk, str(row), row.kind, row.reference, row.unit_id, row.title] for row in made
                ]
            },
        )
    return made


_WORDS = (
    "title",
    "detail",
    "reference",
    "heading",
    "viewpoint",
    "perspective",
    "item_code",
    "category_code",
    "aspect",
)


def _track(row: ReportedFinding) -> str:
    if row.kind in WITHOUT_ANSWER:
        return Finding.Track.MEASURES
    usual = Finding.Track.IMPROVEMENT if row.kind == Finding.Kind.ISSUE else Finding.Track.MEASURES
    return row.track or usual


def _live(report: AuditReport) -> Any:
    return Finding.objects.filter(report=report).exclude(status=WITHDRAWN)


def _check_rows(report: AuditReport, rows: Sequence[ReportedFinding]) -> None:
    if len(rows) > _MOST:
        raise Invalid(f"一度に登録できるのは{_MOST:,}件までです。")
    wanted = [key for row in rows if (key := row.unit_id or report.unit_id) is not None]
    units = set(Unit.objects.filter(city=report.city, pk__in=wanted).values_list("pk", flat=True))
    taken = set(_live(report).exclude(reference="").values_list("reference", flat=True))
    keys = {row.origin_key for row in rows if row.origin_key}
    origins = set(
        Finding.objects.filter(city=report.city, origin_key__in=keys)
        .exclude(status=WITHDRAWN)
        .values_list("origin_key", flat=True)
    )
    known = {one["code"] for one in report.viewpoints}
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        place = row.place or f"{number}件目"
        problems += [Problem(text, place, field) for field, text in _row_problems(row, known)]
        if (row.unit_id or report.unit_id) not in units:
            problems.append(Problem("対応する課公所を選んでください。", place, "unit_id"))
        if row.reference.strip() in taken:
            problems.append(
                Problem(f"番号「{row.reference}」は、この報告書で使われています。", place, "reference")
            )
        if row.origin_key and row.origin_key in origins:
            problems.append(Problem(f"「{row.origin_key}」は、もう課題になっています。", place, "origin_key"))
        taken |= {row.reference.strip()} - {""}
        origins |= {row.origin_key}
    if problems:
        raise Invalid("登録できない課題があります。", problems[:200])


def _row_problems(row: ReportedFinding, viewpoints: set[str]) -> Iterable[tuple[str, str]]:
    if row.kind not in Finding.Kind.values:
        yield "kind", "区分を選んでください。"
    if not row.title.strip() or len(row.title.strip()) > 500:
        yield "title", "件名を500字までで入力してください。"
    for name, label, limit in (
        ("detail", "内容", 5_000),
        ("reference", "報告書の番号", 60),
        ("heading", "見出し", 500),
    ):
        if len(getattr(row, name).strip()) > limit:
            yield name, f"{label}は{limit:,}字までです。"
    if row.viewpoint and row.viewpoint not in viewpoints:
        yield "viewpoint", f"着眼点「{row.viewpoint}」は、この報告書にありません。"
    if row.perspective and row.perspective not in Finding.Perspective.values:
        yield "perspective", "視点を選んでください。"
    if row.aspect and row.aspect not in Finding.Aspect.values:
        yield "aspect", "運用面か技術面を選んでください。"
    if row.track and row.track not in Finding.Track.values:
        yield "track", "対応のしかたを選んでください。"


def _wrong(field: str, label: str, message: str) -> Invalid:
    return Invalid("入力内容を確認してください。", [Problem(message, label, field)])


def _tell(
    by: Principal, report: AuditReport, event: str, comment: str, on: date, changes: dict[str, Any]
) -> None:
    tell_report(by, report, event, comment, on)
    record(
        by=by,
        city_code=report.city.code,
        operation=f"findings.report.{event}",
        subject=(SUBJECT, report.pk),
        changes={"code": report.code, **changes},
        business_date=on,
    )
