"""The rotation: the rule, the mid-term plan FY2015–2019, each year's plan and selection, and what was audited between."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from tenken.audit.models import SystemSelection
from tenken.audit.rotation.operations import (
    PriorData,
    YearPlanData,
    adopt_mid_term_plan,
    adopt_system_selection,
    adopt_year_plan,
    draw_systems,
    make_mid_term_plan,
    override_choice,
    record_prior_audits,
    set_rule,
    write_year_plan,
)
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import digest
from tenken.demo.days import in_year
from tenken.demo.ledger import Systems

FIRST = 2015
_SEEDS = 20_150_401
_STAGE_OF = {
    "self_inspection": "self",
    "improvement": "improvement",
    "visit": "visit",
    "follow_up": "follow_up",
}
Days = Mapping[str, tuple[date, date]]


def settle(made: DemoCity) -> None:
    """Set the first rule and adopt the mid-term plan FY2015–2019, in April 2015."""
    day = in_year(FIRST, "04-10")
    by = made.acting(plan.secretariat_post(), day)
    set_rule(
        by=by,
        rule=Rule(cycle_from=FIRST),
        valid_from=day,
        reason="年ごとに違う選び方をしていたため、作業が多く、説明もしにくかった。何年たったか、重要性、障害、課題、変更を点数にして、毎年同じ規則で選ぶ。",
        on=day,
    )
    made_plan = make_mid_term_plan(
        by=by,
        from_year=FIRST,
        to_year=FIRST + 4,
        purpose="重要な情報システムを5年に一度は訪問調査または技術監査の対象とし、全ての情報システムの自己点検を3年に一度は行う。",
        priorities="サポートが終わるOSを使う情報システムと、インターネットに公開している情報システム",
        seed=_SEEDS,
        on=day,
    )
    adopted = in_year(FIRST, "04-20")
    by = made.acting(plan.secretariat_post(), adopted)
    adopt_mid_term_plan(by=by, plan=made_plan, version=made_plan.version, on=adopted)


def plan_year(made: DemoCity, year: int, days: Days, on: date) -> None:
    """Write and adopt the plan of a year's audits; in April this year's self-inspection has begun before."""
    april = FiscalYear(year).starts_on
    by = made.acting(plan.secretariat_post(), on)
    written = write_year_plan(
        by=by,
        fiscal_year=year,
        data=YearPlanData(
            purpose="情報システムの運用の課題を所管課が自分でつかみ、監査で確かめて改善につなげる。",
            focus="サポートの終わる製品、利用者の識別、バックアップの確認",
            policy="自己点検は86システム、訪問調査は10システム程度、うち技術監査は2システム程度とする。",
            budget_yen=4_800_000,
            budget_note="技術監査の診断委託 2システム",
            auditor_days=60,
            periods={_STAGE_OF[kind]: (max(first, april), last) for kind, (first, last) in days.items()},
        ),
        on=on,
    )
    adopt_year_plan(by=by, plan=written, version=written.version, on=on)


def select_systems(
    made: DemoCity, year: int, on: date, wanted: Mapping[str, tuple[Tier, str]] | None = None
) -> SystemSelection:
    """Draw and decide the systems of a year; *wanted*: by name, those that are to be looked at otherwise, and why."""
    by = made.acting(plan.secretariat_post(), on)
    drawn = draw_systems(by=by, fiscal_year=year, seed=_SEEDS + year, on=on)
    for name, (tier, reason) in (wanted or {}).items():
        choice = drawn.choices.get(system__name=name)
        if Tier(choice.tier).level >= tier.level:
            continue
        out = drawn.choices.filter(tier=tier).exclude(system__name__in=wanted or {}).order_by("-rank").first()
        assert out is not None
        override_choice(by=by, choice=choice, tier=tier.value, reason=reason, version=drawn.version, on=on)
        drawn.refresh_from_db()
        override_choice(
            by=by,
            choice=out,
            tier=choice.tier,
            reason=f"「{name}」と入れ替える。",
            version=drawn.version,
            on=on,
        )
        drawn.refresh_from_db()
    return adopt_system_selection(by=by, selection=drawn, version=drawn.version, on=on)


def draw_next(made: DemoCity, today: date) -> SystemSelection:
    """Draw next year's systems; nothing is decided yet."""
    by = made.acting(plan.secretariat_post(), today)
    year = FiscalYear.of(today).year + 1
    return draw_systems(by=by, fiscal_year=year, seed=_SEEDS + year, on=today)


def record_years_between(made: DemoCity, systems: Systems, today: date, audited: Collection[str]) -> None:
    """Record what was audited between FY2015 and this year: ten systems a year, two of them technically, in turn.

    *audited*: codes of those of FY2015, who come last.
    """
    this = FiscalYear.of(today)
    turn = sorted(
        systems.values(), key=lambda one: (one.code in audited, not one.important, digest("turn", one.code))
    )
    rows = []
    for place, year in enumerate(range(FIRST + 1, this.year)):
        for number in range(10):
            system = turn[(place * 10 + number) % len(turn)]
            tier = Tier.TECHNICAL if number < 2 else Tier.VISIT
            day = in_year(year, f"1{1 + number % 2}-{3 + number * 2:02}")
            rows.append(
                PriorData(system.code, tier.value, day, f"{FiscalYear(year)}情報システム監査の結果報告")
            )
    for system in systems.values():  # who inspected themselves lately
        if this.year > FIRST + 1 and digest("self before", system.code) % 100 < 80:
            day = in_year(this.year - 1, "07-15")
            source = f"{this.previous}情報システム監査の点検シート"
            rows.append(PriorData(system.code, Tier.SELF.value, day, source))
    if rows:
        day = this.starts_on
        record_prior_audits(by=made.acting(plan.secretariat_post(), day), rows=rows, on=day)
