"""The figures file says of each number what it is, where it stands, and whether it was published."""

from __future__ import annotations

from typing import Any

import pytest

from tenken.demo.data_files import cases, categories, digest, figures, read
from tenken.policy.default_policy import read_default_policy

FIGURES = read("figures")["figures"]
INVENTED = "invented"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["key"])
def test_every_figure_has_meaning_value_place_and_says_whether_it_was_published(
    figure: dict[str, Any],
) -> None:
    assert set(figure) - {"unit"} == {"key", "meaning", "value", "place", "published"}
    assert figure["meaning"].strip()
    assert set(figure["place"]) == {"document", "paper", "heading"}
    assert figure["place"]["document"] in read("figures")["documents"]
    assert figure["place"]["paper"] in {"資料1", "資料2", "資料3", "資料4"}
    assert figure["place"]["heading"].strip()
    assert figure["published"] is True or figure["published"] == INVENTED


def test_keys_are_unique() -> None:
    assert len({figure["key"] for figure in FIGURES}) == len(FIGURES)


def test_the_published_numbers_are_those_of_the_papers() -> None:
    published = {figure["key"]: figure["value"] for figure in FIGURES if figure["published"] is True}
    expected = {
        "fy2014.sections": 422,
        "fy2014.sections_with_issues": 132,
        "fy2014.visited": 5,
        "fy2015.sections": 420,
        "fy2014.systems_visited": 10,
        "fy2014.systems_technical": 2,
        "fy2014.outsourcing_reviews": 234,
        "fy2014.usb_before": 3982,
        "fy2014.usb_after": 1199,
        "fy2014.contractor_training": {"people": 315, "sessions": 6, "firms": 185},
        "fy2014.stages": {
            "self_inspection": [7, 8],
            "improvement": [9, 10],
            "visit": [11, 11],
            "follow_up": [12, 3],
        },
    }
    assert {key: published[key] for key in expected} == expected
    attended = [row["attended"] for row in published["fy2014.training"]]
    assert attended == [28, 167, 67, 271, 109]


def test_86_systems_are_a_plan_of_fy2015_and_never_a_number_of_fy2014() -> None:
    holding = [figure["key"] for figure in FIGURES if figure["value"] == 86]
    assert holding == ["fy2015.systems_self_inspected_plan"]


def test_what_the_papers_do_not_print_is_marked_invented() -> None:
    invented = {figure["key"] for figure in FIGURES if figure["published"] == INVENTED}
    assert {"fy2013.sections", "fy2013.sections_with_issues", "fy2014.sections_not_improved"} <= invented
    assert {"fy2013.categories", "fy2014.categories", "fy2013.stage_days", "fy2014.stage_days"} <= invented


def test_the_invented_numbers_fit_what_the_papers_say() -> None:
    now = {plan.code: plan for plan in categories(2014)}
    before = {plan.code: plan for plan in categories(2013)}
    assert set(now) == set(before)
    assert sum(plan.issues for plan in now.values()) < sum(plan.issues for plan in before.values())
    assert sum(p.not_improved for p in now.values()) < sum(p.not_improved for p in before.values())
    others = [plan.not_improved for code, plan in now.items() if code != "clear_desk"]
    assert now["clear_desk"].not_improved > max(others)
    assert before["standalone_pc"].not_improved > 0
    assert now["standalone_pc"].not_improved == 0
    assert figures()["fy2014.stand_alone_virus_not_improved_at_report"] > 0


@pytest.mark.parametrize("year", [2013, 2014])
def test_items_make_up_their_category(year: int) -> None:
    standing = {item.code: item.category for item in read_default_policy().items if item.standing}
    seen: dict[str, str] = {}
    for plan in categories(year):
        assert sum(plan.items.values()) >= plan.issues >= max(plan.items.values())
        assert plan.not_improved <= plan.issues
        seen |= dict.fromkeys(plan.items, plan.code)
    assert seen == standing


def test_every_standing_item_has_words_of_its_own() -> None:
    standing = {item.code for item in read_default_policy().items if item.standing}
    assert set(cases()) == standing
    for code, texts in cases().items():
        assert len(texts) >= 2, code
        assert all(set(text) == {"issue", "plan", "action"} for text in texts), code
        assert all(text["issue"].endswith("。") for text in texts), code


def test_the_dice_are_the_same_everywhere() -> None:
    assert digest("issue", "160201", 2014) == 105199745261200
