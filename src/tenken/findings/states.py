"""The life of a finding. Pure: what stands + what happens + when → what stands then, or a refusal with its sentence.

open ──plan──▶ planned ──report──▶ reported ──verify──▶ verified
                  ▲  └─ plan again    │
                  └──────return───────┘
open, planned, reported, not_improved ──close of the stage──▶ not_improved   (closed_as_not_improved from then on)
open, planned ──not improved, by the section──▶ not_improved ──report──▶ reported ──return──▶ not_improved
everything but withdrawn ──withdraw, by the origin's own operation──▶ withdrawn
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenken.common.era import era_date
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Problem, Stale

OPEN, PLANNED, REPORTED = "open", "planned", "reported"
VERIFIED, NOT_IMPROVED, WITHDRAWN = "verified", "not_improved", "withdrawn"

# Work of the section; what the close of the improvement stage takes; what may still move by the section's hand.
WITH_SECTION = frozenset({OPEN, PLANNED, NOT_IMPROVED})
UNFINISHED = frozenset({OPEN, PLANNED, REPORTED})
TAKES_EVIDENCE = frozenset({PLANNED, REPORTED, NOT_IMPROVED})

STATUS_LABELS = {
    OPEN: "改善計画の作成待ち",
    PLANNED: "改善中",
    REPORTED: "改善報告済（確認待ち）",
    VERIFIED: "改善済",
    NOT_IMPROVED: "未改善",
    WITHDRAWN: "取下げ",
}
# Why something stays 未改善. Codes are stable; 「その他」 needs words. Storage, budget, system constraint and maintenance
# contract are the reasons document 001 gives (資料1, 1(2)③ and 2(2)④).
OTHER = "other"
REASONS = {
    "storage_space": "収納スペース",
    "budget": "予算",
    "system_constraint": "システム上の制約",
    "contract": "保守契約",
    "staff": "人員",
    "coordination": "関係部署との調整",
    OTHER: "その他",
}
EVENT_LABELS = {
    "opened": "課題を登録",
    "planned": "改善計画を提出",
    "replanned": "改善計画を見直し",
    "reported": "改善を報告",
    "evidence": "証拠を追加",
    "verified": "改善を確認",
    "returned": "差戻し",
    "not_improved": "未改善を届出",
    "stage_closed": "改善取組の終了（未改善）",
    "withdrawn": "取下げ",
}

TEXT_LIMIT = 4_000
NOTE_LIMIT = 2_000
OWNER_LIMIT = 100
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Snapshot:
    """What stands of a finding, as far as its life depends on it. ``since``: no step may be dated before it."""

    status: str
    since: date
    plan: str = ""
    plan_owner: str = ""
    plan_due_on: date | None = None
    plan_needs_budget: bool = False
    action: str = ""
    action_on: date | None = None
    not_improved_reason: str = ""
    not_improved_note: str = ""
    closed_as_not_improved: bool = False
    closed_on: date | None = None


@dataclass(frozen=True)
class Plan:
    """The section says what it will do, who and until when. Said again, it is a revision."""

    text: str
    owner: str
    due_on: date | None
    needs_budget: bool = False


@dataclass(frozen=True)
class Report:
    """The section says what it did, and when."""

    action: str
    action_on: date | None


@dataclass(frozen=True)
class AddEvidence:
    """A file is laid beside; nothing else changes."""

    name: str


@dataclass(frozen=True)
class Verify:
    """The secretariat finds it improved."""

    comment: str = ""


@dataclass(frozen=True)
class Return:
    """The secretariat sends the report back, and says why."""

    comment: str


@dataclass(frozen=True)
class NotImproved:
    """The section says that it cannot improve it within the stage, and why."""

    reason: str
    note: str = ""


@dataclass(frozen=True)
class StageClosed:
    """The improvement stage ends. *reason* '' keeps the one the section gave."""

    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Withdraw:
    """What it came from is gone: the sheet was returned, the answer changed."""

    reason: str = ""


Event = Plan | Report | AddEvidence | Verify | Return | NotImproved | StageClosed | Withdraw


@dataclass(frozen=True)
class Outcome:
    """What stands after an event, the event's code (``EVENT_LABELS``) and the words kept in the trail."""

    snapshot: Snapshot
    event: str
    comment: str


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
        case StageClosed():
            outcome = _stage_closed(standing, event)
        case Withdraw():
            outcome = _withdrawn(standing, event, on)
    return replace(outcome, snapshot=replace(outcome.snapshot, since=on))


def _planned(standing: Snapshot, event: Plan, on: date) -> Outcome:
    _only(standing, WITH_SECTION, "改善計画を出せるのは、改善報告をする前です")
    problems: list[Problem] = []
    plan = _text(problems, event.text, "改善計画", "text", TEXT_LIMIT)
    owner = _text(problems, event.owner, "担当", "owner", OWNER_LIMIT)
    due_on = event.due_on
    if due_on is None:
        problems.append(Problem("改善予定日を入力してください。", "改善予定日", "due_on"))
    elif due_on < on:
        problems.append(Problem("今日以降の日付を入力してください。", "改善予定日", "due_on"))
    elif due_on.year > on.year + 10:
        problems.append(Problem("10年以内の日付を入力してください。", "改善予定日", "due_on"))
    _refuse(problems)
    first = standing.status == OPEN
    return Outcome(
        replace(
            standing,
            status=PLANNED if first else standing.status,
            plan=plan,
            plan_owner=owner,
            plan_due_on=due_on,
            plan_needs_budget=event.needs_budget,
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
    reason, note = _reason(event.reason, event.note)
    return Outcome(
        replace(standing, status=NOT_IMPROVED, not_improved_reason=reason, not_improved_note=note),
        "not_improved",
        reason_text(reason, note),
    )


def _stage_closed(standing: Snapshot, event: StageClosed) -> Outcome:
    if standing.closed_as_not_improved:
        raise Stale("この課題は、改善取組の終了をすでに記録しています。")
    _only(
        standing,
        UNFINISHED | {NOT_IMPROVED},
        "改善取組の終了で未改善になるのは、改善が済んでいない課題だけです",
    )
    given = event.reason or standing.not_improved_reason
    note = event.note if event.reason else standing.not_improved_note
    reason, note = _reason(given, note)
    return Outcome(
        replace(
            standing,
            status=NOT_IMPROVED,
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
    return Outcome(replace(standing, status=WITHDRAWN, closed_on=on), "withdrawn", reason)


def reason_text(reason: str, note: str) -> str:
    """Return why something is 未改善 in words: 「収納スペース：来年度に書庫を増やす。」."""
    label = REASONS.get(reason, "")
    return f"{label}：{note}" if note else label


def _reason(reason: str, note: str) -> tuple[str, str]:
    problems: list[Problem] = []
    if reason not in REASONS:
        problems.append(Problem("未改善の理由を選んでください。", "未改善の理由", "reason"))
    note = _text(problems, note, "未改善の説明", "note", NOTE_LIMIT, required=reason == OTHER)
    _refuse(problems)
    return reason, note


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


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid("入力内容を確認してください。", problems)
