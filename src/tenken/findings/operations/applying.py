"""The one place that writes what ``states.after`` decided: the row, one event beside it, the version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from tenken.common import clock
from tenken.common.refusals import Missing, Refusal, Stale
from tenken.findings.models import Finding, FindingEvent
from tenken.findings.states import EVENT_LABELS, Event, Outcome, Snapshot, after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.capabilities import Capability

SUBJECT = "findings.finding"
# What the machine decides on and changes; ``since`` is not kept, the events tell it.
MOVED = tuple(name for name in Snapshot.__dataclass_fields__ if name != "since")


def snapshot_of(finding: Finding) -> Snapshot:
    """Return what stands of *finding*; no step may be dated before it was opened."""
    return Snapshot(since=finding.opened_on, **{name: getattr(finding, name) for name in MOVED})


def locked_finding(by: Principal, finding: Finding, capability: Capability) -> Finding:
    """Return the row of *finding*, locked, once *by* may use *capability* for its unit."""
    require(by, capability, unit=finding.unit)
    fresh = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("unit", "city")
        .filter(pk=finding.pk)
        .first()
    )
    if fresh is None:
        raise Missing("課題が見つかりません。")
    return fresh


def apply(*, by: Principal, finding: Finding, event: Event, version: int, on: date | None) -> bool:
    """Let *event* happen to the locked *finding*; *version* is the one the person saw.

    False when exactly this has just been done by the same person (a button pressed twice): nothing is written.
    ``Stale`` with who changed what when the finding moved on since.
    """
    day = on or by.on
    if finding.version != version:
        if pressed_twice(by, finding, event, version, day):
            return False
        raise Stale(changed_since(finding, version))
    before = snapshot_of(finding)
    outcome = after(before, event, day)
    settle(finding, outcome)
    finding.save(update_fields=[*MOVED, "version"])
    event_of(by, finding, outcome, day).save(force_insert=True)
    record(
        by=by,
        city_code=finding.city.code,
        operation=f"findings.finding.{outcome.event}",
        subject=(SUBJECT, finding.pk),
        changes={"number": str(finding), **differences(before, outcome), "comment": outcome.comment},
        business_date=day,
    )
    return True


def apply_many(
    *, by: Principal, city_code: str, pairs: Sequence[tuple[Finding, Event]], operation: str, on: date
) -> None:
    """Let one event each happen to many locked findings: two statements and one journal row for all."""
    if not pairs:
        return
    outcomes = [(finding, after(snapshot_of(finding), event, on)) for finding, event in pairs]
    before = {finding.pk: finding.status for finding, _ in outcomes}
    for finding, outcome in outcomes:
        settle(finding, outcome)
    Finding.objects.bulk_update([finding for finding, _ in outcomes], [*MOVED, "version"], batch_size=100)
    FindingEvent.objects.bulk_create(
        [event_of(by, finding, outcome, on) for finding, outcome in outcomes], batch_size=500
    )
    record(
        by=by,
        city_code=city_code,
        operation=operation,
        subject=("findings.batch", len(outcomes)),
        changes={
            "findings": [
                [finding.pk, str(finding), before[finding.pk], finding.status, outcome.comment]
                for finding, outcome in outcomes
            ]
        },
        business_date=on,
    )


def settle(finding: Finding, outcome: Outcome) -> None:
    """Set on *finding* what *outcome* says, one version on."""
    for name in MOVED:
        setattr(finding, name, getattr(outcome.snapshot, name))
    finding.version += 1


def event_of(by: Principal, finding: Finding, outcome: Outcome, on: date) -> FindingEvent:
    """Return the event that tells *outcome*, unsaved."""
    return FindingEvent(
        finding=finding,
        event=outcome.event,
        status=outcome.snapshot.status,
        by_code=by.actor.code,
        by_name=by.actor.name,
        comment=outcome.comment,
        happened_on=on,
        recorded_at=clock.now(),
    )


def differences(before: Snapshot, outcome: Outcome) -> dict[str, Any]:
    """Return what changed as ``before`` and ``after`` mappings, for the journal."""
    was, now = asdict(before), asdict(outcome.snapshot)
    names = [name for name in MOVED if was[name] != now[name]]
    return {"before": {name: was[name] for name in names}, "after": {name: now[name] for name in names}}


def changed_since(finding: Finding, version: int) -> str:
    """Return the sentence that says who did what since *version* was shown. Each version has one event."""
    events = list(finding.events.all()[max(version, 0) :])
    if not events:
        return "表示したあとに、この課題は変更されました。内容を確かめて、もう一度お試しください。"
    last = events[-1]
    return (
        f"表示したあとに、{last.by_name}さんが{last.happened_on.month}月{last.happened_on.day}日付けで"
        f"「{EVENT_LABELS.get(last.event, last.event)}」を行いました。内容を確かめて、もう一度お試しください。"
    )


def pressed_twice(by: Principal, finding: Finding, event: Event, version: int, on: date) -> bool:
    """Tell whether *by* has just done exactly this to what *version* showed: the second press of one button."""
    if version < 1 or finding.version != version + 1:
        return False
    earlier, last = list(finding.events.all()[version - 1 : version + 1])
    if last.by_code != by.actor.code:
        return False
    now = snapshot_of(finding)
    try:
        again = after(replace(now, status=earlier.status, closed_on=None), event, on)
    except Refusal:
        return False
    return again.comment == last.comment and replace(again.snapshot, since=now.since) == now
