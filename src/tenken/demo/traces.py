"""追跡調査: one item through all sections concerned, proved by duty rosters and records of the work."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest, pick, read
from tenken.demo.days import opening_day
from tenken.demo.sheets import between
from tenken.findings import operations as findings
from tenken.findings.models import Finding, Trace, TraceLine
from tenken.findings.operations import NewProof
from tenken.inspection.models import Programme

_MONTHS_PROVED = timedelta(days=60)


def load_past_trace(made: DemoCity, fiscal_year: int) -> Trace:
    """Follow the stand-alone PCs of FY2014 through every section that had an issue, until all are confirmed."""
    about = read("traces")["past"]
    opened, due, closed = about["opened"], about["due"], about["closed"]
    secretariat = plan.secretariat_post()
    trace = findings.open_trace(
        by=made.acting(secretariat, opened),
        city=made.city,
        fiscal_year=fiscal_year,
        item_code=about["item"],
        name=about["name"],
        why=about["why"],
        due_on=due,
        target="with_issue",
        on=opened,
    )
    for line in trace.lines.select_related("unit"):
        day = between(opened + timedelta(days=30), due, "trace", line.unit.code)
        _answer(made, line, about["notes"], day)
    _confirm(made, trace, closed, percent=100)
    return findings.close_trace(by=made.acting(secretariat, closed), trace=trace, on=closed)


def load_running_trace(made: DemoCity, programme: Programme, today: date) -> Trace:
    """Follow the counting of USB memories through last year's sections and those of the accounts; some have answered."""
    about = read("traces")["present"]
    opened = opening_day(today - timedelta(days=16))
    had = Finding.objects.filter(
        city=made.city, fiscal_year=programme.fiscal_year - 1, item_code=about["item"]
    ).values_list("unit__code", flat=True)
    accounts = {post.rpartition("-")[0] for post in plan.account_posts()}
    standing = made.units_on(opened)
    sections = {
        code: unit
        for code, unit in standing.items()
        if unit.kind.answers_sheets and code in {*had, *accounts}
    }
    trace = findings.open_trace(
        by=made.acting(plan.secretariat_post(), opened),
        city=made.city,
        fiscal_year=programme.fiscal_year,
        item_code=about["item"],
        name=about["name"],
        why=about["why"],
        due_on=opening_day(today + timedelta(days=20)),
        target="chosen",
        units=[unit.pk for unit in sections.values()],
        on=opened,
    )
    for line in trace.lines.select_related("unit"):
        if line.unit.code not in accounts and digest("trace", line.unit.code) % 100 < 60:
            day = between(opened + timedelta(days=2), today - timedelta(days=3), "trace", line.unit.code)
            _answer(made, line, about["notes"], day)
    _confirm(made, trace, today - timedelta(days=1), percent=50)
    left = trace.lines.filter(status=TraceLine.Status.ANSWERED).select_related("unit").first()
    if left is not None:
        findings.return_line(
            by=made.acting(plan.secretariat_post(), today),
            line=left,
            comment=read("traces")["returned"],
            version=left.version,
            on=today,
        )
    return trace


def _answer(made: DemoCity, line: TraceLine, notes: list[str], day: date) -> None:
    head = made.acting(f"{line.unit.code}-1", day)
    begun = day - _MONTHS_PROVED
    findings.answer_line(
        by=head,
        line=line,
        answer="done",
        note=pick(notes, "note", line.unit.code),
        proofs=[
            NewProof("duty_roster", begun, day, "当番表.csv", _table("当番", line.unit.code, begun, day)),
            NewProof("work_record", begun, day, "作業記録.csv", _table("作業", line.unit.code, begun, day)),
        ],
        version=line.version,
        on=day,
    )


def _table(what: str, code: str, first: date, last: date) -> BytesIO:
    """Return a small list of days, as a section keeps it."""
    rows = [f"日付,{what},確認"]
    day = opening_day(first)
    while day <= last:
        rows.append(f"{day:%Y/%m/%d},{'係長' if digest(what, code, day) % 3 else '主任'},済")
        day = opening_day(day + timedelta(days=30))
    return BytesIO("\r\n".join([*rows, ""]).encode("cp932"))


def _confirm(made: DemoCity, trace: Trace, day: date, *, percent: int) -> None:
    answered = trace.lines.filter(status=TraceLine.Status.ANSWERED).select_related("unit")
    chosen = {line.pk: line.version for line in answered if digest("confirm", line.unit.code) % 100 < percent}
    by = made.acting(plan.secretariat_post(), day)
    findings.confirm_lines(by=by, trace=trace, versions=chosen, on=day)
