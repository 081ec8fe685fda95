"""The measures of a report as of a date, as they are told to the auditors (document 002)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, cast

from django.db.models import Count, Q

from tenken.common.era import era_date
from tenken.common.refusals import Missing
from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.states import MEASURED, PROMISED, VERIFIED, WITHDRAWN
from tenken.findings.states.measures import (
    BUDGET_STAGES,
    MEASURE_LABELS,
    WITHOUT_ANSWER,
    MeasureFacts,
    first_status,
    status_as_of,
)
from tenken.organization.models import City

# The kinds in the order a report prints them; the first three also when nothing was found.
ALWAYS = ("exception", "opinion", "potential")
KINDS = (*ALWAYS, "issue", "assessment", "good_practice")
_KIND_LABELS = dict(Finding.Kind.choices)
_PERSPECTIVES = dict(Finding.Perspective.choices)
RISK, THREE_E = AuditReport.Part.RISK, AuditReport.Part.THREE_E
_REFERENCE = re.compile(r"^(?:指摘|意見|リスク|評価)?[0-9０-９]*(?P<mark>.*)$")


@dataclass(frozen=True)
class DatedMeasure:
    """One measure as printed: 「【措置済】 令和3年5月31日」 and its text."""

    pk: int
    number: int
    status: str
    on: date
    text: str
    promises: bool
    promise_due_on: date | None
    kept_on: date | None
    budget_stage: str
    decided_by_name: str
    told_on: date | None
    evidence: int

    @property
    def label(self) -> str:
        return MEASURE_LABELS[self.status]

    @property
    def printed(self) -> str:
        return f"【{self.label}】 {era_date(self.on)}"

    @property
    def budget_label(self) -> str:
        return BUDGET_STAGES.get(self.budget_stage, "")


@dataclass(frozen=True)
class MeasureRow:
    """One finding with its measures up to the day, in the order printed; ``status`` is that of the finding on that day."""

    finding_id: int
    number: str
    kind: str
    reference: str
    viewpoint: str
    perspective: str
    heading: str
    title: str
    text: str
    unit_id: int
    due_on: date | None
    status: str
    measures: tuple[DatedMeasure, ...]

    @property
    def latest(self) -> DatedMeasure | None:
        return max(self.measures, key=lambda one: (one.on, one.number), default=None)

    @property
    def mark(self) -> str:
        """What is printed before the row within its viewpoint: 「①」, 「③ア」, 「(1)」."""
        match = _REFERENCE.match(self.reference)
        rest = match["mark"] if match else self.reference
        return rest.removeprefix(self.viewpoint) if self.viewpoint else rest

    @property
    def perspective_label(self) -> str:
        return _PERSPECTIVES.get(self.perspective, "")


@dataclass(frozen=True)
class MeasureGroup:
    """The rows of one viewpoint, with its question; '' where a part has none."""

    code: str
    text: str
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class MeasurePart:
    """One part of a chapter: 「1 想定されるリスクからの着眼点に着目して行った監査の結果」. Without rows it prints 「特になし」."""

    kind: str
    part: str
    number: int
    groups: tuple[MeasureGroup, ...]

    @property
    def kind_label(self) -> str:
        return _KIND_LABELS[self.kind]

    @property
    def heading(self) -> str:
        """The part's heading; '' where the chapter is not divided."""
        if self.part == RISK:
            return f"{self.number} {RISK.label}に着目して行った監査の結果"
        if self.part == THREE_E:
            return f"{self.number} {THREE_E.label}から行った監査の結果"
        return ""

    @property
    def rows(self) -> tuple[MeasureRow, ...]:
        return tuple(row for group in self.groups for row in group.rows)


@dataclass(frozen=True)
class MeasuresTable:
    """The whole table. ``printed``: measures by status; ``latest``: rows by the status of their latest measure ('' without
    any); ``statuses``: rows by what the finding is then, so that done, promised and confirmed stand apart."""

    report_id: int
    code: str
    title: str
    kind: str
    theme: str
    target: str
    auditor: str
    fiscal_year: int
    starts_on: date | None
    ends_on: date | None
    as_of: date
    parts: tuple[MeasurePart, ...]
    tallies: tuple[dict[str, Any], ...] = field(default=())

    @property
    def period(self) -> str:
        """監査実施期間: 「令和3年2月10日」, 「…から…まで」."""
        days = [day for day in (self.starts_on, self.ends_on) if day is not None]
        if len(set(days)) == 2:
            return f"{era_date(days[0])}から{era_date(days[1])}まで"
        return era_date(days[0]) if days else ""

    @cached_property
    def rows(self) -> tuple[MeasureRow, ...]:
        return tuple(row for part in self.parts for row in part.rows)

    @cached_property
    def answered(self) -> tuple[MeasureRow, ...]:
        """The rows that want an answer: 評価 and 優良事例 want none."""
        return tuple(row for row in self.rows if row.kind not in WITHOUT_ANSWER)

    @cached_property
    def printed(self) -> dict[str, int]:
        counted = Counter(one.status for row in self.rows for one in row.measures)
        return {status: counted[status] for status in MEASURE_LABELS}

    @cached_property
    def latest(self) -> dict[str, int]:
        counted = Counter(row.latest.status if row.latest else "" for row in self.answered)
        return {status: counted[status] for status in (*MEASURE_LABELS, "")}

    @cached_property
    def statuses(self) -> dict[str, int]:
        return dict(Counter(row.status for row in self.answered))

    @property
    def done(self) -> int:
        """Rows that are 措置済 and promise nothing more."""
        return self.statuses.get(MEASURED, 0) + self.statuses.get(VERIFIED, 0)

    @property
    def promised(self) -> int:
        """Rows that are 措置済 and still promise."""
        return self.statuses.get(PROMISED, 0)

    @property
    def lacking_evidence(self) -> int:
        """Rows that are 措置済, promise nothing more, and have no evidence beside the measure."""
        return sum(
            row.status == MEASURED and row.latest is not None and not row.latest.evidence for row in self.rows
        )


def measures_table(city: City, report: AuditReport, as_of: date) -> MeasuresTable:
    """Return the measures of *report* as of the end of *as_of*. For the city's papers and whoever may see the report.

    Findings opened later and those withdrawn by then are left out; the report's answered by plan and report too
    (``track`` improvement). Two queries whatever the number. ``Missing`` for a report of another city.
    """
    if report.city_id != city.pk:
        raise Missing("監査結果報告書が見つかりません。")
    findings = list(
        Finding.objects.filter(report=report, track=Finding.Track.MEASURES, opened_on__lte=as_of)
        .exclude(status=WITHDRAWN, closed_on__lte=as_of)
        .order_by("report_order", "pk")
        .only(*_PRINTED)
    )
    standing = _measures_of(report, as_of)
    rows = [_row(finding, standing.get(finding.pk, ()), as_of) for finding in findings]
    return MeasuresTable(
        report_id=report.pk,
        code=report.code,
        title=report.title,
        kind=report.get_kind_display(),
        theme=report.theme,
        target=report.target,
        auditor=report.auditor,
        fiscal_year=report.fiscal_year,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        as_of=as_of,
        parts=tuple(_parts(report, rows)),
        tallies=tuple(report.tallies),
    )


_PRINTED = (
    "fiscal_year",
    "number",
    "kind",
    "reference",
    "viewpoint",
    "perspective",
    "heading",
    "title",
    "detail",
    "unit_id",
    "due_on",
)
"""What :func:`_row` reads of a finding, of four times as many columns."""


def _measures_of(report: AuditReport, as_of: date) -> dict[int, list[tuple[DatedMeasure, MeasureFacts]]]:
    found: dict[int, list[tuple[DatedMeasure, MeasureFacts]]] = defaultdict(list)
    rows = (
        Measure.objects.filter(finding__report=report, state=Measure.State.DECIDED, on__lte=as_of)
        .annotate(pieces=Count("evidence", filter=Q(evidence__isnull=False)))
        .order_by("finding_id", "on", "number")
        .values_list(
            "finding_id",
            "confirmed_on",
            "pk",
            "number",
            "status",
            "on",
            "text",
            "promises",
            "promise_due_on",
            "kept_on",
            "budget_stage",
            "decided_by_name",
            "told_on",
            "pieces",
        )
    )
    for finding, confirmed_on, *values in rows:
        one = DatedMeasure(*cast(Any, values))
        facts = MeasureFacts(one.status, one.on, one.number, one.promises, one.kept_on, confirmed_on)
        found[finding].append((one, facts))
    return found


def _row(finding: Finding, measures: Sequence[tuple[DatedMeasure, MeasureFacts]], as_of: date) -> MeasureRow:
    facts = [fact for _, fact in measures]
    return MeasureRow(
        finding_id=finding.pk,
        number=str(finding),
        kind=finding.kind,
        reference=finding.reference,
        viewpoint=finding.viewpoint,
        perspective=finding.perspective,
        heading=finding.heading,
        title=finding.title,
        text=finding.detail,
        unit_id=finding.unit_id,
        due_on=finding.due_on,
        status=status_as_of(facts, as_of) if facts else first_status(finding.kind),
        measures=tuple(one for one, _ in measures),
    )


def _parts(report: AuditReport, rows: Sequence[MeasureRow]) -> Iterable[MeasurePart]:
    viewpoints = {one["code"]: one for one in report.viewpoints}
    divided = bool(viewpoints) or any(row.perspective for row in rows)
    for kind in KINDS:
        mine = [row for row in rows if row.kind == kind]
        if not mine and kind not in ALWAYS:
            continue
        # Document 002 divides 指摘 and 意見; an empty last chapter is one 「特になし」.
        names = (RISK, THREE_E) if divided and (mine or kind != "potential") else ("",)
        for number, part in enumerate(names, start=1):
            of_part = [row for row in mine if not part or _part_of(row, viewpoints) == part]
            yield MeasurePart(kind, part, number, tuple(_groups(of_part, viewpoints)))


def _part_of(row: MeasureRow, viewpoints: dict[str, dict[str, str]]) -> str:
    if row.viewpoint in viewpoints:
        return viewpoints[row.viewpoint]["part"]
    return THREE_E if row.perspective else RISK


def _groups(rows: Sequence[MeasureRow], viewpoints: dict[str, dict[str, str]]) -> Iterable[MeasureGroup]:
    by_code: dict[str, list[MeasureRow]] = defaultdict(list)
    for row in rows:
        by_code[row.viewpoint].append(row)
    for code in (
        *(code for code in viewpoints if code in by_code),
        *(sorted(set(by_code) - set(viewpoints))),
    ):
        yield MeasureGroup(code, viewpoints.get(code, {}).get("text", ""), tuple(by_code[code]))
