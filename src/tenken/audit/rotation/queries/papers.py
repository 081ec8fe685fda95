"""What the papers of the rotation say: a selection's justification, the mid-term plan, the plan of a year. Frozen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from tenken.audit.models import Engagement, MidTermPlan, SystemChoice, SystemSelection, YearPlan
from tenken.audit.rotation.queries.reading import proof_of, proved, universe_of
from tenken.audit.rotation.queries.universe import held_tiers
from tenken.audit.rotation.rules.compare import Change, Decision, Difference, differences
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.audit.rotation.rules.prove import Proof
from tenken.audit.rotation.rules.select import Because
from tenken.audit.rotation.rules.words import in_words, rule_lines, weight_lines
from tenken.common.fiscal_year import FiscalYear
from tenken.organization.queries.naming import names_with_bureau


@dataclass(frozen=True)
class JustifiedSystem:
    """One system of a selection with all that speaks for its tier. ``parts``: 「前回の自己点検から1年（2点）」 each."""

    choice_id: int
    code: str
    name: str
    section: str
    important: bool
    rank: int
    points: int
    parts: tuple[str, ...]
    technical_points: int
    technical_parts: tuple[str, ...]
    lot: float
    tied: bool
    due: int | None
    self_due: int
    because: str
    drawn_tier: Tier
    tier: Tier
    override_reason: str
    overridden_by: str
    overridden_at: datetime | None
    engagement: str

    @property
    def overridden(self) -> bool:
        return bool(self.override_reason)

    @property
    def step(self) -> str:
        """By which step it came to the tier it has, in words."""
        if self.overridden:
            return "人が変更"
        return Because(self.because).label if self.because else ""


@dataclass(frozen=True)
class Justification:
    """A whole selection as it is printed: whom, in which order, why, by which rule, and that nothing is forgotten."""

    fiscal_year: int
    number: int
    status: str
    drawn_on: date
    drawn_by: str
    adopted_on: date | None
    adopted_by: str
    seed: int
    rule_name: str
    rule_reason: str
    rule: tuple[tuple[str, str], ...]
    weights: tuple[tuple[str, str, int, int], ...]
    in_words: str
    systems: tuple[JustifiedSystem, ...]
    proof: Proof

    def of(self, tier: Tier) -> tuple[JustifiedSystem, ...]:
        """Return the systems of a tier, those of deeper tiers left out, by rank."""
        return tuple(one for one in self.systems if one.tier == tier)

    def count(self, tier: Tier) -> int:
        """Return how many are looked at as *tier* or more deeply."""
        return sum(one.tier.level >= tier.level for one in self.systems)

    @property
    def overrides(self) -> tuple[JustifiedSystem, ...]:
        return tuple(one for one in self.systems if one.overridden)


def justification(selection: SystemSelection) -> Justification:
    """Return every system of a selection with rank, points and their parts, tier, what people changed, the lots of ties, the
    rule and the proof. A fixed number of queries; the caller has checked who reads it."""
    rows = list(selection.choices.select_related("engagement", "system").order_by("rank"))
    facts = {one.id: one for one in universe_of(selection)}
    sections = names_with_bureau(selection.city, {one.owner_id for one in facts.values()}, selection.drawn_on)
    points = Counter(row.points for row in rows)
    rule = Rule.of_json(selection.rule)
    decided = {row.system.code: Tier(row.tier) for row in rows}
    return Justification(
        fiscal_year=selection.fiscal_year,
        number=selection.number,
        status=selection.get_status_display(),
        drawn_on=selection.drawn_on,
        drawn_by=selection.drawn_by_name,
        adopted_on=selection.adopted_on,
        adopted_by=selection.adopted_by_name,
        seed=selection.seed,
        rule_name=str(selection.rule_row) if selection.rule_row else "はじめからある規則",
        rule_reason=selection.rule_row.reason if selection.rule_row else "",
        rule=tuple(rule_lines(rule)),
        weights=tuple(weight_lines(rule)),
        in_words=in_words(rule, selection.fiscal_year, selection.seed, len(facts)),
        systems=tuple(
            _justified(
                row,
                name=facts[row.system_id].name,
                section=sections.get(facts[row.system_id].owner_id, ""),
                important=facts[row.system_id].important,
                tied=points[row.points] > 1,
            )
            for row in rows
        ),
        proof=proof_of(selection, decided),
    )


def _justified(row: SystemChoice, *, name: str, section: str, important: bool, tied: bool) -> JustifiedSystem:
    return JustifiedSystem(
        choice_id=row.pk,
        code=row.system.code,
        name=name,
        section=section,
        important=important,
        rank=row.rank,
        points=row.points,
        parts=tuple(f"{said}（{points}点）" for _, points, said in row.parts),
        technical_points=row.technical_points,
        technical_parts=tuple(f"{said}（{points}点）" for _, points, said in row.technical_parts),
        lot=row.lot,
        tied=tied,
        due=row.due,
        self_due=row.self_due,
        because=row.because,
        drawn_tier=Tier(row.drawn_tier),
        tier=Tier(row.tier),
        override_reason=row.override_reason,
        overridden_by=row.overridden_by_name,
        overridden_at=row.overridden_at,
        engagement=str(row.engagement) if row.engagement else "",
    )


def against_last_year(selection: SystemSelection) -> tuple[Difference, ...]:
    """Return each system of this selection and of the year before, with what changed and why, by code."""
    rows = selection.choices.values_list(
        "system__code", "tier", "drawn_tier", "because", "rank", "points", "due", "override_reason"
    )
    after = [
        Decision(code, Tier(tier), Tier(drawn), because, rank, points, due, why)
        for code, tier, drawn, because, rank, points, due, why in rows
    ]
    return differences(held_tiers(selection.city, selection.fiscal_year - 1), after)


def changed_only(rows: Collection[Difference]) -> tuple[Difference, ...]:
    """Return those whose tier is another than the year before."""
    return tuple(one for one in rows if one.change != Change.SAME)


@dataclass(frozen=True)
class MidTermRow:
    """One system of a mid-term plan. ``tiers``, ``drawn``, ``reasons``: one a year, in the plan's order."""

    system_id: int
    code: str
    name: str
    section: str
    important: bool
    last_visit: date | None
    tiers: tuple[Tier, ...]
    drawn: tuple[Tier, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MidTermData:
    """A mid-term plan as it is printed. ``loads``: (year, self, visit, technical), each with the deeper ones."""

    number: int
    from_year: int
    to_year: int
    purpose: str
    priorities: str
    made_on: date
    adopted_on: date | None
    adopted_by: str
    seed: int
    rule_name: str
    rule: tuple[tuple[str, str], ...]
    capacity: tuple[int, int, int]
    rows: tuple[MidTermRow, ...]
    loads: tuple[tuple[int, int, int, int], ...]
    proof: Proof

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.from_year, self.to_year + 1))


def mid_term_plan_data(plan: MidTermPlan) -> MidTermData:
    """Return a mid-term plan: the matrix of systems and years, the load of each year, the proof. Two queries."""
    facts = universe_of(plan)
    years = range(plan.from_year, plan.to_year + 1)
    lines = {
        (system, year): (Tier(tier), Tier(drawn), reason)
        for system, year, tier, drawn, reason in plan.lines.values_list(
            "system_id", "fiscal_year", "tier", "drawn_tier", "reason"
        )
    }
    sections = names_with_bureau(plan.city, {one.owner_id for one in facts}, plan.made_on)
    rows = []
    decided: dict[int, dict[str, Tier]] = defaultdict(dict)
    for one in facts:
        said = [lines[one.id, year] for year in years]
        rows.append(
            MidTermRow(
                system_id=one.id,
                code=one.code,
                name=one.name,
                section=sections.get(one.owner_id, ""),
                important=one.important,
                last_visit=one.last(Tier.VISIT),
                tiers=tuple(tier for tier, _, _ in said),
                drawn=tuple(drawn for _, drawn, _ in said),
                reasons=tuple(reason for _, _, reason in said),
            )
        )
        for year, (tier, _, _) in zip(years, said, strict=True):
            decided[year][one.code] = tier
    rule = Rule.of_json(plan.rule)
    loads = []
    for year in years:
        levels = [tier.level for tier in decided[year].values()]
        counts = [sum(level >= tier.level for level in levels) for tier in list(Tier)[1:]]
        loads.append((year, counts[0], counts[1], counts[2]))
    return MidTermData(
        number=plan.number,
        from_year=plan.from_year,
        to_year=plan.to_year,
        purpose=plan.purpose,
        priorities=plan.priorities,
        made_on=plan.made_on,
        adopted_on=plan.adopted_on,
        adopted_by=plan.adopted_by_name,
        seed=plan.seed,
        rule_name=str(plan.rule_row) if plan.rule_row else "はじめからある規則",
        rule=tuple(rule_lines(rule)),
        capacity=(rule.self_capacity, rule.visit_capacity, rule.technical_capacity),
        rows=tuple(rows),
        loads=tuple(loads),
        proof=proved(plan, plan.from_year, decided),
    )


@dataclass(frozen=True)
class PlannedAudit:
    """One audit of the year as its plan lists it. ``ordered``: who ordered it and when, '' unless it is 特命."""

    engagement_id: int
    number: str
    theme: str
    kind: str
    conduct: str
    section: str
    system: str
    starts_on: date
    ends_on: date
    status: str
    special: bool
    ordered: str
    because: str


@dataclass(frozen=True)
class YearPlanData:
    """The plan of a year as it is printed. ``periods``: (name, first day, last day)."""

    fiscal_year: int
    status: str
    purpose: str
    focus: str
    policy: str
    budget_yen: int | None
    budget_note: str
    auditor_days: int | None
    periods: tuple[tuple[str, date, date], ...]
    audits: tuple[PlannedAudit, ...]
    self_inspected: int | None
    adopted_on: date | None
    adopted_by: str

    @property
    def name(self) -> str:
        return f"{FiscalYear(self.fiscal_year)}監査計画"


def year_plan_data(plan: YearPlan) -> YearPlanData:
    """Return the plan of a year with the audits planned for it, those by order of the CISO (特命) among them.

    ``self_inspected``: how many systems inspect themselves by the year's decided selection, None before there is one.
    """
    chosen = (
        SystemSelection.objects.of_city(plan.city_id)
        .filter(fiscal_year=plan.fiscal_year, status=SystemSelection.Status.ADOPTED)
        .first()
    )
    return YearPlanData(
        fiscal_year=plan.fiscal_year,
        status=plan.get_status_display(),
        purpose=plan.purpose,
        focus=plan.focus,
        policy=plan.policy,
        budget_yen=plan.budget_yen,
        budget_note=plan.budget_note,
        auditor_days=plan.auditor_days,
        periods=tuple(
            (name, date.fromisoformat(first), date.fromisoformat(last))
            for _, name, first, last in plan.periods
        ),
        audits=planned_audits(plan),
        self_inspected=chosen.choices.exclude(tier=Tier.NONE).count() if chosen else None,
        adopted_on=plan.adopted_on,
        adopted_by=plan.adopted_by_name,
    )


def planned_audits(plan: YearPlan) -> tuple[PlannedAudit, ...]:
    """Return the audits of the plan's year, by number, those called off left out."""
    rows = list(
        Engagement.objects.of_city(plan.city_id)
        .filter(fiscal_year=plan.fiscal_year)
        .exclude(status=Engagement.Status.CANCELLED)
        .select_related("system")
        .order_by("number")
    )
    sections = names_with_bureau(
        plan.city, {row.unit_id for row in rows}, FiscalYear(plan.fiscal_year).starts_on
    )
    return tuple(
        PlannedAudit(
            engagement_id=row.pk,
            number=str(row),
            theme=row.theme,
            kind=row.get_kind_display(),
            conduct=row.get_conduct_display(),
            section=sections.get(row.unit_id, ""),
            system=row.system.name if row.system else "",
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            status=row.get_status_display(),
            special=row.special,
            ordered=row.ordered_by_name if row.special else "",
            because=row.ordered_because if row.special else row.chosen_because,
        )
        for row in rows
    )
