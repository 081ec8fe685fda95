"""Remote operation and screen views: each recorded with its reason (document 004, chapter 9 第3 (5), 評価 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.models.device_control import RemoteSession
from tenken.telemetry.models.terminals import Terminal
from tenken.telemetry.permissions import RECORD_REMOTE

LONGEST: Final = timedelta(hours=24)
_NOT_KEPT: Final = "記録できませんでした。"


@dataclass(frozen=True)
class RemoteData:
    """One session as given. ``terminal``: a 端末機番号; moments aware; ``operator``: who did it, a name."""

    terminal: str
    kind: str
    operator: str
    begins_at: datetime | None
    ends_at: datetime | None
    reason: str
    told: str
    ticket: str = ""

    def tidy(self) -> RemoteData:
        return replace(
            self,
            terminal=plain_text(self.terminal),
            operator=plain_text(self.operator),
            reason=plain_text(self.reason),
            ticket=plain_text(self.ticket),
        )


@transaction.atomic
def record_remote_session(*, by: Principal, data: RemoteData) -> RemoteSession:
    """Record a session that was held. ``Invalid`` names fields."""
    tidy = data.tidy()
    terminal = Terminal.objects.of_city(by.city_id).filter(number=tidy.terminal).first()
    require(by, RECORD_REMOTE, unit=terminal.unit if terminal is not None else None)
    problems = _problems(tidy)
    if terminal is None:
        problems.insert(0, Problem("この端末機番号は端末台帳にありません。", "端末", "terminal"))
    if terminal is None or tidy.begins_at is None or tidy.ends_at is None or problems:
        raise Invalid(_NOT_KEPT, problems)
    kept = RemoteSession(
        city=by.city,
        terminal=terminal,
        unit=terminal.unit,
        kind=tidy.kind,
        operator=tidy.operator,
        begins_at=tidy.begins_at,
        ends_at=tidy.ends_at,
        reason=tidy.reason,
        told=tidy.told,
        ticket=tidy.ticket,
        recorded_by=by.actor.code,
        recorded_by_name=by.actor.name,
        recorded_at=clock.now(),
    )
    kept.save(force_insert=True)
    changes = {
        "terminal": terminal.number,
        "kind": kept.kind,
        "operator": kept.operator,
        "begins_at": tidy.begins_at.isoformat(),
        "ends_at": tidy.ends_at.isoformat(),
        "reason": kept.reason,
        "told": kept.told,
        "ticket": kept.ticket,
    }
    _note(by, kept, "record", changes)
    return kept


@transaction.atomic
def strike_remote_session(
    *, by: Principal, session: RemoteSession, reason: str, version: int
) -> RemoteSession:
    """Strike a record that was wrong, with a reason; it stays to be read."""
    kept = (
        RemoteSession.objects.select_for_update(of=("self",))
        .select_related("unit__city")
        .filter(pk=session.pk, city=by.city_id)
        .first()
    )
    if kept is None:
        raise Missing("この記録はありません。")
    require(by, RECORD_REMOTE, unit=kept.unit)
    if kept.version != version or kept.struck_because:
        raise Stale("ほかの人が先に変更しました。ページを開き直してください。")
    because = plain_text(reason)
    if not because or len(because) > 300:
        raise Invalid(_NOT_KEPT, [Problem("300字までで入力してください。", "取り消す理由", "reason")])
    kept.struck_because = because
    kept.version += 1
    kept.save(update_fields=["struck_because", "version"])
    _note(by, kept, "strike", {"because": because})
    return kept


def _problems(data: RemoteData) -> list[Problem]:
    problems = []
    if data.kind not in RemoteSession.Kind.values:
        problems.append(Problem("種別を選んでください。", "種別", "kind"))
    if data.told not in RemoteSession.Told.values:
        problems.append(Problem("選んでください。", "使用者への連絡", "told"))
    for text, limit, label, field in (
        (data.operator, 100, "実施者", "operator"),
        (data.reason, 300, "理由", "reason"),
    ):
        if not text or len(text) > limit:
            problems.append(Problem(f"{limit}字までで入力してください。", label, field))
    if len(data.ticket) > 60:
        problems.append(Problem("60字までです。", "受付番号", "ticket"))
    return problems + _time_problems(data)


def _time_problems(data: RemoteData) -> list[Problem]:
    if data.begins_at is None:
        return [Problem("入力してください。", "開始", "begins_at")]
    if data.ends_at is None:
        return [Problem("入力してください。", "終了", "ends_at")]
    if data.ends_at < data.begins_at:
        return [Problem("開始より前です。", "終了", "ends_at")]
    if data.ends_at - data.begins_at > LONGEST:
        return [Problem("24時間を超える記録は、分けてください。", "終了", "ends_at")]
    if data.ends_at > clock.now() + timedelta(minutes=5):
        return [Problem("今より後です。終わってから記録してください。", "終了", "ends_at")]
    return []


def _note(by: Principal, session: RemoteSession, what: str, changes: dict[str, str]) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"telemetry.remote.{what}",
        subject=("telemetry.remote_session", session.pk),
        changes=changes,
        business_date=by.on,
    )
