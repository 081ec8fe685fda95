"""From one state to the next. Pure: nothing here reads or writes a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.findings.states.events import (
    AddEvidence,
    CannotFix,
    Confirm,
    Event,
    NotImproved,
    Outcome,
    Plan,
    Refuse,
    Reopen,
    Report,
    Return,
    Snapshot,
    StageClosed,
    Verify,
    Withdraw,
)
from tenken.findings.states.words import (
    CANNOT_FIX,
    ENVIRONMENT,
    MEASURE_LEVELS,
    MEASURED,
    NOT_DONE,
    NOT_IMPROVED,
    OPEN,
    OTHER,
    PLANNED,
    REASONS,
    REPORTED,
    RISKS,
    STATUS_LABELS,
    TAKES_EVIDENCE,
    TREATED,
    UNANSWERED,
    VERIFIED,
    WITH_SECTION,
    WITHDRAWN,
    reason_text,
)

TEXT_LIMIT = 4_000
NOTE_LIMIT = 2_000
OWNER_LIMIT = 100
_MOST_YEN = 1_000_000_000_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def after(standing: Snapshot, event: Event, on: date) -> Outcome:
    """Return what *event* makes of *standing* on the business date *on*.

    ``Stale`` with a sentence when the event is impossible as things stand, ``Invalid`` with problems (their ``field`` is
    that of the event) when its words or dates are wrong.
    """
    if on < standing.since:
        raise Invalid(f"業務日（{era_date(on)}）が、前の手続の日（{era_date(standing.since)}）より前です。")
    match event:
        case Plan():
            outcome = _planned(standing, event, on)
        case Report():
            outcome = _reported(standing, event, on)
        case AddEvidence():
            _only(standing, TAKES_EVIDENCE, "いまは証拠を追加できません")
            outcome = Outcome(standing, "evidence", event.name)
        case Verify() | Return():
            outcome = _checked(standing, event, on)
        case NotImproved():
            outcome = _not_improved(standing, event)
        case CannotFix():
            outcome = _cannot_fix(standing, event, on)
        case Confirm():
            outcome = _confirmed(standing, event, on)
        case Refuse() | Reopen():
            outcome = _back_to_section(standing, event)
        case StageClosed():
            outcome = _stage_closed(standing, event)
        case Withdraw():
            outcome = _withdrawn(standing, event, on)
    return replace(outcome, snapshot=replace(outcome.snapshot, since=on))


def _planned(standing: Snapshot, event: Plan, on: date) -> Outcome:
    _only(standing, WITH_SECTION, "改善計画を出せるのは、改善報告をする前です")
    problems: list[Problem] = []
    plan = _text(problems, event.text, "改善計画", "text", TEXT_LIMIT)
    cause = _said(problems, event.cause, standing.cause, "原因", "cause")
    at_once = _said(
        problems, event.immediate_action, standing.immediate_action, "応急処置", "immediate_action"
    )
    owner = _text(problems, event.owner, "担当", "owner", OWNER_LIMIT)
    due_on = event.due_on
    if due_on is None:
        problems.append(Problem("改善予定日を入力してください。", "改善予定日", "due_on"))
    elif due_on < on:
        problems.append(Problem("今日以降の日付を入力してください。", "改善予定日", "due_on"))
    elif due_on.year > on.year + 10:
        problems.append(Problem("10年以内の日付を入力してください。", "改善予定日", "due_on"))
    level, bureau = _level(problems, standing, event.level, event.bureau_id)
    _budget(problems, event, on)
    _refuse(problems)
    first = standing.status == OPEN
    return Outcome(
        replace(
            standing,
            status=PLANNED if first else standing.status,
            cause=cause,
            immediate_action=at_once,
            plan=plan,
            plan_owner=owner,
            plan_due_on=due_on,
            plan_needs_budget=event.needs_budget,
            measure_level=level,
            measure_bureau_id=bureau,
            budget_yen=event.budget_yen,
            budget_year=event.budget_year,
        ),
        "planned" if first or not standing.plan else "replanned",
        plan,
    )


def _reported(standing: Snapshot, event: Report, on: date) -> Outcome:
    if standing.status == OPEN:
        raise Stale("改善報告の前に、改善計画を出してください。")
    _only(standing, frozenset({PLANNED, NOT_IMPROVED}), "いまは改善報告を出せません")
    problems: list[Problem] = []
    action = _text(problems, event.action, "改善内容", "action", TEXT_LIMIT)
    earliest = FiscalYear.of(standing.since).previous.starts_on
    if event.action_on is None:
        problems.append(Problem("改善実施日を入力してください。", "改善実施日", "action_on"))
    elif event.action_on > on:
        problems.append(Problem("改善した日（今日まで）を入力してください。", "改善実施日", "action_on"))
    elif event.action_on < earliest:
        problems.append(
            Problem(f"{era_date(earliest)}以降の日付を入力してください。", "改善実施日", "action_on")
        )
    _refuse(problems)
    return Outcome(
        replace(standing, status=REPORTED, action=action, action_on=event.action_on), "reported", action
    )


def _checked(standing: Snapshot, event: Verify | Return, on: date) -> Outcome:
    _only(standing, frozenset({REPORTED}), "確認できるのは、改善報告が出ている課題だけです")
    problems: list[Problem] = []
    if isinstance(event, Verify):
        comment = _text(problems, event.comment, "コメント", "comment", TEXT_LIMIT, required=False)
        _refuse(problems)
        return Outcome(replace(standing, status=VERIFIED, closed_on=on), "verified", comment)
    comment = _text(problems, event.comment, "差し戻す理由", "comment", TEXT_LIMIT)
    _refuse(problems)
    # What was 未改善 before it was reported is 未改善 again: its reason still stands.
    back = NOT_IMPROVED if standing.not_improved_reason else PLANNED
    return Outcome(replace(standing, status=back), "returned", comment)


def _not_improved(standing: Snapshot, event: NotImproved) -> Outcome:
    _only(standing, WITH_SECTION, "いまは未改善の届出ができません")
    problems: list[Problem] = []
    reason, note = _reason(problems, event.reason, event.note)
    level, bureau = _level(problems, standing, event.level, event.bureau_id)
    _refuse(problems)
    return Outcome(
        replace(
            standing,
            status=NOT_IMPROVED,
            not_improved_reason=reason,
            not_improved_note=note,
            measure_level=level,
            measure_bureau_id=bureau,
        ),
        "not_improved",
        reason_text(reason, note),
    )


def _cannot_fix(standing: Snapshot, event: CannotFix, on: date) -> Outcome:
    _only(standing, WITH_SECTION | {TREATED}, "いまは改善困難の届出ができません")
    problems: list[Problem] = []
    reason, note = _reason(problems, event.reason, event.note, always_note=True)
    measure = _text(problems, event.compensating_measure, "リスク低減策", "compensating_measure", TEXT_LIMIT)
    review_on = event.review_on
    if review_on is None:
        problems.append(Problem("見直し日を入力してください。", "見直し日", "review_on"))
    elif review_on <= on:
        problems.append(Problem("明日以降の日付を入力してください。", "見直し日", "review_on"))
    elif review_on > latest_review(on):
        problems.append(
            Problem(f"{era_date(latest_review(on))}までの日付を入力してください。", "見直し日", "review_on")
        )
    risk, left = _risk_left(problems, event)
    _refuse(problems)
    said = f"\n残るリスク：{RISKS[risk]}　{left}" if risk else ""
    return Outcome(
        replace(
            _unconfirmed(standing),
            status=CANNOT_FIX,
            not_improved_reason=reason,
            not_improved_note=note,
            compensating_measure=measure,
            residual_risk=risk,
            residual_risk_note=left,
            review_on=review_on,
        ),
        "cannot_fix",
        f"{reason_text(reason, note)}\nリスク低減策：{measure}{said}"[:TEXT_LIMIT],
    )


def _risk_left(problems: list[Problem], event: CannotFix) -> tuple[str, str]:
    """Return how much risk is left and why so; nothing of a declaration from before that was asked."""
    if event.residual_risk is None:
        return "", ""
    if event.residual_risk not in RISKS:
        problems.append(Problem("低・中・高のどれかを選んでください。", "残るリスク", "residual_risk"))
    note = _text(problems, event.residual_risk_note, "残るリスクの説明", "residual_risk_note", NOTE_LIMIT)
    return event.residual_risk, note


def latest_review(on: date) -> date:
    """Return the last day to which a review may be put off: the end of the fiscal year after the next."""
    return FiscalYear(FiscalYear.of(on).year + 2).ends_on


def _confirmed(standing: Snapshot, event: Confirm, on: date) -> Outcome:
    _only(standing, frozenset({CANNOT_FIX}), "理由を確認できるのは、改善困難の届出が出ている課題だけです")
    problems: list[Problem] = []
    how = _text(problems, event.how, "確認の方法と結果", "comment", NOTE_LIMIT)
    _refuse(problems)
    return Outcome(
        replace(
            standing,
            status=TREATED,
            confirmed_by=event.by_code,
            confirmed_by_name=event.by_name,
            confirmed_on=on,
            confirmed_how=how,
        ),
        "confirmed",
        how,
    )


def _back_to_section(standing: Snapshot, event: Refuse | Reopen) -> Outcome:
    refused = isinstance(event, Refuse)
    if refused:
        _only(standing, frozenset({CANNOT_FIX}), "理由を確認できるのは、改善困難の届出が出ている課題だけです")
    else:
        _only(standing, frozenset({TREATED}), "改善を再開できるのは、リスク低減策で管理している課題だけです")
    problems: list[Problem] = []
    label = "認めない理由" if refused else "再開する理由"
    comment = _text(problems, event.comment, label, "comment", TEXT_LIMIT)
    _refuse(problems)
    left = standing.closed_as_not_improved
    return Outcome(
        replace(
            _unconfirmed(standing),
            status=NOT_IMPROVED if left else PLANNED if standing.plan else OPEN,
            compensating_measure="",
            residual_risk="",
            residual_risk_note="",
            review_on=None,
            # The end of the stage keeps its reason; before that, the section has to find a way again.
            not_improved_reason=standing.not_improved_reason if left else "",
            not_improved_note=standing.not_improved_note if left else "",
        ),
        "refused" if refused else "reopened",
        comment,
    )


def _unconfirmed(standing: Snapshot) -> Snapshot:
    return replace(standing, confirmed_by="", confirmed_by_name="", confirmed_on=None, confirmed_how="")


def _stage_closed(standing: Snapshot, event: StageClosed) -> Outcome:
    if standing.closed_as_not_improved:
        raise Stale("この課題は、改善取組の終了をすでに記録しています。")
    _only(
        standing,
        NOT_DONE - UNANSWERED - {MEASURED},
        "改善取組の終了で未改善になるのは、改善が済んでいない課題だけです",
    )
    given = event.reason or standing.not_improved_reason
    note = event.note if event.reason else standing.not_improved_note
    problems: list[Problem] = []
    reason, note = _reason(problems, given, note)
    _refuse(problems)
    return Outcome(
        replace(
            standing,
            status=standing.status if standing.status in (CANNOT_FIX, TREATED) else NOT_IMPROVED,
            not_improved_reason=reason,
            not_improved_note=note,
            closed_as_not_improved=True,
        ),
        "stage_closed",
        reason_text(reason, note),
    )


def _withdrawn(standing: Snapshot, event: Withdraw, on: date) -> Outcome:
    _only(standing, frozenset(STATUS_LABELS) - {WITHDRAWN}, "この課題はすでに取り下げられています")
    problems: list[Problem] = []
    reason = _text(problems, event.reason, "取り下げる理由", "reason", TEXT_LIMIT)
    _refuse(problems)
    gone = replace(
        _unconfirmed(standing),
        status=WITHDRAWN,
        closed_on=on,
        compensating_measure="",
        residual_risk="",
        residual_risk_note="",
        review_on=None,
    )
    return Outcome(gone, "withdrawn", reason)


def _reason(problems: list[Problem], reason: str, note: str, *, always_note: bool = False) -> tuple[str, str]:
    if reason not in REASONS:
        problems.append(Problem("未改善の理由を選んでください。", "未改善の理由", "reason"))
    required = always_note or reason == OTHER
    return reason, _text(problems, note, "未改善の説明", "note", NOTE_LIMIT, required=required)


def _level(
    problems: list[Problem], standing: Snapshot, level: str, bureau: int | None
) -> tuple[str, int | None]:
    """Return whose measure it is: as said, as it stands when nothing is said."""
    if not level:
        return standing.measure_level, standing.measure_bureau_id
    if level not in MEASURE_LEVELS:
        problems.append(Problem("対策の区分を選んでください。", "対策の区分", "level"))
    if level != ENVIRONMENT:
        return level, None
    if bureau is None:
        problems.append(Problem("環境面での対策を行う局・区がありません。", "対策の区分", "level"))
    return level, bureau


def _budget(problems: list[Problem], event: Plan, on: date) -> None:
    if not event.needs_budget and (event.budget_yen is not None or event.budget_year is not None):
        problems.append(
            Problem(
                "予算額か年度を入力するときは、「予算が必要」に印を付けてください。", "予算", "needs_budget"
            )
        )
    if event.budget_yen is not None and not 0 < event.budget_yen <= _MOST_YEN:
        problems.append(Problem("1円から1兆円までで入力してください。", "予算額", "budget_yen"))
    this = FiscalYear.of(on).year
    if event.budget_year is not None and not this - 1 <= event.budget_year <= this + 10:
        problems.append(
            Problem("前年度から10年後までの年度を入力してください。", "予算の年度", "budget_year")
        )


def _only(standing: Snapshot, allowed: frozenset[str], sentence: str) -> None:
    if standing.status not in allowed:
        raise Stale(f"{sentence}（いまは「{STATUS_LABELS[standing.status]}」）。")


def _text(
    problems: list[Problem], text: str, label: str, field: str, limit: int, *, required: bool = True
) -> str:
    kept = text.replace("\r\n", "\n").strip()
    if required and not kept:
        problems.append(Problem(f"{label}を入力してください。", label, field))
    elif len(kept) > limit:
        problems.append(Problem(f"{limit:,}字までです（いま{len(kept):,}字）。", label, field))
    elif _UNPRINTABLE.search(kept):
        problems.append(Problem("使えない文字（制御文字など）があります。", label, field))
    return kept


def _said(problems: list[Problem], text: str | None, standing: str, label: str, field: str) -> str:
    """Return *text* as kept, or what stands when nothing is said of it."""
    return standing if text is None else _text(problems, text, label, field, NOTE_LIMIT, required=False)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid("入力内容を確認してください。", problems)
