"""Choosing the systems of a year: the click, what people change, what a decision comes to."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tenken.audit.models import (
    Engagement,
    SystemChoice,
    SystemSelection,
)
from tenken.audit.rotation.operations import (
    PriorData,
    YearPlanData,
    adopt_system_selection,
    ask_systems,
    discard_system_selection,
    draw_systems,
    override_choice,
    record_prior_audits,
    set_rule,
    write_year_plan,
)
from tenken.audit.rotation.queries import (
    against_last_year,
    changed_only,
    find_selection,
    justification,
    proof_of,
    rule_for,
    universe_of,
)
from tenken.audit.rotation.rules.compare import Change
from tenken.audit.rotation.rules.parts import Rule, Tier
from tenken.audit.rotation.rules.select import select
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import TargetException
from tenken.journal.models import Entry
from tests.audit.rotation.makers import (
    FEBRUARY,
    YEAR,
    adopted,
    choice_of,
    drawn,
    engagement,
    small_rule,
)
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import make_bank, planned

pytestmark = pytest.mark.django_db
NAMES = ("まちづくり局 企画課", "まちづくり局 都市計画課", "健康福祉局 保険課")


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
