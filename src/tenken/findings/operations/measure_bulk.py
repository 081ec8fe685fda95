"""Measures taken in one go, from a list filled in elsewhere: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common.refusals import Denied, Invalid, Problem, Refusal
from tenken.findings.models import Finding, Measure
from tenken.findings.operations.measure_checks import MeasureData
from tenken.findings.operations.measures import add_measure, propose_measure
from tenken.findings.permissions import MANAGE_REPORTS, REPORT_MEASURES
from tenken.journal.operations import record
from tenken.organization.access import Principal, decide, require_somewhere


@dataclass(frozen=True)
class MeasureLine:
    """What one row says of a finding that was at *version*. ``place`` names the row."""

    finding_id: int
    version: int
    place: str
    data: MeasureData


@transaction.atomic
def measure_many(
    *, by: Principal, rows: Sequence[MeasureLine], source: str, on: date | None = None
) -> list[Measure]:
    """Lay down every measure of *rows*, or propose it where *by* does not manage reports. *source*: the file's name.

    ``Invalid`` with every row that is stale, impossible or wrong, by its place; then nothing is written.
    """
    require_somewhere(by, REPORT_MEASURES)
    reach = Finding.objects.restrict(by, REPORT_MEASURES).select_related("unit", "city", "report")
    findings = reach.in_bulk([row.finding_id for row in rows])
    problems: list[Problem] = []
    done: list[Measure] = []
    for row in rows:
        finding = findings.get(row.finding_id)
        if finding is None:
            raise Denied("この課題は、あなたが措置を報告する範囲にありません。")
        write = add_measure if decide(by, MANAGE_REPORTS, unit=finding.unit) else propose_measure
        try:
            with transaction.atomic():  # what one row began is undone before the next is looked at
                done.append(write(by=by, finding=finding, data=row.data, version=row.version, on=on))
        except Refusal as refusal:
            told = [str(problem) for problem in refusal.problems] or [refusal.message]
            problems += [Problem(message, row.place) for message in told]
    if problems:
        raise Invalid(f"取り込めない行が{len({one.place for one in problems})}行あります。", problems[:200])
    record(
        by=by,
        city_code=by.city_code,
        operation="findings.measure.import",
        subject=("findings.batch", len(done)),
        changes={"file": source, "measures": [[one.pk, one.finding_id, one.status] for one in done]},
        business_date=on,
    )
    return done
