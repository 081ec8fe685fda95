"""How findings look and what a page says is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tenken.common.era import era_date
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.queries import FindingRecord, is_overdue
from tenken.findings.rules.review import review_is_due
from tenken.findings.states import (
    CANNOT_FIX,
    CONSIDERING,
    CONTINUING,
    EVENT_LABELS,
    MEASURED,
    NOT_IMPROVED,
    NOT_STARTED,
    NOTED,
    OPEN,
    PLANNED,
    PROMISED,
    REPORTED,
    STATUS_LABELS,
    TREATED,
    VERIFIED,
    WITHDRAWN,
)

_TONES = {
    OPEN: "neutral",
    PLANNED: "yellow",
    REPORTED: "blue",
    VERIFIED: "green",
    NOT_IMPROVED: "red",
    CANNOT_FIX: "blue",
    TREATED: "yellow",
    NOT_STARTED: "red",
    CONSIDERING: "yellow",
    CONTINUING: "yellow",
    PROMISED: "blue",
    MEASURED: "blue",
    NOTED: "neutral",
    WITHDRAWN: "neutral",
}
STATUSES = {code: (label, _TONES[code]) for code, label in STATUS_LABELS.items()}
_EVENT_TONES = {
    "planned": "blue",
    "replanned": "blue",
    "reported": "blue",
    "evidence": "blue",
    "verified": "green",
    "returned": "red",
    "not_improved": "yellow",
    "stage_closed": "red",
    "cannot_fix": "yellow",
    "confirmed": "green",
    "refused": "red",
    "reopened": "blue",
}


@dataclass(frozen=True)
class NextStep:
    """What is to be done next, in words. ``kind`` is that of a notice; ``button`` names the link to the form, '' for none."""

    kind: str
    title: str
    text: str = ""
    button: str = ""


def next_step(record: FindingRecord, *, improves: bool, checks: bool, confirms: bool, on: date) -> NextStep:
    """Return what the reader has to do next, or for whom the finding waits."""
    finding = record.finding
    if finding.status == VERIFIED:
        return NextStep("success", "改善済です", f"{_day(finding.closed_on)}に事務局が改善を確認しました。")
    if finding.status == WITHDRAWN:
        return NextStep("info", "取り下げられた課題です", _last_comment(record.events))
    if finding.status == REPORTED:
        if checks:
            text = "改善内容と証拠を見て、改善を確認するか、差し戻してください。"
            return NextStep("warning", "改善報告を確認してください", text, "確認する")
        return NextStep("info", "事務局の確認を待っています", "確認が終わると、メールでお知らせします。")
    if finding.status in (CANNOT_FIX, TREATED):
        return _under_measure(finding, improves=improves, confirms=confirms, on=on)
    if improves:
        return _for_section(record, on)
    text = f"期限は{_day(finding.plan_due_on or finding.due_on)}です。" if _due(finding) else ""
    return NextStep("info", f"課公所の手続を待っています（{STATUS_LABELS[finding.status]}）", text)


def _under_measure(finding: Finding, *, improves: bool, confirms: bool, on: date) -> NextStep:
    if finding.status == CANNOT_FIX:
        if confirms:
            text = "理由が事実かどうかを確かめて、確認するか、改善計画に戻してください。"
            return NextStep("warning", "改善困難の理由を確認してください", text, "確認する")
        return NextStep("info", "改善困難の理由の確認を待っています", "事務局か監査人が確認します。")
    review = f"見直し日は{_day(finding.review_on)}です。"
    if not review_is_due(finding.status, finding.review_on, on):
        return NextStep("info", "リスク低減策で管理しています", review)
    text = "改善できるようになっていないか考え、続けるときは次の見直し日を決めてください。"
    if improves:
        return NextStep("warning", "改善できないか、もう一度見直してください", review + text, "見直す")
    return NextStep("info", "課公所の見直しを待っています", review)


def _for_section(record: FindingRecord, on: date) -> NextStep:
    finding, returned = record.finding, record.returned
    late = is_overdue(finding, on)
    if returned is not None:
        return NextStep(
            "warning",
            "改善報告が差し戻されました",
            f"{returned.by_name}：{returned.comment}",
            "もう一度報告する",
        )
    if finding.status == NOT_IMPROVED:
        text = "改善できたときは、改善報告を出してください。改善計画を見直すこともできます。"
        return NextStep("warning", "未改善の課題です", text, "改善を報告する")
    until = f"期限は{_day(_due(finding))}です。" if _due(finding) else ""
    if late:
        until = f"期限（{_day(_due(finding))}）を過ぎています。"
    if finding.status == OPEN:
        text = f"いつまでに、誰が、どう改善するかを決めてください。{until}"
        return NextStep("error" if late else "warning", "改善計画を作成してください", text, "計画を作成する")
    text = f"改善したら、実施した日と内容、分かる写真などを報告してください。{until}"
    return NextStep("error" if late else "warning", "改善を進めて、報告してください", text, "改善を報告する")


def timeline(events: Sequence[FindingEvent]) -> list[dict[str, Any]]:
    """Return *events* as the timeline component shows them."""
    return [
        {
            "when": era_date(event.happened_on),
            "who": event.by_name,
            "what": EVENT_LABELS.get(event.event, event.event),
            "comment": event.comment,
            "tone": _EVENT_TONES.get(event.event, "neutral"),
        }
        for event in events
    ]


def _due(finding: Finding) -> date | None:
    return finding.plan_due_on or finding.due_on


def _day(day: date | None) -> str:
    return era_date(day) if day else ""


def _last_comment(events: Sequence[FindingEvent]) -> str:
    return events[-1].comment if events else ""
