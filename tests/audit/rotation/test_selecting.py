"""Choosing the systems of a year: the click, what people change, what a decision comes to."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tenken.audit.engagements.operations import EngagementData, order_engagement
from tenken.audit.models import (
    Engagement,
    MidTermPlan,
    PriorAudit,
    SystemChoice,
    SystemSelection,
    Visit,
    YearPlan,
)
from tenken.audit.rotation.operations import (
    PriorData,
    YearPlanData,
    adopt_mid_term_plan,
    adopt_system_selection,
    adopt_year_plan,
    ask_systems,
    change_mid_term_plan,
    discard_system_selection,
    draw_systems,
    keep_by_hand,
    make_mid_term_plan,
    override_choice,
    read_prior_audits,
    record_prior_audits,
    set_rule,
    strike_prior_audit,
    write_year_plan,
)
from tenken.audit.rotation.queries import (
    against_last_year,
    changed_only,
    find_selection,
    justification,
    mid_term_plan_data,
    proof_of,
    rule_for,
    universe,
    universe_of,
    year_plan_data,
)
from tenken.audit.rotation.rules.compare import Change
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.audit.rotation.rules.score import score
from tenken.audit.rotation.rules.select import select
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.findings.models import Finding
from tenken.inspection.models import TargetException
from tenken.journal.models import Entry
from tests.audit.rotation.makers import FEBRUARY, YEAR, choice_of, drawn, make_systems, small_rule
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import make_bank, planned, running

pytestmark = pytest.mark.django_db
NAMES = ("まちづくり局 企画課", "まちづくり局 都市計画課", "健康福祉局 保険課")


def adopted(city: Scenario, selection: SystemSelection) -> SystemSelection:
    selection.refresh_from_db()
    return adopt_system_selection(by=city.by("secretariat"), selection=selection, version=selection.version)


# --- what is known -----------------------------------------------------------------------------------------


def test_the_universe_knows_every_way_a_system_was_looked_at(city: Scenario) -> None:
    by = city.by("secretariat")
    systems = {one.code: one for one in make_systems_by_code(city)}
    record_prior_audits(
        by=by,
        rows=[
            PriorData("S001", "technical", date(2019, 11, 5), "平成31年度監査報告書"),
            PriorData("S002", "self", date(2024, 7, 1), "点検の記録"),
        ],
    )
    programme = running(city.city, 2026, kind="system_audit", code="systems")
    sheet = programme.sheets.get(system=systems["S003"])
    sheet.status, sheet.handed_in_on, sheet.accepted_on = "accepted", date(2026, 8, 3), date(2026, 8, 5)
    sheet.save()
    visit = programme.stages.get(kind="visit")
    Visit.objects.create(
        stage=visit,
        unit=systems["S004"].owner,
        system=systems["S004"],
        status="visited",
        visited_on=date(2026, 11, 9),
    )
    engagement(city, systems["S005"], "technical", status="fieldwork", began_on=date(2026, 12, 1))
    engagement(city, systems["S006"], "system", status="notified")
    found = {one.code: one for one in universe(city.city, FEBRUARY)}
    assert found["S001"].last(Tier.VISIT) == date(2019, 11, 5)
    assert (found["S002"].last(Tier.SELF), found["S002"].last(Tier.VISIT)) == (date(2024, 7, 1), None)
    assert found["S003"].last(Tier.SELF) == date(2026, 8, 3)
    assert found["S004"].last(Tier.VISIT) == date(2026, 11, 9)
    assert found["S005"].last(Tier.TECHNICAL) == date(2026, 12, 1)
    assert found["S006"].last(Tier.SELF) is None
    assert [one.code for one in universe(city.city, date(2019, 1, 1)) if one.last(Tier.SELF)] == []


def make_systems_by_code(city: Scenario) -> Any:
    from tenken.assets.models import InformationSystem

    make_bank(city.city)
    return InformationSystem.objects.filter(city=city.city).select_related("owner")


def engagement(city: Scenario, system: Any, kind: str, **values: Any) -> Engagement:
    number = 900 + Engagement.objects.count()  # beside the numbers that are given
    given = {"fiscal_year": 2026, "theme": "監査", "purpose": "確かめる。"} | values
    return Engagement.objects.create(
        city=city.city,
        number=number,
        kind=kind,
        unit=system.owner,
        system=system,
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 28),
        **given,
    )


def test_what_is_planned_before_the_year_counts_as_held(city: Scenario) -> None:
    systems = {one.code: one for one in make_systems_by_code(city)}
    engagement(city, systems["S001"], "system", status="planned")
    engagement(city, systems["S002"], "technical", status="planned", fiscal_year=2025)
    engagement(city, systems["S003"], "system", status="cancelled", cancelled_because="更改")
    engagement(city, systems["S004"], "system", status="planned", fiscal_year=YEAR)
    running(city.city, 2026, kind="system_audit", code="systems", target_rule="key_systems")
    found = {one.code: one for one in universe(city.city, FEBRUARY, YEAR)}
    march = date(2027, 3, 31)
    assert {code: one.last(Tier.VISIT) for code, one in found.items() if one.last(Tier.VISIT)} == {
        "S001": march
    }
    assert {one.code for one in found.values() if one.last(Tier.SELF) == march} == {
        "S001",
        *(f"S{number:03}" for number in range(2, 13, 2)),
    }
    said = score(found["S001"], Rule(cycle_from=YEAR), YEAR)
    assert said.parts[0].because == "これから行う訪問調査・技術監査から1年"
    assert not any(one.last(Tier.SELF) for one in universe(city.city, FEBRUARY))


def test_a_year_decided_but_not_held_yet_is_not_chosen_anew(city: Scenario) -> None:
    small_rule(city, cycle_from=2026)
    by = city.by("secretariat")
    this = draw_systems(by=by, fiscal_year=2026, seed=7)
    adopt_system_selection(by=by, selection=this, version=this.version)
    following = draw_systems(by=by, fiscal_year=YEAR, seed=7)
    deep = {"visit", "technical"}
    before = set(this.choices.filter(tier__in=deep).values_list("system", flat=True))
    assert before.isdisjoint(following.choices.filter(tier__in=deep).values_list("system", flat=True))


def test_open_findings_of_a_system_are_counted_with_the_oldest(city: Scenario) -> None:
    system = next(iter(make_systems_by_code(city)))
    for number, (status, day) in enumerate(
        [("open", date(2025, 6, 1)), ("planned", date(2024, 6, 1)), ("noted", date(2020, 6, 1))], start=1
    ):
        Finding.objects.create(
            city=city.city,
            unit=system.owner,
            fiscal_year=day.year,
            number=number,
            origin="audit",
            kind="assessment" if status == "noted" else "issue",
            origin_key=f"test:{number}",
            title="課題",
            status=status,
            opened_on=day,
            closed_on=day if status == "noted" else None,
            system=system,
            **({"plan": "直す。", "plan_due_on": date(2027, 1, 1)} if status == "planned" else {}),
        )
    found = universe(city.city, FEBRUARY)[0]
    assert (found.open_findings, found.oldest_finding) == (2, date(2024, 6, 1))


def test_the_universe_takes_as_many_queries_for_many_systems(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    make_systems(scenario, 500)
    with django_assert_max_num_queries(16):
        assert len(universe(scenario.city, FEBRUARY, YEAR)) == 500


# --- the rule ----------------------------------------------------------------------------------------------


def test_the_shipped_rule_holds_until_a_city_sets_its_own(city: Scenario) -> None:
    assert rule_for(city.city, YEAR, FEBRUARY) == (None, Rule(cycle_from=YEAR))
    by = city.by("secretariat")
    ours = Rule(cycle_from=2026, visit_within=4)
    set_rule(by=by, rule=ours, valid_from=date(2027, 4, 1), reason="来年度から4年とする。")
    assert rule_for(city.city, 2026, FEBRUARY)[0] is None
    row, rule = rule_for(city.city, YEAR, FEBRUARY)
    assert (rule, row and row.number) == (ours, 1)
    assert Entry.objects.filter(operation="audit.rotation.rule").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"visit_within": 0}, "visit_within"),
        ({"visit_capacity": 99}, "visit_capacity"),
        ({"failure_years": 21}, "failure_years"),
        ({"weights": {}}, "weights"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(city: Scenario, values: dict[str, Any], field: str) -> None:
    rule = Rule(**({"cycle_from": YEAR} | values))
    with pytest.raises(Invalid) as refusal:
        set_rule(by=city.by("secretariat"), rule=rule, valid_from=FEBRUARY, reason="理由")
    assert [one.field for one in refusal.value.problems] == [field]


def test_a_rule_does_not_begin_before_the_one_that_holds(city: Scenario) -> None:
    rule = small_rule(city)
    with pytest.raises(Invalid, match="適用開始日"):
        set_rule(by=city.by("secretariat"), rule=rule, valid_from=date(2027, 1, 1), reason="理由")


# --- the click -----------------------------------------------------------------------------------------------


def test_one_click_chooses_within_the_capacity_and_keeps_all_it_was_made_of(
    city: Scenario, selection: SystemSelection
) -> None:
    tiers = Counter(selection.choices.values_list("tier", flat=True))
    assert tiers == {"technical": 1, "visit": 2, "self": 5, "none": 4}
    again = select(universe_of(selection), Rule.of_json(selection.rule), YEAR, selection.seed)
    kept = {row.system_id: (row.rank, row.points, row.tier) for row in selection.choices.all()}
    assert {one.id: (one.rank, one.score.total, one.tier.value) for one in again} == kept
    assert proof_of(selection).holds
    said = Entry.objects.get(operation="audit.system_selection.draw")
    assert said.subject_id == str(selection.pk)


def test_the_same_seed_chooses_the_same_and_each_draw_is_kept(city: Scenario) -> None:
    first = drawn(city, seed=5)
    second = draw_systems(by=city.by("secretariat"), fiscal_year=YEAR, seed=5)
    assert (first.number, second.number) == (1, 2)
    assert list(first.choices.values_list("system", "tier", "rank")) == list(
        second.choices.values_list("system", "tier", "rank")
    )


def test_only_who_manages_the_rotation_chooses(city: Scenario) -> None:
    for role in ("auditor", "ciso", "section_manager"):
        with pytest.raises(Denied):
            draw_systems(by=city.by(role), fiscal_year=YEAR)


def test_a_past_year_an_empty_ledger_and_a_foreign_seed_are_refused(scenario: Scenario) -> None:
    by = scenario.by("secretariat")
    for year, seed, words in ((2025, None, "令和8年度から"), (YEAR, None, "台帳"), (YEAR, -1, "整数")):
        with pytest.raises(Invalid, match=words):
            draw_systems(by=by, fiscal_year=year, seed=seed)
    assert not SystemSelection.objects.exists()


# --- what people change --------------------------------------------------------------------------------------


def test_an_override_needs_a_reason_and_says_who(city: Scenario, selection: SystemSelection) -> None:
    by = city.by("secretariat")
    row = selection.choices.filter(tier="none").first()
    assert row is not None
    with pytest.raises(Invalid, match="理由"):
        override_choice(by=by, choice=row, tier="visit", reason=" ", version=selection.version)
    with pytest.raises(Invalid, match="区分"):
        override_choice(by=by, choice=row, tier="deepest", reason="更改", version=selection.version)
    changed = override_choice(by=by, choice=row, tier="visit", reason="更改の前", version=selection.version)
    assert (changed.drawn_tier, changed.tier, changed.override_reason) == ("none", "visit", "更改の前")
    assert changed.overridden_by_name == by.actor.name
    with pytest.raises(Stale):
        override_choice(by=by, choice=row, tier="self", reason="古い画面", version=selection.version)
    back = override_choice(by=by, choice=row, tier="none", reason="戻す", version=selection.version + 1)
    assert (back.tier, back.override_reason, back.overridden_at) == ("none", "", None)


def test_the_proof_goes_with_what_people_change(city: Scenario) -> None:
    selection = drawn(city, visit_within=1, visit_capacity=6, self_capacity=12)
    assert proof_of(selection).holds
    row = choice_of(selection, "S002")
    by = city.by("secretariat")
    override_choice(by=by, choice=row, tier="self", reason="更改の最中", version=selection.version)
    selection.refresh_from_db()
    assert [one.code for one in proof_of(selection).late] == ["S002"]


# --- the decision ----------------------------------------------------------------------------------------------


def test_a_decided_selection_becomes_audits_and_the_targets_of_the_self_inspection(
    city: Scenario, selection: SystemSelection
) -> None:
    make_bank(city.city)
    programme = planned(city.city, YEAR, kind="system_audit", code="systems")
    made = adopted(city, selection)
    rows = {row.system_id: row for row in made.choices.select_related("engagement", "system")}
    audits = Engagement.objects.filter(fiscal_year=YEAR)
    assert Counter(audits.values_list("kind", flat=True)) == {"system": 2, "technical": 1}
    for audit in audits:
        row = rows[audit.system_id or 0]
        assert row.engagement == audit
        assert audit.unit_id == row.system.owner_id
        assert f"{row.rank}位、{row.points}点" in audit.chosen_because
        assert (audit.starts_on, audit.ends_on) == (date(YEAR, 11, 1), date(YEAR, 11, 30))
    programme.refresh_from_db()
    assert programme.target_rule == "listed_systems"
    asked = TargetException.objects.filter(programme=programme, mode="include")
    assert {one.system_id for one in asked} == {row.system_id for row in rows.values() if row.tier != "none"}
    assert all(one.reason for one in asked)
    assert (made.status, made.programme, made.adopted_on) == ("adopted", programme, FEBRUARY)
    assert made.proof is not None


def test_the_days_of_the_audits_come_from_the_plan_of_the_year(
    city: Scenario, selection: SystemSelection
) -> None:
    by = city.by("secretariat")
    periods = {
        "visit": (date(2027, 10, 1), date(2027, 11, 30)),
        "technical": (date(2027, 9, 1), date(2027, 9, 30)),
    }
    write_year_plan(by=by, fiscal_year=YEAR, data=YearPlanData("確かめる。", periods=periods))
    adopted(city, selection)
    spans = set(Engagement.objects.values_list("kind", "starts_on", "ends_on"))
    assert spans == {("system", *periods["visit"]), ("technical", *periods["technical"])}


def test_an_audit_that_is_planned_already_is_kept(city: Scenario, selection: SystemSelection) -> None:
    row = selection.choices.filter(tier="visit").select_related("system__owner").first()
    assert row is not None
    standing = engagement(city, row.system, "system", fiscal_year=YEAR)
    adopted(city, selection)
    row.refresh_from_db()
    assert row.engagement == standing
    assert Engagement.objects.filter(system=row.system).count() == 1


def test_a_self_inspection_planned_later_is_given_its_targets(
    city: Scenario, selection: SystemSelection
) -> None:
    by, made = city.by("secretariat"), adopted(city, selection)
    assert made.programme is None
    with pytest.raises(Stale, match="準備中"):
        ask_systems(by=by, selection=made, version=made.version)
    make_bank(city.city)
    programme = planned(city.city, YEAR, kind="system_audit", code="systems")
    assert ask_systems(by=by, selection=made, version=made.version) == programme
    made.refresh_from_db()
    with pytest.raises(Stale, match="すでに"):
        ask_systems(by=by, selection=made, version=made.version)


def test_a_year_is_decided_once_and_a_decided_selection_stays(
    city: Scenario, selection: SystemSelection
) -> None:
    by = city.by("secretariat")
    other = draw_systems(by=by, fiscal_year=YEAR)
    made = adopted(city, selection)
    row = made.choices.select_related("selection").first()
    assert row is not None
    attempts = (
        lambda: draw_systems(by=by, fiscal_year=YEAR),
        lambda: adopted(city, other),
        lambda: adopted(city, made),
        lambda: discard_system_selection(by=by, selection=made, reason="理由", version=made.version),
        lambda: override_choice(by=by, choice=row, tier="none", reason="理由", version=made.version),
    )
    for attempt in attempts:
        with pytest.raises(Stale):
            attempt()
    assert (
        discard_system_selection(
            by=by, selection=other, reason="第1回を採用した。", version=other.version
        ).status
        == SystemSelection.Status.DISCARDED
    )


def test_a_selection_of_nothing_is_not_decided(city: Scenario, selection: SystemSelection) -> None:
    SystemChoice.objects.filter(selection=selection).exclude(tier="none").update(
        tier="none", override_reason="予算がない。"
    )
    with pytest.raises(Invalid, match="1件もありません"):
        adopted(city, selection)


def test_another_city_sees_and_changes_nothing(city: Scenario, selection: SystemSelection) -> None:
    foreign = make_other_city().by("secretariat")
    with pytest.raises(Missing):
        find_selection(foreign, selection.pk)
    with pytest.raises(Missing):
        adopt_system_selection(by=foreign, selection=selection, version=selection.version)
    with pytest.raises(Missing):
        discard_system_selection(by=foreign, selection=selection, reason="理由", version=selection.version)


# --- what is said of it -----------------------------------------------------------------------------------------


def test_the_justification_says_of_every_system_why(
    city: Scenario, selection: SystemSelection, django_assert_max_num_queries: Any
) -> None:
    by = city.by("secretariat")
    row = choice_of(selection, "S001")
    wanted = "visit" if row.tier != "visit" else "self"
    override_choice(by=by, choice=row, tier=wanted, reason="更改の前", version=selection.version)
    found = find_selection(by, selection.pk)
    with django_assert_max_num_queries(6):
        said = justification(found)
    assert [one.rank for one in said.systems] == list(range(1, 13))
    first = said.systems[0]
    assert first.section == NAMES[int(first.code[1:]) % 3]
    assert sum(int(part.rsplit("（", 1)[1].rstrip("点）")) for part in first.parts) == first.points
    assert [one.code for one in said.overrides] == ["S001"]
    assert said.overrides[0].step == "人が変更"
    assert (said.seed, said.rule_name, said.rule_reason) == (7, "第1版", "毎年の選び方をそろえる。")
    assert "random.Random(7)" in said.in_words
    assert said.proof.sentences


def test_a_selection_is_held_against_last_years(city: Scenario, selection: SystemSelection) -> None:
    adopted(city, selection)
    by = city.by("secretariat")
    following = draw_systems(by=by, fiscal_year=YEAR + 1, seed=7)
    found = {one.code: one for one in against_last_year(following)}
    assert len(found) == 12
    before = dict(selection.choices.values_list("system__code", "tier"))
    assert {code: one.before.value for code, one in found.items()} == before
    assert all(one.change != Change.SAME for one in changed_only(found.values()))
    assert all(one.why for one in found.values())


def test_without_a_decided_selection_last_year_is_what_was_held(city: Scenario) -> None:
    by = city.by("secretariat")
    record_prior_audits(by=by, rows=[PriorData("S001", "visit", date(2026, 11, 1), "監査報告書")])
    found = {one.code: one.before for one in against_last_year(drawn(city))}
    assert {code for code, before in found.items() if before == Tier.VISIT} == {"S001"}


# --- before Tenken ------------------------------------------------------------------------------------------------


def test_audits_of_before_come_from_a_table_all_or_none(city: Scenario) -> None:
    by = city.by("secretariat")
    header = ["コード", "区分", "実施日", "出所"]
    good = ["S001", "訪問調査", "H26.11.5", "平成26年度監査報告書"]
    rows = read_prior_audits(
        {"監査": [header, good, ["", "", "", ""], ["S002", "自己点検", "2015-07-01", "記録"]]}
    )
    assert [(one.code, one.tier, one.held_on, one.place) for one in rows] == [
        ("S001", "visit", date(2014, 11, 5), "シート「監査」2行"),
        ("S002", "self", date(2015, 7, 1), "シート「監査」4行"),
    ]
    record_prior_audits(by=by, rows=rows)
    assert PriorAudit.objects.count() == 2
    wrong = read_prior_audits({"": [header, ["S999", "訪問調査", "2014-11-05", "記録"], good]})
    with pytest.raises(Invalid, match="2か所") as refusal:
        record_prior_audits(by=by, rows=wrong)
    assert [str(one) for one in refusal.value.problems] == [
        "2行：「S999」は情報システム台帳にありません。",
        "3行：同じ監査が、すでにあります。",
    ]
    assert PriorAudit.objects.count() == 2


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], ""),
        ([["名前"]], "1行"),
        ([["コード", "区分", "実施日", "出所"], ["S001", "監査", "2014-11-05", "記録"]], "2行B列"),
        ([["コード", "区分", "実施日", "出所"], ["S001", "訪問調査", "先月", "記録"]], "2行C列"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(rows: list[list[object]], place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_prior_audits({"": rows})
    assert place in refusal.value.problems[0].place


def test_one_recorded_by_mistake_is_struck_with_a_reason(city: Scenario) -> None:
    by = city.by("secretariat")
    made = record_prior_audits(by=by, rows=[PriorData("S001", "visit", date(2020, 1, 1), "記録")])[0]
    with pytest.raises(Invalid):
        strike_prior_audit(by=by, prior=made, reason="")
    strike_prior_audit(by=by, prior=made, reason="別の監査だった。")
    assert universe(city.city, FEBRUARY)[0].last_visit is None
    with pytest.raises(Stale):
        strike_prior_audit(by=by, prior=made, reason="もう一度")


# --- plans ------------------------------------------------------------------------------------------------------


def plan_of(city: Scenario, years: tuple[int, int] = (YEAR, YEAR + 3)) -> MidTermPlan:
    return make_mid_term_plan(
        by=city.by("secretariat"),
        from_year=years[0],
        to_year=years[1],
        purpose="すべての重要な情報システムを2年に1回監査する。",
        priorities="公開サーバ",
        seed=7,
    )


def test_a_mid_term_plan_shows_who_comes_when_with_its_load_and_proof(city: Scenario) -> None:
    small_rule(city)
    data = mid_term_plan_data(plan_of(city))
    assert data.years == (2027, 2028, 2029, 2030)
    assert [row.code for row in data.rows] == [f"S{number:03}" for number in range(1, 13)]
    for row in data.rows:
        if row.important:
            for place in (0, 1, 2):
                assert max(tier.level for tier in row.tiers[place : place + 2]) >= Tier.VISIT.level
    assert all(load[1:] <= (8, 3, 1) for load in data.loads)
    assert data.proof.holds


def test_what_is_kept_by_hand_stays_and_the_rest_follows(city: Scenario) -> None:
    small_rule(city)
    plan, by = plan_of(city), city.by("secretariat")
    before = mid_term_plan_data(plan)
    row = next(one for one in before.rows if one.tiers[0].level >= Tier.VISIT.level)
    line = keep_by_hand(
        by=by,
        plan=plan,
        system_id=row.system_id,
        fiscal_year=YEAR,
        tier="none",
        reason="更改の最中",
        version=plan.version,
    )
    assert (line.tier, line.reason, line.changed_by_name) == ("none", "更改の最中", by.actor.name)
    after = {one.code: one for one in mid_term_plan_data(plan).rows}
    assert after[row.code].tiers[0] == Tier.NONE
    assert after[row.code].tiers[1].level >= Tier.VISIT.level
    with pytest.raises(Stale):
        keep_by_hand(
            by=by,
            plan=plan,
            system_id=row.system_id,
            fiscal_year=YEAR,
            tier="self",
            reason="x",
            version=plan.version,
        )
    plan.refresh_from_db()
    with pytest.raises(Missing):
        keep_by_hand(
            by=by,
            plan=plan,
            system_id=row.system_id,
            fiscal_year=1999,
            tier="self",
            reason="x",
            version=plan.version,
        )


def test_a_decided_year_stands_in_the_mid_term_plan(city: Scenario, selection: SystemSelection) -> None:
    row = selection.choices.filter(tier="none").first()
    assert row is not None
    by = city.by("secretariat")
    override_choice(by=by, choice=row, tier="visit", reason="更改の前", version=selection.version)
    adopted(city, selection)
    data = mid_term_plan_data(plan_of(city))
    found = next(one for one in data.rows if one.system_id == row.system_id)
    assert found.tiers[0] == Tier.VISIT
    assert found.reasons[0] == "令和9年度の監査対象の選定で決定"


def test_an_adopted_plan_does_not_change(city: Scenario) -> None:
    small_rule(city)
    plan, by = plan_of(city), city.by("secretariat")
    plan = change_mid_term_plan(by=by, plan=plan, purpose="目的", priorities="", version=plan.version)
    plan = adopt_mid_term_plan(by=by, plan=plan, version=plan.version)
    assert (plan.status, plan.adopted_on) == ("adopted", FEBRUARY)
    with pytest.raises(Stale, match="決定した計画"):
        change_mid_term_plan(by=by, plan=plan, purpose="別", priorities="", version=plan.version)
    with pytest.raises(Stale):
        adopt_mid_term_plan(by=by, plan=plan, version=plan.version)


@pytest.mark.parametrize(
    ("years", "field"),
    [((YEAR, YEAR + 1), "to_year"), ((YEAR, YEAR + 5), "to_year"), ((2020, 2023), "fiscal_year")],
)
def test_a_mid_term_plan_spans_three_to_five_years_to_come(
    city: Scenario, years: tuple[int, int], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        plan_of(city, years)
    assert refusal.value.problems[0].field == field


def test_a_mid_term_plan_of_five_hundred_systems_reads_in_few_queries(
    scenario: Scenario, django_assert_max_num_queries: Any
) -> None:
    make_systems(scenario, 500)
    plan = plan_of(scenario, (YEAR, YEAR + 4))
    with django_assert_max_num_queries(5):
        data = mid_term_plan_data(plan)
    assert len(data.rows) == 500
    assert data.loads[0] == (YEAR, 86, 10, 2)


def test_the_plan_of_a_year_lists_its_audits_with_those_ordered(
    city: Scenario, selection: SystemSelection
) -> None:
    by = city.by("secretariat")
    adopted(city, selection)
    system = choice_of(selection, "S001").system
    order_engagement(
        by=city.by("ciso"),
        data=EngagementData(
            fiscal_year=YEAR,
            kind="technical",
            unit_id=system.owner_id,
            system_id=system.pk,
            theme="障害の原因",
            purpose="障害の原因を確かめる。",
            scope="",
            criteria="",
            method="",
            chosen_because="",
            starts_on=date(2027, 5, 1),
            ends_on=date(2027, 5, 31),
        ),
        because="障害が続いた。",
    )
    said = YearPlanData(
        "確かめる。",
        focus="公開サーバ",
        budget_yen=3_000_000,
        auditor_days=40,
        periods={"visit": (date(2027, 11, 1), date(2027, 12, 28))},
    )
    plan = write_year_plan(by=by, fiscal_year=YEAR, data=said)
    data = year_plan_data(plan)
    assert data.name == "令和9年度監査計画"
    assert data.self_inspected == 8
    assert len(data.audits) == 4
    assert [(one.special, one.because) for one in data.audits if one.special] == [(True, "障害が続いた。")]
    assert data.periods == (("訪問調査", date(2027, 11, 1), date(2027, 12, 28)),)
    with pytest.raises(Stale, match="すでに"):
        write_year_plan(by=by, fiscal_year=YEAR, data=said)
    plan = adopt_year_plan(by=by, plan=plan, version=plan.version)
    with pytest.raises(Stale, match="決定した計画"):
        write_year_plan(by=by, fiscal_year=YEAR, data=said, version=plan.version)
    assert YearPlan.objects.get().status == "adopted"


def test_a_plan_of_a_year_that_makes_no_sense_is_refused(city: Scenario) -> None:
    wrong = YearPlanData(
        "",
        budget_yen=-1,
        periods={
            "visit": (date(2027, 12, 1), date(2027, 11, 1)),
            "self": (date(2026, 1, 1), date(2026, 2, 1)),
        },
    )
    with pytest.raises(Invalid) as refusal:
        write_year_plan(by=city.by("secretariat"), fiscal_year=YEAR, data=wrong)
    assert {one.field for one in refusal.value.problems} == {"purpose", "budget_yen", "visit_to", "self_from"}
