"""Choosing whom to visit: draws and choices by hand, each kept; one is adopted and becomes visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from secrets import randbelow
from typing import Any

from django.db import transaction
from django.db.models import Max

from tenken.audit.models import SelectedUnit, Visit, VisitSelection
from tenken.audit.operations.applying import tell
from tenken.audit.permissions import MANAGE_VISITS
from tenken.audit.queries.candidates import Subject, standing_in, universe
from tenken.audit.rules.draw import draw, draw_stratified
from tenken.audit.states import selection_after
from tenken.common import clock
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.inspection.models import Programme, Stage
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

SUBJECT = "audit.selection"
SEEDS = 10**8
REASONS_LIMIT, REASON_LIMIT = 1_000, 300


@transaction.atomic
def draw_units(
    *,
    by: Principal,
    stage: Stage,
    method: str,
    wanted: int,
    reasons: str,
    seed: int | None = None,
    rested_years: int = 0,
    on: date | None = None,
) -> VisitSelection:
    """Draw *wanted* sections (or systems, where the programme asks systems) by lot and keep the draw.

    *method*: random or stratified; *seed*: given, or drawn now (0 to 99,999,999); *rested_years*: sections visited in so
    many fiscal years before are left out. What has a visit in this stage already is left out. ``Invalid`` names the
    fields method, wanted, seed, rested_years, reasons.
    """
    require(by, MANAGE_VISITS)
    programme = _visitable(by, stage)
    kept = _checked_draw(method, reasons, seed, rested_years)
    subjects = universe(programme, stage, rested_years, on or by.on)
    if not 1 <= wanted <= len(subjects):
        raise Invalid(
            "選ぶ数が正しくありません。",
            [Problem(f"1から{len(subjects):,}（対象の数）までにしてください。", "選ぶ数", "wanted")],
        )
    lot = randbelow(SEEDS) if seed is None else seed
    strata = {one.key: one.bureau for one in subjects}
    if method == VisitSelection.Method.RANDOM:
        drawn = draw(list(strata), lot, wanted)
    else:
        drawn = draw_stratified(strata, lot, wanted)
    selection = _keep(
        by,
        stage,
        subjects,
        on,
        method=method,
        seed=lot,
        wanted=wanted,
        rested_years=rested_years,
        reasons=kept,
    )
    found = {one.key: one for one in subjects}
    rows = [
        SelectedUnit(
            selection=selection, unit_id=found[key].unit_id, system_id=found[key].system_id, drawn=True
        )
        for key in drawn
    ]
    SelectedUnit.objects.bulk_create(rows)
    _record(
        by,
        selection,
        "audit.selection.draw",
        {
            "method": method,
            "seed": lot,
            "wanted": wanted,
            "universe": len(subjects),
            "drawn": drawn,
            "reasons": kept,
        },
        on,
    )
    return selection


def _checked_draw(method: str, reasons: str, seed: int | None, rested_years: int) -> str:
    """Return the reasons as they are kept; ``Invalid`` with what is wrong with the draw."""
    checks = Checks()
    kept = checks.name(reasons, label="選び方の理由", limit=REASONS_LIMIT, field="reasons", lines=True)
    if method not in (VisitSelection.Method.RANDOM, VisitSelection.Method.STRATIFIED):
        checks.problem("選び方を選んでください。", label="選び方", field="method")
    if seed is not None and not 0 <= seed < SEEDS:
        checks.problem(f"0から{SEEDS - 1:,}までの整数にしてください。", label="乱数の種", field="seed")
    if not 0 <= rested_years <= 10:
        checks.problem("0から10までにしてください。", label="除く年数", field="rested_years")
    checks.done()
    return kept


@transaction.atomic
def choose_by_hand(
    *,
    by: Principal,
    stage: Stage,
    chosen: Sequence[tuple[int, int | None, str]],
    reasons: str,
    on: date | None = None,
) -> VisitSelection:
    """Choose by name: (unit, system or None, why) each. ``Invalid`` names the fields reasons and reason_<place>."""
    require(by, MANAGE_VISITS)
    programme = _visitable(by, stage)
    subjects = universe(programme, stage, 0, on or by.on)
    checks = Checks()
    kept = checks.name(reasons, label="選び方の理由", limit=REASONS_LIMIT, field="reasons", lines=True)
    if not chosen:
        checks.problem("訪問先を選んでください。", label="訪問先", field="chosen")
    known = {(one.unit_id, one.system_id) for one in subjects}
    rows = []
    for place, (unit, system, why) in enumerate(chosen, start=1):
        if (unit, system) not in known:
            checks.problem("この点検の対象でないか、すでに訪問先です。", label=f"{place}件目", field="chosen")
        reason = checks.name(
            why or reasons[:REASON_LIMIT], label="選んだ理由", limit=REASON_LIMIT, field=f"reason_{unit}"
        )
        rows.append(SelectedUnit(unit_id=unit, system_id=system, reason=reason))
    if len({(row.unit_id, row.system_id) for row in rows}) != len(rows):
        checks.problem("同じ訪問先が2度選ばれています。", label="訪問先", field="chosen")
    checks.done()
    selection = _keep(by, stage, subjects, on, method=VisitSelection.Method.BY_HAND, reasons=kept)
    for row in rows:
        row.selection = selection
    SelectedUnit.objects.bulk_create(rows)
    changes = {"method": "by_hand", "chosen": [list(one) for one in chosen], "reasons": kept}
    _record(by, selection, "audit.selection.draw", changes, on)
    return selection


@transaction.atomic
def add_unit(
    *,
    by: Principal,
    selection: VisitSelection,
    unit_id: int,
    system_id: int | None = None,
    reason: str,
    version: int,
    on: date | None = None,
) -> SelectedUnit:
    """Add one by hand to a selection not decided yet, or put back what was taken out. ``Invalid`` names unit and reason."""
    require(by, MANAGE_VISITS)
    selection = _locked(by, selection, version, "change")
    kept = _reason(reason, "選んだ理由")
    known = {(one[0], one[1]) for one in selection.universe}
    if (unit_id, system_id) not in known:
        raise Invalid("", [Problem("この選定の対象ではありません。", "課公所", "unit")])
    row = SelectedUnit.objects.filter(selection=selection, unit=unit_id, system=system_id).first()
    if row is not None and not row.removed_because:
        raise Stale("すでに選ばれています。")
    if row is None:
        row = SelectedUnit(selection=selection, unit_id=unit_id, system_id=system_id)
    row.reason, row.removed_because = kept, ""
    row.save()
    _save(selection)
    changes = {"unit": unit_id, "system": system_id, "reason": kept}
    _record(by, selection, "audit.selection.add", changes, on)
    return row


@transaction.atomic
def remove_unit(
    *, by: Principal, row: SelectedUnit, reason: str, version: int, on: date | None = None
) -> VisitSelection:
    """Take one out of a selection not decided yet; it stays in the record with the reason. ``Invalid`` names reason."""
    require(by, MANAGE_VISITS)
    selection = _locked(by, row.selection, version, "change")
    kept = _reason(reason, "外した理由")
    standing = SelectedUnit.objects.get(pk=row.pk)
    if standing.removed_because:
        raise Stale("すでに外されています。")
    standing.removed_because = kept
    standing.save(update_fields=["removed_because"])
    _save(selection)
    _record(by, selection, "audit.selection.remove", {"unit": standing.unit_id, "reason": kept}, on)
    return selection


@transaction.atomic
def adopt_selection(
    *, by: Principal, selection: VisitSelection, version: int, on: date | None = None
) -> list[Visit]:
    """Take the selection: each of its sections gets a visit to be planned. ``Stale`` when one is visited already."""
    require(by, MANAGE_VISITS)
    selection = _locked(by, selection, version, "adopt")
    rows = list(selection.units.filter(removed_because="").select_related("unit", "system"))
    if not rows:
        raise Invalid("訪問先が1件もありません。")
    taken = standing_in(selection.stage)
    if doubled := [row.unit.name for row in rows if (row.unit_id, row.system_id) in taken]:
        raise Stale(f"すでに訪問先です：{'、'.join(doubled)}")
    selection.status = selection_after(selection.status, "adopt")
    _save(selection)
    visits = []
    for row in rows:
        why = (
            row.reason
            or f"{selection.get_method_display()}で抽出（第{selection.number}回、種{selection.seed}）"
        )
        visit = Visit.objects.create(
            stage=selection.stage, unit=row.unit, system=row.system, selected=row, chosen_because=why
        )
        tell(by, visit, "planned", "audit.visit.plan", {"unit": row.unit.code, "because": why}, on=on)
        visits.append(visit)
    _record(by, selection, "audit.selection.adopt", {"visits": [visit.pk for visit in visits]}, on)
    return visits


@transaction.atomic
def discard_selection(
    *, by: Principal, selection: VisitSelection, reason: str, version: int, on: date | None = None
) -> VisitSelection:
    """Leave a selection aside, and say why. It stays in the record. ``Invalid`` names reason."""
    require(by, MANAGE_VISITS)
    selection = _locked(by, selection, version, "discard")
    selection.discarded_because = _reason(reason, "採用しない理由")
    selection.status = selection_after(selection.status, "discard")
    _save(selection)
    _record(by, selection, "audit.selection.discard", {"reason": selection.discarded_because}, on)
    return selection


def _visitable(by: Principal, stage: Stage) -> Programme:
    """Return the stage's programme, of the city of *by* and running, its row locked: draws come one after the other."""
    programme = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("city")
        .filter(pk=stage.programme_id)
        .first()
    )
    if programme is None or programme.city_id != by.city_id:
        raise Missing("点検がありません。")
    if stage.kind != Stage.Kind.VISIT:
        raise Invalid("訪問調査の段階ではありません。")
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("訪問先を選べるのは、実施中の点検だけです。")
    return programme


def _keep(
    by: Principal, stage: Stage, subjects: Sequence[Subject], on: date | None, **values: Any
) -> VisitSelection:
    last = VisitSelection.objects.filter(stage=stage).aggregate(last=Max("number"))["last"]
    return VisitSelection.objects.create(
        stage=stage,
        number=(last or 0) + 1,
        universe=[[one.unit_id, one.system_id, one.key, one.bureau] for one in subjects],
        drawn_on=on or clock.today(),
        drawn_by=by.actor.code,
        drawn_by_name=by.actor.name,
        drawn_at=clock.now(),
        **values,
    )


def _locked(by: Principal, selection: VisitSelection, version: int, event: str) -> VisitSelection:
    """Return the selection locked, if *event* is possible now."""
    _visitable(by, selection.stage)
    found = (
        VisitSelection.objects.select_for_update(of=("self",)).select_related("stage").get(pk=selection.pk)
    )
    if found.version != version:
        raise Stale("ほかの人が先にこの選定を変更しました。ページを開き直してください。")
    selection_after(found.status, event)
    return found


def _save(selection: VisitSelection) -> None:
    selection.version += 1
    selection.save()


def _reason(text: str, label: str) -> str:
    checks = Checks()
    kept = checks.name(text, label=label, limit=REASON_LIMIT, field="reason")
    checks.done()
    return kept


def _record(
    by: Principal, selection: VisitSelection, operation: str, changes: dict[str, Any], on: date | None
) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=operation,
        subject=(SUBJECT, selection.pk),
        changes=changes,
        business_date=on,
    )
