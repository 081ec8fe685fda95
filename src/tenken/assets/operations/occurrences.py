"""What happens to systems, written down as it is known: changes and failures. Nothing is deleted; a slip is struck."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.assets.ledger import REASON_LIMIT, OccurrenceData, occurrence_problems
from tenken.assets.models import InformationSystem, SystemOccurrence
from tenken.assets.operations.ledger_rows import NOT_KEPT, SYSTEM, note
from tenken.assets.operations.systems import locked_system
from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.organization.access import Principal


@transaction.atomic
def add_occurrence(
    *, by: Principal, system: InformationSystem, data: OccurrenceData, on: date | None = None
) -> SystemOccurrence:
    """Write down what happened to a system, also to one that is used no more. ``Invalid`` names fields."""
    kept = locked_system(by, system)
    tidy = data.tidy()
    if problems := occurrence_problems(tidy, on or by.on):
        raise Invalid(NOT_KEPT, problems)
    assert tidy.happened_on is not None
    made = SystemOccurrence.objects.create(
        system=kept,
        kind=tidy.kind,
        happened_on=tidy.happened_on,
        outline=tidy.outline,
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
    changes = {
        "occurrence": made.pk,
        "kind": made.kind,
        "happened_on": made.happened_on.isoformat(),
        "outline": made.outline,
    }
    note(by, by.city_code, "assets.system.occurrence", (SYSTEM, kept.pk), changes, on)
    return made


@transaction.atomic
def strike_occurrence(
    *, by: Principal, occurrence: SystemOccurrence, because: str, on: date | None = None
) -> SystemOccurrence:
    """Strike what was written by mistake: it stays to be read, and counts no more. ``Stale`` when it was struck already."""
    kept = SystemOccurrence.objects.select_for_update().filter(pk=occurrence.pk).first()
    if kept is None:
        raise Missing("変更・障害の記録がありません。")
    system = locked_system(by, InformationSystem(pk=kept.system_id))
    if kept.struck_because:
        raise Stale("この記録は、すでに取り消されています。")
    reason = plain_text(because)
    if not reason or len(reason) > REASON_LIMIT:
        message = f"{REASON_LIMIT}字までで入力してください。"
        raise Invalid(NOT_KEPT, [Problem(message, "取り消す理由", "because")])
    kept.struck_because = reason
    kept.save(update_fields=["struck_because"])
    changes = {"occurrence": kept.pk, "because": reason}
    note(by, by.city_code, "assets.system.strike", (SYSTEM, system.pk), changes, on)
    return kept
