"""The mid-term plan and the plan of a year: made, changed with reasons, adopted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Max

from tenken.audit.models import MidTermLine, MidTermPlan, SystemSelection, YearPlan
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
from tenken.audit.rotation.queries.reading import universe_of
from tenken.audit.rotation.queries.universe import rule_for, universe
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.audit.rotation.rules.prove import simulate
from tenken.audit.rotation.states import plan_after
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing, Stale
from tenken.organization.access import Principal, require
from tenken.organization.names import Checks

MID_TERM, YEAR = "audit.mid_term_plan", "audit.year_plan"
TEXT_LIMIT, NOTE_LIMIT = 2_000, 300
# The stages of a year of audits (document 001, 資料2 2(2)); technical audits may have days of their own.
STAGES = {
    "self": "自己点検",
    "improvement": "改善取組",
    "visit": "訪問調査",
    "technical": "技術監査",
    "report": "監査結果の報告",
    "follow_up": "フォローアップ",
}
_MOST_YEN = 10**12


@transaction.atomic
def make_mid_term_plan(
    *,
    by: Principal,
    from_year: int,
    to_year: int,
    purpose: str,
    priorities: str = "",
    seed: int | None = None,
    on: date | None = None,
) -> MidTermPlan:
    """Make a plan of three to five fiscal years: the rule played through over what is known today.

    Years whose systems are decided already keep them. ``Invalid`` names from_year, to_year, purpose, priorities, seed.
    """
    require(by, MANAGE_ROTATION)
    day = on or by.on
    kept = _checked_texts(purpose, priorities, from_year, to_year)
    checked_year(from_year, day)
    city = one_at_a_time(by)
    rows = MidTermPlan.objects.of_city(by.city_id)
    rule_row, rule = rule_for(city, from_year, day)
    plan = MidTermPlan.objects.create(
        city=city,
        number=(rows.aggregate(last=Max("number"))["last"] or 0) + 1,
        from_year=from_year,
        to_year=to_year,
        purpose=kept[0],
        priorities=kept[1],
        seed=checked_seed(seed),
        rule_row=rule_row,
        rule=rule.as_json(),
        universe=[one.as_json() for one in universe(city, day, from_year)],
        made_on=day,
    )
    if not plan.universe:
        raise Missing("情報システム台帳に、いま使われている情報システムがありません。")
    _write_lines(plan)
    changes = {"years": [from_year, to_year], "seed": plan.seed, "systems": len(plan.universe)}
    write(by, "audit.mid_term.make", (MID_TERM, plan.pk), changes, on)
    return plan


@transaction.atomic
def change_mid_term_plan(
    *,
    by: Principal,
    plan: MidTermPlan,
    purpose: str,
    priorities: str,
    version: int,
    on: date | None = None,
) -> MidTermPlan:
    """Word the purpose and the priorities of a draft anew. ``Invalid`` names them."""
    require(by, MANAGE_ROTATION)
    plan = _open_mid_term(by, plan, version, "change")
    plan.purpose, plan.priorities = _checked_texts(purpose, priorities, plan.from_year, plan.to_year)
    _save(plan)
    changes = {"purpose": plan.purpose, "priorities": plan.priorities}
    write(by, "audit.mid_term.change", (MID_TERM, plan.pk), changes, on)
    return plan


@transaction.atomic
def keep_by_hand(
    *,
    by: Principal,
    plan: MidTermPlan,
    system_id: int,
    fiscal_year: int,
    tier: str,
    reason: str,
    version: int,
    on: date | None = None,
) -> MidTermLine:
    """Decide by hand how deeply a system is looked at in a year of a draft, and why; the other years follow by the rule.

    ``Invalid`` names tier and reason; ``Missing`` for a system or year the plan has not.
    """
    require(by, MANAGE_ROTATION)
    plan = _open_mid_term(by, plan, version, "change")
    line = plan.lines.select_related("system").filter(system=system_id, fiscal_year=fiscal_year).first()
    if line is None:
        raise Missing("この計画にない情報システムか年度です。")
    wanted, kept = checked_tier(tier), checked_reason(reason, "変更の理由")
    changes = {"system": line.system.code, "year": fiscal_year, "from": line.tier, "to": wanted.value}
    line.tier, line.reason = wanted.value, kept
    line.changed_by_name, line.changed_at = by.actor.name, clock.now()
    line.save()
    _write_lines(plan)
    _save(plan)
    write(by, "audit.mid_term.keep", (MID_TERM, plan.pk), changes | {"reason": kept}, on)
    return plan.lines.get(pk=line.pk)


@transaction.atomic
def adopt_mid_term_plan(
    *, by: Principal, plan: MidTermPlan, version: int, on: date | None = None
) -> MidTermPlan:
    """Adopt a draft; from then on nothing in it changes."""
    require(by, MANAGE_ROTATION)
    plan = _open_mid_term(by, plan, version, "adopt")
    plan.status = plan_after(plan.status, "adopt")
    plan.adopted_on, plan.adopted_by_name = on or by.on, by.actor.name
    _save(plan)
    write(by, "audit.mid_term.adopt", (MID_TERM, plan.pk), {"adopted_on": plan.adopted_on.isoformat()}, on)
    return plan


def _open_mid_term(by: Principal, plan: MidTermPlan, version: int, event: str) -> MidTermPlan:
    found = locked(by, plan, version, "中期監査計画")
    plan_after(found.status, event)
    return found


def _checked_texts(purpose: str, priorities: str, from_year: int, to_year: int) -> tuple[str, str]:
    checks = Checks()
    kept = checks.name(purpose, label="目的", limit=TEXT_LIMIT, field="purpose", lines=True)
    more = checks.name(
        priorities, label="重点", limit=TEXT_LIMIT, field="priorities", required=False, lines=True
    )
    if not 2 <= to_year - from_year <= 4:
        checks.problem("3年から5年までの計画にしてください。", label="終了年度", field="to_year")
    checks.done()
    return kept, more


def _write_lines(plan: MidTermPlan) -> None:
    """Play the rule through around what is decided or kept by hand, and write what changed."""
    kept: dict[int, dict[str, Tier]] = _decided(plan)
    standing = {(line.system_id, line.fiscal_year): line for line in plan.lines.select_related("system")}
    for line in standing.values():
        if line.reason:
            kept.setdefault(line.fiscal_year, {})[line.system.code] = Tier(line.tier)
    years = plan.to_year - plan.from_year + 1
    played = simulate(universe_of(plan), Rule.of_json(plan.rule), plan.from_year, years, plan.seed, kept)
    new: list[MidTermLine] = []
    changed: list[MidTermLine] = []
    for one in played:
        for chosen in one.chosen:
            line = standing.get((chosen.id, one.year)) or MidTermLine(
                plan=plan, system_id=chosen.id, fiscal_year=one.year
            )
            line.drawn_tier = chosen.tier.value
            if not line.reason:
                line.tier = one.tiers[chosen.code].value
                decided = line.tier != line.drawn_tier
                line.reason = f"{FiscalYear(one.year)}の監査対象の選定で決定" if decided else ""
            (changed if line.pk else new).append(line)
    MidTermLine.objects.bulk_create(new)
    MidTermLine.objects.bulk_update(changed, ["drawn_tier", "tier", "reason"], batch_size=500)


def _decided(plan: MidTermPlan) -> dict[int, dict[str, Tier]]:
    found: dict[int, dict[str, Tier]] = {}
    rows = SystemSelection.objects.of_city(plan.city_id).filter(
        fiscal_year__range=(plan.from_year, plan.to_year), status=SystemSelection.Status.ADOPTED
    )
    for year, code, tier in rows.values_list("fiscal_year", "choices__system__code", "choices__tier"):
        found.setdefault(year, {})[code] = Tier(tier)
    return found


@dataclass(frozen=True)
class YearPlanData:
    """What the plan of a year says. ``periods``: stage (a key of :data:`STAGES`) → first and last day."""

    purpose: str
    focus: str = ""
    policy: str = ""
    budget_yen: int | None = None
    budget_note: str = ""
    auditor_days: int | None = None
    periods: Mapping[str, tuple[date, date]] = field(default_factory=dict)


@transaction.atomic
def write_year_plan(
    *,
    by: Principal,
    fiscal_year: int,
    data: YearPlanData,
    version: int | None = None,
    on: date | None = None,
) -> YearPlan:
    """Begin the plan of a year (*version* None) or change its draft.

    ``Invalid`` names the fields of *data*, <stage>_from, <stage>_to and fiscal_year; ``Stale`` when it is adopted.
    """
    require(by, MANAGE_ROTATION)
    one_at_a_time(by)
    plan = YearPlan.objects.of_city(by.city_id).filter(fiscal_year=fiscal_year).first()
    if plan is None:
        plan = YearPlan(city=by.city, fiscal_year=checked_year(fiscal_year, on or by.on), version=0)
    elif version is None:
        raise Stale(f"{FiscalYear(fiscal_year)}の年度監査計画は、すでにあります。")
    else:
        plan = locked(by, plan, version, "年度監査計画")
        plan_after(plan.status, "change")
    _take(plan, data)
    _save(plan)
    changes = {"fiscal_year": fiscal_year, "purpose": plan.purpose, "periods": plan.periods}
    write(by, "audit.year_plan.write", (YEAR, plan.pk), changes | {"budget_yen": plan.budget_yen}, on)
    return plan


@transaction.atomic
def adopt_year_plan(*, by: Principal, plan: YearPlan, version: int, on: date | None = None) -> YearPlan:
    """Adopt the plan of a year; from then on it does not change."""
    require(by, MANAGE_ROTATION)
    plan = locked(by, plan, version, "年度監査計画")
    plan.status = plan_after(plan.status, "adopt")
    plan.adopted_on, plan.adopted_by_name = on or by.on, by.actor.name
    _save(plan)
    write(by, "audit.year_plan.adopt", (YEAR, plan.pk), {"adopted_on": plan.adopted_on.isoformat()}, on)
    return plan


def _take(plan: YearPlan, data: YearPlanData) -> None:
    checks = Checks()
    plan.purpose = checks.name(data.purpose, label="目的", limit=TEXT_LIMIT, field="purpose", lines=True)
    for name, label in (("focus", "重点"), ("policy", "方針")):
        said = checks.name(
            getattr(data, name), label=label, limit=TEXT_LIMIT, field=name, required=False, lines=True
        )
        setattr(plan, name, said)
    plan.budget_note = checks.name(
        data.budget_note, label="予算の内訳", limit=NOTE_LIMIT, field="budget_note", required=False
    )
    for name, label, most in (
        ("budget_yen", "予算額", _MOST_YEN),
        ("auditor_days", "監査人の延べ日数", 100_000),
    ):
        value = getattr(data, name)
        if value is not None and not 0 <= value <= most:
            checks.problem(f"0から{most:,}までの数にしてください。", label=label, field=name)
        setattr(plan, name, value)
    plan.periods = _checked_periods(plan.fiscal_year, data.periods, checks)
    checks.done()


def _checked_periods(
    year: int, periods: Mapping[str, tuple[date, date]], checks: Checks
) -> Sequence[list[str]]:
    kept = []
    for stage, name in STAGES.items():
        if stage not in periods:
            continue
        first, last = periods[stage]
        if last < first:
            words = "終わりは、始まり以後の日にしてください。"
            checks.problem(words, label=name, field=f"{stage}_to")
        # What a year's audits find is followed up to the end of the next year at most.
        if not FiscalYear(year).starts_on <= first <= FiscalYear(year + 1).ends_on:
            words = f"{FiscalYear(year)}の計画の日にしてください。"
            checks.problem(words, label=name, field=f"{stage}_from")
        kept.append([stage, name, first.isoformat(), last.isoformat()])
    return kept


def _save(plan: MidTermPlan | YearPlan) -> None:
    plan.version += 1
    plan.save()
