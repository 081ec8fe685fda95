"""Choosing the systems to audit in a year: drawn at one click, changed with reasons, decided, carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max

from tenken.audit.models import SystemChoice, SystemSelection
from tenken.audit.permissions import MANAGE_ROTATION
from tenken.audit.rotation.operations.applying import (
    checked_reason,
    checked_seed,
    checked_tier,
    checked_year,
    locked,
    one_at_a_time,
    write,
)
from tenken.audit.rotation.operations.carrying_out import name_targets, plan_audits
from tenken.audit.rotation.queries.reading import proof_as_json, proof_of
from tenken.audit.rotation.queries.universe import rule_for, universe
from tenken.audit.rotation.rules.parts import Tier
from tenken.audit.rotation.rules.score import Part
from tenken.audit.rotation.rules.select import Chosen, select
from tenken.audit.states import selection_after
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid, Stale
from tenken.inspection.models import Programme
from tenken.organization.access import Principal, require

SUBJECT = "audit.system_selection"


@transaction.atomic
def draw_systems(
    *, by: Principal, fiscal_year: int, seed: int | None = None, on: date | None = None
) -> SystemSelection:
    """Choose the systems of *fiscal_year* by the rule and keep the draw with all it was made of.

    *seed*: given, or drawn now (0 to 99,999,999). ``Invalid`` names fiscal_year and seed; ``Stale`` when the year is decided.
    """
    require(by, MANAGE_ROTATION)
    day = on or by.on
    year, lot = checked_year(fiscal_year, day), checked_seed(seed)
    city = one_at_a_time(by)
    rows = SystemSelection.objects.of_city(by.city_id).filter(fiscal_year=year)
    if rows.filter(status=SystemSelection.Status.ADOPTED).exists():
        raise Stale(f"{FiscalYear(year)}の監査対象は、すでに決まっています。")
    facts = universe(city, day, year)
    if not facts:
        raise Invalid("情報システム台帳に、いま使われている情報システムがありません。")
    rule_row, rule = rule_for(city, year, day)
    selection = SystemSelection.objects.create(
        city=city,
        fiscal_year=year,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        seed=lot,
        rule_row=rule_row,
        rule=rule.as_json(),
        universe=[one.as_json() for one in facts],
        drawn_on=day,
        drawn_by=by.actor.code,
        drawn_by_name=by.actor.name,
        drawn_at=clock.now(),
    )
    chosen = select(facts, rule, year, lot)
    SystemChoice.objects.bulk_create(_row(selection, one) for one in chosen)
    changes = {
        "fiscal_year": year,
        "seed": lot,
        "rule": rule_row.number if rule_row else 0,
        "universe": len(facts),
        "drawn": {tier.value: [one.code for one in chosen if one.tier == tier] for tier in list(Tier)[1:]},
    }
    write(by, "audit.system_selection.draw", (SUBJECT, selection.pk), changes, on)
    return selection


def _row(selection: SystemSelection, one: Chosen) -> SystemChoice:
    return SystemChoice(
        selection=selection,
        system_id=one.id,
        rank=one.rank,
        points=one.score.total,
        technical_points=one.score.technical_total,
        parts=_plain(one.score.parts),
        technical_parts=_plain(one.score.technical),
        lot=one.lot,
        due=one.due,
        self_due=one.self_due,
        because=one.because.value if one.because else "",
        drawn_tier=one.tier.value,
        tier=one.tier.value,
    )


def _plain(parts: Sequence[Part]) -> list[list[object]]:
    return [[part.factor.value, part.points, part.because] for part in parts]


@transaction.atomic
def override_choice(
    *, by: Principal, choice: SystemChoice, tier: str, reason: str, version: int, on: date | None = None
) -> SystemChoice:
    """Raise, lower, take out or add a system against the rule, and say why; or put it back to what the rule drew.

    *version*: of the selection. ``Invalid`` names tier and reason; ``Stale`` once the selection is decided.
    """
    require(by, MANAGE_ROTATION)
    selection = _open(by, choice.selection, version, "change")
    found = SystemChoice.objects.select_related("system").get(pk=choice.pk)
    wanted, kept = checked_tier(tier), checked_reason(reason, "変更の理由")
    if wanted == found.tier:
        raise Stale("すでにこの区分です。")
    changes = {"system": found.system.code, "from": found.tier, "to": wanted.value, "reason": kept}
    back = wanted == found.drawn_tier
    found.tier = wanted.value
    found.override_reason = "" if back else kept
    found.overridden_by_name = "" if back else by.actor.name
    found.overridden_at = None if back else clock.now()
    found.save()
    _save(selection)
    write(by, "audit.system_selection.override", (SUBJECT, selection.pk), changes, on)
    return found


@transaction.atomic
def adopt_system_selection(
    *, by: Principal, selection: SystemSelection, version: int, on: date | None = None
) -> SystemSelection:
    """Decide a selection: every visit and technical audit becomes an audit to be held, and the year's self-inspection, while
    it is being planned, asks these systems. ``Stale`` when another of the year is decided; ``Invalid`` when none is chosen.
    """
    require(by, MANAGE_ROTATION)
    one_at_a_time(by)
    selection = _open(by, selection, version, "adopt")
    others = SystemSelection.objects.of_city(by.city_id).filter(fiscal_year=selection.fiscal_year)
    if others.filter(status=SystemSelection.Status.ADOPTED).exists():
        raise Stale(f"{FiscalYear(selection.fiscal_year)}の監査対象は、すでに決まっています。")
    rows = list(selection.choices.select_related("system"))
    if all(row.tier == Tier.NONE for row in rows):
        raise Invalid("監査の対象が1件もありません。")
    decided = {row.system.code: Tier(row.tier) for row in rows}
    selection.proof = proof_as_json(proof_of(selection, decided))
    selection.status = selection_after(selection.status, "adopt")
    selection.adopted_on, selection.adopted_by_name = on or by.on, by.actor.name
    _save(selection)
    plan_audits(by, selection, rows, on)
    name_targets(by, selection, rows, on)
    tiers = {tier.value: sum(one == tier for one in decided.values()) for tier in Tier}
    changes = {"tiers": tiers, "programme": selection.programme_id}
    write(by, "audit.system_selection.adopt", (SUBJECT, selection.pk), changes, on)
    return selection


@transaction.atomic
def ask_systems(
    *, by: Principal, selection: SystemSelection, version: int, on: date | None = None
) -> Programme:
    """Make a decided selection the targets of the year's self-inspection that was planned after it.

    ``Stale`` when it is done already or there is none being planned.
    """
    require(by, MANAGE_ROTATION)
    selection = locked(by, selection, version, "監査対象の選定")
    if selection.status != SystemSelection.Status.ADOPTED:
        raise Stale("決定した選定だけを、点検の対象にできます。")
    if selection.programme_id is not None:
        raise Stale("すでに点検の対象にしています。")
    rows = list(selection.choices.select_related("system"))
    programme = name_targets(by, selection, rows, on)
    if programme is None:
        raise Stale("この年度に、準備中の情報システム監査の点検がありません。")
    changes = {"programme": programme.pk}
    write(by, "audit.system_selection.ask", (SUBJECT, selection.pk), changes, on)
    return programme


@transaction.atomic
def discard_system_selection(
    *, by: Principal, selection: SystemSelection, reason: str, version: int, on: date | None = None
) -> SystemSelection:
    """Leave a selection aside, and say why. It stays in the record. ``Invalid`` names reason."""
    require(by, MANAGE_ROTATION)
    selection = _open(by, selection, version, "discard")
    selection.discarded_because = checked_reason(reason, "採用しない理由")
    selection.status = selection_after(selection.status, "discard")
    _save(selection)
    changes = {"reason": selection.discarded_because}
    write(by, "audit.system_selection.discard", (SUBJECT, selection.pk), changes, on)
    return selection


def _open(by: Principal, selection: SystemSelection, version: int, event: str) -> SystemSelection:
    found = locked(by, selection, version, "監査対象の選定")
    selection_after(found.status, event)
    return found


def _save(selection: SystemSelection) -> None:
    selection.version += 1
    selection.save()
