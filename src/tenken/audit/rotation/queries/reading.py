"""What the pages of the rotation read, in the reader's scope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any, TypeVar

from tenken.audit.models import MidTermPlan, PriorAudit, SystemChoice, SystemSelection, YearPlan
from tenken.audit.permissions import VIEW_ROTATION
from tenken.audit.rotation.rules.parts import Facts, Rule, Tier
from tenken.audit.rotation.rules.prove import Decided, Late, Proof, prove
from tenken.common.refusals import Missing
from tenken.organization.access import Principal

Row = TypeVar("Row")


def find_selection(by: Principal, key: int) -> SystemSelection:
    """Return a selection of systems; ``Missing`` when *by* may not see it."""
    rows = SystemSelection.objects.restrict(by, VIEW_ROTATION).select_related("city", "rule_row", "programme")
    return _found(rows.filter(pk=key).first(), "監査対象の選定")


def find_choice(by: Principal, key: int) -> SystemChoice:
    """Return one system of a selection; ``Missing`` when *by* may not see it."""
    rows = SystemChoice.objects.restrict(by, VIEW_ROTATION).select_related(
        "selection__city", "system", "engagement"
    )
    return _found(rows.filter(pk=key).first(), "監査対象の候補")


def find_mid_term_plan(by: Principal, key: int) -> MidTermPlan:
    """Return a mid-term plan; ``Missing`` when *by* may not see it."""
    rows = MidTermPlan.objects.restrict(by, VIEW_ROTATION).select_related("city", "rule_row")
    return _found(rows.filter(pk=key).first(), "中期監査計画")


def find_year_plan(by: Principal, fiscal_year: int) -> YearPlan | None:
    """Return the plan of a fiscal year, None when there is none yet."""
    return YearPlan.objects.restrict(by, VIEW_ROTATION).filter(fiscal_year=fiscal_year).first()


def find_prior_audit(by: Principal, key: int) -> PriorAudit:
    """Return an audit held before; ``Missing`` when *by* may not see it."""
    rows = PriorAudit.objects.restrict(by, VIEW_ROTATION).select_related("system")
    return _found(rows.filter(pk=key).first(), "過去の監査")


def universe_of(row: SystemSelection | MidTermPlan) -> tuple[Facts, ...]:
    """Return what was known of each system when *row* was made."""
    return tuple(Facts.of_json(kept) for kept in row.universe)


def proof_of(selection: SystemSelection, decided: Mapping[str, Tier] | None = None) -> Proof:
    """Return the proof of a selection with what people changed: as decided, or worked out anew while it is open.

    *decided*: the tiers by code, read when not given.
    """
    if selection.proof is not None:
        return proof_of_json(selection.proof)
    if decided is None:
        rows = selection.choices.values_list("system__code", "tier")
        decided = {code: Tier(tier) for code, tier in rows}
    return proved(selection, selection.fiscal_year, {selection.fiscal_year: decided})


def proved(row: SystemSelection | MidTermPlan, first: int, decided: Decided) -> Proof:
    """Return the proof of what is kept with *row* and what was decided, from the fiscal year *first* on."""
    tiers = {
        year: {code: tier.value for code, tier in sorted(kept.items())} for year, kept in decided.items()
    }
    return _proved(json.dumps([row.universe, row.rule, first, row.seed, tiers]))


@lru_cache(maxsize=16)
def _proved(said: str) -> Proof:
    """Prove *said*. The same comes to the same always, and of 500 systems it takes most of a second to play it through:
    a page that is opened again reads what it came to."""
    universe, rule, first, seed, decided = json.loads(said)
    tiers = {int(year): {code: Tier(tier) for code, tier in kept.items()} for year, kept in decided.items()}
    return prove(tuple(Facts.of_json(one) for one in universe), Rule.of_json(rule), first, seed, tiers)


def proof_as_json(proof: Proof) -> dict[str, Any]:
    """Return a proof as it is kept."""
    return asdict(proof)


def proof_of_json(kept: Mapping[str, Any]) -> Proof:
    late = tuple(Late(**{**one, "tier": Tier(one["tier"])}) for one in kept["late"])
    loads = tuple((load[0], load[1], load[2], load[3]) for load in kept["loads"])
    return replace(Proof(**kept), late=late, loads=loads, sentences=tuple(kept["sentences"]))


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise Missing(f"{what}がないか、見ることのできる範囲にありません。")
    return row
