"""What a measure may say, held against what stands of its finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.findings.models import Finding, Measure
from tenken.findings.rules.promise import promise_words
from tenken.findings.states.measures import BUDGET_STAGES, DONE, MEASURE_LABELS, MeasureFacts, steps_back

_TEXT = 4_000


@dataclass(frozen=True)
class MeasureData:
    """What a measure says. ``promises`` None: nobody was asked yet, which a text without words of promise allows."""

    status: str
    on: date | None
    text: str
    promises: bool | None = None
    promise_due_on: date | None = None
    budget_stage: str = ""


def facts_of(finding: Finding, *, without: Measure | None = None) -> list[MeasureFacts]:
    """Return what counts of the decided measures of *finding*, *without* one of them."""
    return [
        _fact(one)
        for one in finding.measures.filter(state=Measure.State.DECIDED)
        if without is None or one.pk != without.pk
    ]


def _fact(one: Measure) -> MeasureFacts:
    return MeasureFacts(one.status, one.on, one.number, one.promises, one.kept_on, one.confirmed_on)


def check_data(finding: Finding, data: MeasureData, day: date, *, besides: Measure | None = None) -> None:
    """Raise ``Invalid`` for what is wrong with *data*, ``Stale`` when it does not go with what stands."""
    problems = list(_data_problems(finding, data, day))
    if problems or data.on is None:
        raise Invalid("入力内容を確認してください。", problems)
    told = told_until(finding)
    if told is not None and data.on <= told:
        raise invalid(
            f"{era_date(told)}までの措置は通知済みです。その翌日以後の日付を入力してください。",
            "措置の日",
            "on",
        )
    number = besides.number if besides else next_number(finding)
    back = steps_back([*facts_of(finding, without=besides), MeasureFacts(data.status, data.on, number)])
    if back is not None:
        raise Stale(
            "措置済とした課題を、継続努力・検討中に戻すことはできません。続きがあるときは、新しい課題として登録します。"
        )


def _data_problems(finding: Finding, data: MeasureData, day: date) -> Iterable[Problem]:
    if data.status not in MEASURE_LABELS:
        yield Problem("措置済・継続努力・検討中から選んでください。", "区分", "status")
    if data.on is None:
        yield Problem("措置の日を入力してください。", "措置の日", "on")
    elif not finding.opened_on <= data.on <= day:
        yield Problem(
            f"{era_date(finding.opened_on)}から{era_date(day)}までの日付を入力してください。",
            "措置の日",
            "on",
        )
    text = data.text.strip()
    if not text or len(text) > _TEXT:
        yield Problem(f"措置の内容を{_TEXT:,}字までで入力してください。", "措置の内容", "text")
    if data.status != DONE:
        return
    words = promise_words(text)
    if data.promises is None and words:
        said = "」「".join(words[:4])
        yield Problem(
            f"「{said}」とあります。まだ行っていないことを含むかどうかを選んでください。",
            "予定を含むか",
            "promises",
        )
    if not data.promises:
        return
    if data.promise_due_on is None:
        yield Problem("いつまでに行うかを入力してください。", "予定の期限", "promise_due_on")
    elif data.on is not None and data.promise_due_on < data.on:
        yield Problem("措置の日以後の日付を入力してください。", "予定の期限", "promise_due_on")
    if data.budget_stage and data.budget_stage not in BUDGET_STAGES:
        yield Problem("予算の段階を選んでください。", "予算の段階", "budget_stage")


def told_until(finding: Finding) -> date | None:
    """Return the last reporting date of the finding's report that was told to the auditors."""
    dates = finding.report.reporting_dates.filter(told_on__isnull=False) if finding.report else None
    return max(dates.values_list("as_of", flat=True), default=None) if dates is not None else None


def read_day(value: date | None, first: date, last: date, label: str, field: str) -> date:
    """Return *value*, or raise ``Invalid`` unless it lies between *first* and *last*."""
    if value is None or not first <= value <= last:
        raise invalid(f"{era_date(first)}から{era_date(last)}までの日付を入力してください。", label, field)
    return value


def read_words(text: str, label: str, field: str, limit: int, *, required: bool = True) -> str:
    """Return *text* trimmed, or raise ``Invalid`` when it is missing or longer than *limit*."""
    kept = text.replace("\r\n", "\n").strip()
    if required and not kept:
        raise invalid(f"{label}を入力してください。", label, field)
    if len(kept) > limit:
        raise invalid(f"{limit:,}字までです（いま{len(kept):,}字）。", label, field)
    return kept


def invalid(message: str, label: str, field: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid("入力内容を確認してください。", [Problem(message, label, field)])


def next_number(finding: Finding) -> int:
    """Return the number of the finding's next measure; none is given twice."""
    return max(finding.measures.values_list("number", flat=True), default=0) + 1
