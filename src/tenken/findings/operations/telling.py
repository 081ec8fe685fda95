"""The days as of which measures are told to the auditors: set, reminded of, told and from then on frozen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.findings.models import AuditReport, Finding, Measure, ReportingDate
from tenken.findings.operations.recipients import people_of
from tenken.findings.operations.reports import SUBJECT, locked_report, tell_report
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES
from tenken.findings.states import STATUS_LABELS, UNANSWERED
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require

REMINDED = "findings.measures.due"
_SHOWN = 20


@transaction.atomic
def set_reporting_date(
    *,
    by: Principal,
    report: AuditReport,
    as_of: date | None,
    remind_on: date | None = None,
    on: date | None = None,
) -> ReportingDate:
    """Set a day as of which the measures of *report* are told, and the day sections are asked for them; again to move
    that day. ``Invalid`` names as_of and remind_on; ``Stale`` when that day was told already."""
    require(by, MANAGE_REPORTS)
    report = locked_report(by, report.pk)
    if as_of is None:
        raise _invalid("基準日を入力してください。", "基準日", "as_of")
    if remind_on is not None and remind_on > as_of:
        raise _invalid("基準日までの日付を入力してください。", "依頼日", "remind_on")
    first = report.issued_on or report.ends_on
    if first is not None and as_of < first:
        raise _invalid(f"報告日（{era_date(first)}）以後の日付を入力してください。", "基準日", "as_of")
    row = ReportingDate.objects.filter(report=report, as_of=as_of).first() or ReportingDate(
        report=report, as_of=as_of
    )
    if row.told_on is not None:
        raise Stale(f"{era_date(as_of)}現在の措置は、通知済みです。")
    told = max(
        report.reporting_dates.filter(told_on__isnull=False).values_list("as_of", flat=True), default=None
    )
    if told is not None and as_of < told:
        raise _invalid(
            f"通知済みの基準日（{era_date(told)}）より後の日付を入力してください。", "基準日", "as_of"
        )
    if row.remind_on != remind_on:
        row.remind_on, row.reminded_at = remind_on, None
    row.save()
    _told(by, report, row, "date_set", era_date(as_of), on or by.on)
    return row


@transaction.atomic
def drop_reporting_date(*, by: Principal, reporting_date: ReportingDate, on: date | None = None) -> None:
    """Take a reporting day back. ``Stale`` when it was told: what was told stays."""
    require(by, MANAGE_REPORTS)
    row = _locked(by, reporting_date)
    _untold(row)
    _told(by, row.report, row, "date_dropped", era_date(row.as_of), on or by.on)
    row.delete()


@transaction.atomic
def mark_told(
    *, by: Principal, reporting_date: ReportingDate, document_number: str, on: date | None = None
) -> int:
    """Say that the measures up to the reporting day were told to the auditors under *document_number*; return how many
    measures are frozen by it.

    ``Invalid`` without a number or before that day; ``Stale`` when told already, when an earlier reporting day was not,
    or while a proposal dated up to that day waits: it would come too late for the table it belongs to.
    """
    require(by, MANAGE_REPORTS)
    day = on or by.on
    row = _locked(by, reporting_date)
    number = document_number.strip()
    if not number or len(number) > 60:
        raise _invalid("文書番号を60字までで入力してください。", "文書番号", "document_number")
    if day < row.as_of:
        raise _invalid("基準日より前には通知できません。", "通知日", "told_on")
    _untold(row)
    if row.report.reporting_dates.filter(as_of__lt=row.as_of, told_on__isnull=True).exists():
        raise Stale("先に、前の基準日の措置を通知済みにするか、その基準日を取り消してください。")
    measures = Measure.objects.filter(finding__report=row.report, on__lte=row.as_of, told_on__isnull=True)
    waiting = measures.exclude(state=Measure.State.DECIDED).select_related("finding")
    if waiting:
        raise Stale(
            f"確認の済んでいない措置が{len(waiting)}件あります（課題{'、'.join(str(one.finding) for one in waiting[:5])}）。"
        )
    frozen = measures.update(told_on=day)
    row.told_on, row.document_number = day, number
    row.save(update_fields=["told_on", "document_number"])
    comment = f"{era_date(row.as_of)}現在　{number}　措置{frozen}件"
    _told(by, row.report, row, "told", comment, day)
    return frozen


@dataclass
class _Asked:
    """What one person is asked for: findings by their reporting day."""

    person: Recipient
    rows: dict[int, list[Finding]] = field(default_factory=lambda: defaultdict(list))


@transaction.atomic
def send_measure_reminders(*, by: Principal, on: date | None = None) -> int:
    """Ask the sections for what is 未着手, 検討中, 継続努力 or promised, for each reporting day whose 依頼日 has come and that was
    not asked for yet: one mail a person. Return the number of mails."""
    require(by, MANAGE_REPORTS)
    day = on or by.on
    due = {
        row.pk: row
        for row in ReportingDate.objects.select_for_update(of=("self",))
        .select_related("report__city")
        .filter(
            report__city=by.city_id,
            remind_on__lte=day,
            as_of__gte=day,
            reminded_at__isnull=True,
            told_on__isnull=True,
        )
        .order_by("as_of", "pk")
    }
    if not due:
        return 0
    asked = _asked(by, list(due.values()), day)
    for one in asked.values():
        subject, body = _mail({due[key]: rows for key, rows in one.rows.items()}, day)
        queue(
            by=by,
            city_code=by.city_code,
            kind=REMINDED,
            recipients=[one.person],
            subject=subject,
            body=body,
            link="/findings/answers/",
        )
    moment = clock.now()
    for row in due.values():
        row.reminded_at = moment
        row.save(update_fields=["reminded_at"])
        _told(by, row.report, row, "reminded", era_date(row.as_of), day)
    return len(asked)


def _asked(by: Principal, dates: Sequence[ReportingDate], day: date) -> dict[str, _Asked]:
    rows = (
        Finding.objects.filter(
            report__in={row.report_id for row in dates}, track=Finding.Track.MEASURES, status__in=UNANSWERED
        )
        .select_related("unit")
        .order_by("report_id", "report_order")
    )
    of_report: dict[int, list[Finding]] = defaultdict(list)
    for finding in rows:
        of_report[finding.report_id or 0].append(finding)
    people = people_of(by, {finding.unit_id for finding in rows}, day, REPORT_MEASURES) if rows else {}
    asked: dict[str, _Asked] = {}
    for row in dates:
        for finding in of_report[row.report_id]:
            for person in people.get(finding.unit_id, ()):
                asked.setdefault(person.code, _Asked(person)).rows[row.pk].append(finding)
    return asked


def _mail(rows: dict[ReportingDate, list[Finding]], day: date) -> tuple[str, str]:
    first = min(row.as_of for row in rows)
    count = sum(len(found) for found in rows.values())
    lines = [f"監査結果に対する措置の状況を、{era_date(first)}現在で報告してください（{count}件）。"]
    for row, found in rows.items():
        lines += ["", f"■ {row.report.title}（{era_date(row.as_of)}現在）"]
        for finding in found[:_SHOWN]:
            late = "　予定の期限を過ぎています" if finding.plan_due_on and finding.plan_due_on < day else ""
            label = finding.reference or str(finding)
            lines.append(f"・{label}　{finding.title[:60]}　〔{STATUS_LABELS[finding.status]}〕{late}")
        if len(found) > _SHOWN:
            lines.append(f"・ほか{len(found) - _SHOWN}件")
    return f"【措置】{era_date(first)}現在の措置の報告をお願いします（{count}件）", "\n".join(lines)


def _locked(by: Principal, reporting_date: ReportingDate) -> ReportingDate:
    locked_report(by, reporting_date.report_id)
    row = (
        ReportingDate.objects.select_for_update(of=("self",))
        .select_related("report__city")
        .filter(pk=reporting_date.pk)
        .first()
    )
    if row is None:
        raise Missing("措置の報告日が見つかりません。")
    return row


def _untold(row: ReportingDate) -> None:
    if row.told_on is not None:
        raise Stale(f"{era_date(row.as_of)}現在の措置は、{era_date(row.told_on)}に通知済みです。")


def _told(by: Principal, report: AuditReport, row: ReportingDate, event: str, comment: str, on: date) -> None:
    tell_report(by, report, event, comment, on)
    record(
        by=by,
        city_code=report.city.code,
        operation=f"findings.report.{event}",
        subject=(SUBJECT, report.pk),
        changes={
            "as_of": row.as_of,
            "remind_on": row.remind_on,
            "told_on": row.told_on,
            "document_number": row.document_number,
            "comment": comment,
        },
        business_date=on,
    )


def _invalid(message: str, label: str, field: str) -> Invalid:
    return Invalid("入力内容を確認してください。", [Problem(message, label, field)])
