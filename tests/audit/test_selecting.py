"""Whom to visit: drawn, chosen by hand, put together, taken or left aside; nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest

from tenken.audit.models import SelectedUnit, Visit, VisitSelection
from tenken.audit.operations import (
    add_unit,
    adopt_selection,
    choose_by_hand,
    discard_selection,
    draw_units,
    remove_unit,
)
from tenken.audit.queries import visit_report_of_programme
from tenken.audit.queries.candidates import candidates, universe
from tenken.audit.rules.draw import draw
from tenken.common.refusals import Denied, Invalid, Missing, Stale
from tenken.inspection.models import Programme, Stage
from tenken.organization.operations import rename_unit
from tests.audit.makers import chosen_visit
from tests.factories import Scenario, make_other_city
from tests.inspection.makers import running, system

pytestmark = pytest.mark.django_db


def _drawn(city: Scenario, stage: Stage, **values: object) -> VisitSelection:
    given = {"method": "random", "wanted": 2, "reasons": "全庁から選ぶ。", "seed": 42} | values
    return draw_units(by=city.by("secretariat"), stage=stage, **given)  # type: ignore[arg-type]


def test_a_draw_can_be_run_again_from_what_is_kept(city: Scenario, stage: Stage) -> None:
    kept = VisitSelection.objects.get(pk=_drawn(city, stage).pk)
    again = draw([key for _, _, key, _ in kept.universe], kept.seed or 0, kept.wanted or 0)
    assert [row.unit.code for row in kept.units.order_by("unit__code")] == again
    assert len(kept.universe) == 3
    assert Visit.objects.count() == 0


def test_a_seed_is_drawn_where_none_is_given(city: Scenario, stage: Stage) -> None:
    first, second = _drawn(city, stage, seed=None), _drawn(city, stage, seed=None)
    assert (first.number, second.number) == (1, 2)
    assert all(one.seed is not None and 0 <= one.seed < 10**8 for one in (first, second))


def test_stratified_spreads_over_the_bureaus(city: Scenario, stage: Stage) -> None:
    for seed in range(5):
        made = _drawn(city, stage, method="stratified", wanted=2, seed=seed)
        chosen = {row.unit for row in made.units.all()}
        assert city.section_b1 in chosen  # of two bureaus with two and one section, each gets one


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"wanted": 0}, "wanted"),
        ({"wanted": 4}, "wanted"),
        ({"seed": 10**8}, "seed"),
        ({"method": "by_hand"}, "method"),
        ({"reasons": " "}, "reasons"),
        ({"rested_years": 11}, "rested_years"),
    ],
)
def test_a_wrong_draw_is_refused_at_its_field(
    city: Scenario, stage: Stage, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        _drawn(city, stage, **values)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert VisitSelection.objects.count() == 0


@pytest.mark.parametrize("role", ["auditor", "ciso", "section_manager"])
def test_only_the_secretariat_selects(city: Scenario, stage: Stage, role: str) -> None:
    with pytest.raises(Denied):
        draw_units(by=city.by(role), stage=stage, method="random", wanted=1, reasons="理由")
    with pytest.raises(Missing):
        draw_units(
            by=make_other_city().by("secretariat"), stage=stage, method="random", wanted=1, reasons="理由"
        )


def test_what_was_drawn_may_be_taken_out_and_others_added_with_reasons(city: Scenario, stage: Stage) -> None:
    by = city.by("secretariat")
    made = _drawn(city, stage, wanted=1)
    row = made.units.get()
    others = [unit for unit in (city.section_a1, city.section_a2, city.section_b1) if unit != row.unit]
    with pytest.raises(Invalid):
        remove_unit(by=by, row=row, reason="", version=made.version)
    made = remove_unit(by=by, row=row, reason="庁舎の移転中", version=made.version)
    add_unit(by=by, selection=made, unit_id=others[0].pk, reason="再発が多い", version=made.version)
    made.refresh_from_db()
    with pytest.raises(Stale, match="すでに選ばれて"):
        add_unit(by=by, selection=made, unit_id=others[0].pk, reason="再発", version=made.version)
    with pytest.raises(Stale, match="ほかの人"):
        add_unit(by=by, selection=made, unit_id=others[1].pk, reason="再発", version=made.version - 1)
    visits = adopt_selection(by=by, selection=made, version=made.version)
    assert [(visit.unit, visit.chosen_because) for visit in visits] == [(others[0], "再発が多い")]
    assert SelectedUnit.objects.filter(selection=made).count() == 2


def test_what_is_drawn_says_so_in_its_visit(city: Scenario, stage: Stage) -> None:
    made = _drawn(city, stage, wanted=1)
    visit = adopt_selection(by=city.by("secretariat"), selection=made, version=made.version)[0]
    assert visit.chosen_because == "無作為で抽出（第1回、種42）"
    assert visit.selected == made.units.get()


def test_a_selection_left_aside_is_kept_and_reported(city: Scenario, stage: Stage) -> None:
    by = city.by("secretariat")
    made = _drawn(city, stage)
    made = discard_selection(by=by, selection=made, reason="局が偏った", version=made.version)
    with pytest.raises(Stale, match="すでに決まって"):
        adopt_selection(by=by, selection=made, version=made.version)
    told = visit_report_of_programme(by, stage.programme_id).selections
    assert [(one.seed, one.status_label, one.discarded_because) for one in told] == [
        (42, "不採用", "局が偏った")
    ]
    assert "種42" in told[0].in_words


def test_nobody_is_visited_twice_in_a_stage(city: Scenario, stage: Stage) -> None:
    by = city.by("secretariat")
    waiting = _drawn(city, stage, wanted=3)
    chosen_visit(city, stage, city.section_a1)
    with pytest.raises(Stale, match="企画課"):
        adopt_selection(by=by, selection=waiting, version=waiting.version)
    assert city.section_a1.pk not in {one[0] for one in _drawn(city, stage, wanted=1).universe}
    with pytest.raises(Invalid, match="すでに訪問先"):
        choose_by_hand(by=by, stage=stage, chosen=[(city.section_a1.pk, None, "")], reasons="理由")


def test_a_choice_by_hand_says_why(city: Scenario, stage: Stage) -> None:
    by = city.by("secretariat")
    for chosen, reasons in (([], "理由"), ([(city.section_a1.pk, None, "")], " ")):
        with pytest.raises(Invalid):
            choose_by_hand(by=by, stage=stage, chosen=chosen, reasons=reasons)
    made = choose_by_hand(
        by=by, stage=stage, chosen=[(city.section_a1.pk, None, "台帳の不備")], reasons="課題が多い"
    )
    assert (made.seed, made.wanted, made.units.get().reason) == (None, None, "台帳の不備")


def test_a_section_visited_before_under_another_name_may_rest(
    city: Scenario, programme: Programme, stage: Stage
) -> None:
    Visit.objects.create(
        stage=stage,
        unit=city.section_a1,
        status="closed",
        visited_on=date(2026, 11, 5),
        closed_on=date(2027, 3, 1),
    )
    renamed = rename_unit(
        by=system(city.city, date(2027, 4, 1)), unit=city.section_a1, name="政策企画課", on=date(2027, 4, 1)
    )
    city.city.refresh_from_db()
    later = running(city.city, 2027)
    next_stage = later.stages.get(kind="visit")
    on = date(2027, 11, 1)
    assert renamed.pk in {one.unit_id for one in universe(later, next_stage, 0, on)}
    assert renamed.pk not in {one.unit_id for one in universe(later, next_stage, 1, on)}
    told = {one.unit_id: one for one in candidates(city.by("secretariat", on), later, next_stage)}
    assert (told[renamed.pk].last_visited, told[city.section_b1.pk].last_visited) == (2026, None)


def test_candidates_tell_what_speaks_for_a_visit(city: Scenario, programme: Programme, stage: Stage) -> None:
    chosen_visit(city, stage, city.section_b1)
    told = {one.unit_id: one for one in candidates(city.by("secretariat"), programme, stage)}
    one, other = told[city.section_a1.pk], told[city.section_b1.pk]
    assert (one.section, one.issues, one.all_well, one.standing) == ("まちづくり局 企画課", 1, False, False)
    assert (other.issues, other.all_well, other.standing) == (0, True, True)
