"""What every write of the fieldwork shares: the audit locked, who may write, the change recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max, QuerySet

from tenken.audit.engagements.operations.applying import begin_with_record
from tenken.audit.engagements.queries import may_work_on
from tenken.audit.fieldwork.states import OPEN_TO_PAPERS, OPEN_TO_QUESTIONS
from tenken.audit.models import Engagement
from tenken.common.refusals import Denied, Missing, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal

CHANGED = "ほかの人が先に変更しました。ページを開き直して、内容を確かめてください。"


def locked_engagement(by: Principal, engagement: Engagement | int) -> Engagement:
    """Return the audit with its row locked: numbers of its papers and questions are given one after another."""
    key = engagement if isinstance(engagement, int) else engagement.pk
    found = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("city", "unit", "system")
        .filter(pk=key, city=by.city_id)
        .first()
    )
    if found is None:
        raise Missing("監査が見つかりません。")
    return found


def auditors_engagement(by: Principal, engagement: Engagement | int) -> Engagement:
    """Return the audit locked for one of its auditors or the secretariat, while its fieldwork can be written."""
    found = locked_engagement(by, engagement)
    if not may_work_on(by, found):
        raise Denied("この監査の監査人ではありません。")
    if found.status not in OPEN_TO_PAPERS:
        raise Stale("終了した監査、取りやめた監査には記録できません。")
    return found


def recording_engagement(by: Principal, engagement: Engagement | int, on: date | None) -> Engagement:
    """Return the audit locked for one of its auditors; what is written down begins the fieldwork of a notified one."""
    found = auditors_engagement(by, engagement)
    if found.status == Engagement.Status.NOTIFIED:
        begin_with_record(by, found, on)
    return found


def asking_engagement(by: Principal, engagement: Engagement | int) -> Engagement:
    """Return the audit locked for one of its auditors, while its section may be asked."""
    found = auditors_engagement(by, engagement)
    if found.status not in OPEN_TO_QUESTIONS:
        raise Stale("課公所に質問や依頼ができるのは、通知してから報告するまでの間です。")
    return found


def next_number(rows: QuerySet[Any]) -> int:
    """Return the number after the last one given among *rows*; the audit must be locked. Rows are never deleted."""
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def require_version(row: Any, version: int) -> None:
    """Raise ``Stale`` unless *row* still has the version that was shown."""
    if row.version != version:
        raise Stale(CHANGED)


def note(
    by: Principal,
    operation: str,
    subject: tuple[str, object],
    changes: dict[str, Any],
    on: date | None = None,
) -> None:
    """Write a change into the journal."""
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=subject,
        changes=changes,
        business_date=on,
    )
