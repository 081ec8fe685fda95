"""Two terminals that may be one: a person says whether they are, and may take it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.inventory.operations.ledger import CHANGED
from tenken.telemetry.inventory.operations.recognising import TERMINAL
from tenken.telemetry.models import (
    DoubtfulMatch,
    InstalledSoftware,
    Terminal,
    TerminalIdentity,
    TerminalReport,
)
from tenken.telemetry.permissions import MANAGE_TERMINALS

_NOT_KEPT = "判断を記録できませんでした。"
_TAKEN_OVER = (
    "computer_name",
    "domain",
    "manufacturer",
    "model",
    "serial",
    "uuid",
    "address",
    "os_name",
    "os_version",
    "antivirus",
    "antivirus_updated_on",
    "patched_on",
    "inventoried_at",
)


@transaction.atomic
def decide_match(
    *, by: Principal, doubt: DoubtfulMatch, same: bool, because: str, version: int
) -> DoubtfulMatch:
    """Say whether the two terminals of *doubt* are one machine, with the reason.

    One machine: the one outside the ledger counts no more; its identities, and what it reported if that is newer, go to
    the other. Both in the ledger is refused: one of them must be retired first, or neither is true.
    """
    kept = _locked(by, doubt, version)
    if kept.state == DoubtfulMatch.State.SAME:
        raise Stale("「同じ端末」という判断を先に取り消してください。")
    reason = _reason(because)
    if same:
        gone, stays = _direction(kept)
        _merge(kept, gone, stays)
    kept.state = DoubtfulMatch.State.SAME if same else DoubtfulMatch.State.DIFFERENT
    _decided(by, kept, reason, clock.now())
    _note(by, "telemetry.terminal.merge" if same else "telemetry.terminal.distinguish", kept)
    return kept


@transaction.atomic
def split_match(*, by: Principal, doubt: DoubtfulMatch, because: str, version: int) -> DoubtfulMatch:
    """Take back that two terminals are one: both count again, each with its own identities.

    What the merged one had reported stands with it still; what the other took over is said anew by its next inventory.
    """
    kept = _locked(by, doubt, version)
    if kept.state != DoubtfulMatch.State.SAME:
        raise Stale("「同じ端末」と判断したものだけ、取り消せます。")
    reason = _reason(because)
    gone, stays = (
        (kept.terminal, kept.other)
        if kept.terminal.merged_into_id == kept.other_id
        else (kept.other, kept.terminal)
    )
    TerminalIdentity.objects.filter(pk__in=kept.moved).update(terminal=gone)
    gone.merged_into = None
    gone.version += 1
    gone.save(update_fields=["merged_into", "version"])
    TerminalReport.objects.filter(terminal__in=(gone, stays)).update(digests={})
    kept.state, kept.moved = DoubtfulMatch.State.DIFFERENT, []
    _decided(by, kept, reason, clock.now())
    _note(by, "telemetry.terminal.split", kept)
    return kept


def _locked(by: Principal, doubt: DoubtfulMatch, version: int) -> DoubtfulMatch:
    kept = DoubtfulMatch.objects.select_for_update().filter(pk=doubt.pk, city=by.city_id).first()
    if kept is None:
        raise Missing("この組合せはありません。")
    pair = {
        row.pk: row
        for row in Terminal.objects.select_for_update(of=("self",))
        .filter(pk__in=(kept.terminal_id, kept.other_id))
        .select_related("unit")
        .order_by("pk")
    }
    kept.terminal, kept.other = pair[kept.terminal_id], pair[kept.other_id]
    for one in pair.values():
        require(by, MANAGE_TERMINALS, unit=one.unit)
    if kept.version != version:
        raise Stale(CHANGED)
    return kept


def _direction(doubt: DoubtfulMatch) -> tuple[Terminal, Terminal]:
    """Return which of the two goes and which stays: the one in the ledger stays, else the older."""
    new, old = doubt.terminal, doubt.other
    if new.merged_into_id or old.merged_into_id:
        raise Stale("どちらかは、すでに別の端末と同じものと判断されています。")
    if new.in_ledger and old.in_ledger:
        raise Invalid(
            _NOT_KEPT,
            [Problem("両方とも台帳に登録されています。台帳を先に正してください。", "判断", "same")],
        )
    return (old, new) if new.in_ledger else (new, old)


def _merge(doubt: DoubtfulMatch, gone: Terminal, stays: Terminal) -> None:
    rows = TerminalIdentity.objects.filter(terminal=gone)
    doubt.moved = list(rows.values_list("pk", flat=True))
    rows.update(terminal=stays)
    if gone.inventoried_at and (stays.inventoried_at is None or gone.inventoried_at > stays.inventoried_at):
        _take_over(gone, stays)
    heard = [moment for moment in (gone.last_seen, stays.last_seen) if moment]
    stays.last_seen = max(heard, default=None)
    stays.reported = stays.reported or gone.reported
    stays.version += 1
    stays.save(update_fields=[*_TAKEN_OVER, "last_seen", "reported", "version"])
    TerminalReport.objects.filter(terminal=stays).update(digests={})
    gone.merged_into = stays
    gone.version += 1
    gone.save(update_fields=["merged_into", "version"])


def _take_over(gone: Terminal, stays: Terminal) -> None:
    """Let *stays* show what *gone* reported last; the rows of *gone* stay for a split."""
    for name in _TAKEN_OVER:
        if value := getattr(gone, name):
            setattr(stays, name, value)
    InstalledSoftware.objects.filter(terminal=stays).delete()
    InstalledSoftware.objects.bulk_create(
        InstalledSoftware(terminal=stays, release_id=row.release_id, installed_on=row.installed_on)
        for row in InstalledSoftware.objects.filter(terminal=gone)
    )
    report = TerminalReport.objects.filter(terminal=gone).first()
    if report is not None:
        TerminalReport.objects.filter(terminal=stays).delete()
        report.pk = stays.pk
        report.save(force_insert=True)


def _reason(because: str) -> str:
    if not (reason := because.strip()[:300]):
        raise Invalid(_NOT_KEPT, [Problem("判断の理由を入力してください。", "理由", "because")])
    return reason


def _decided(by: Principal, doubt: DoubtfulMatch, reason: str, at: datetime) -> None:
    doubt.because, doubt.decided_by, doubt.decided_at = reason, by.actor.name, at
    doubt.version += 1
    doubt.save(update_fields=["state", "because", "decided_by", "decided_at", "moved", "version"])


def _note(by: Principal, operation: str, doubt: DoubtfulMatch) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(TERMINAL, doubt.other_id),
        changes={
            "terminals": [doubt.terminal.number, doubt.other.number],
            "because": doubt.because,
            "found": doubt.reason,
        },
    )
