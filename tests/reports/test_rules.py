"""Each rule by itself, at its edges."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tenken.reports import rules
from tenken.reports.figures import InspectionFigures, ItemFigures
from tenken.reports.rules.method import method
from tenken.reports.rules.overall import overall
from tenken.reports.rules.part_followed_up import part_followed_up
from tenken.reports.rules.part_most_issues import part_most_issues
from tenken.reports.rules.part_repeated import part_repeated
from tenken.reports.rules.part_settled import part_settled
from tenken.reports.rules.part_standing_out import part_standing_out
from tenken.reports.rules.part_trend import part_trend
from tenken.reports.rules.registry import PLANS
from tenken.reports.rules.relapse import relapse
from tenken.reports.rules.sentence import MANAGEMENT, RISK, Sentence
from tenken.reports.rules.summary_part import summary_part
from tenken.reports.rules.visit_found import visit_found
from tenken.reports.rules.visit_practices import visit_practices
from tenken.reports.wording import Change, both, names
from tests.reports.specimen import FY2014, item


def test_every_rule_file_is_registered_under_its_name() -> None:
    files = {path.stem for path in Path(rules.__file__ or "").parent.glob("*.py")}
    registered = {code for plan in PLANS for code, _ in plan.rules}
    assert files - {"__init__", "registry", "sentence"} == registered


def having(*items: ItemFigures) -> InspectionFigures:
    return replace(FY2014, management=items)


def text(sentence: Sentence | None) -> str:
    assert sentence is not None
    return sentence.text


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (Change.FEWER, Change.FEWER, "AとBはいずれも減少している"),
        (Change.MORE, Change.MORE, "AとBはいずれも増加している"),
        (Change.SAME, Change.SAME, "AとBはいずれも前年度と同数である"),
        (Change.FEWER, Change.MORE, "Aは減少しているが、Bは増加している"),
        (Change.MORE, Change.FEWER, "Aは増加しているが、Bは減少している"),
        (Change.SAME, Change.FEWER, "Aは同数であり、Bは減少している"),
        (Change.MORE, Change.SAME, "Aは増加し、Bは前年度と同数である"),
    ],
)
def test_two_changes_in_one_sentence(first: Change, second: Change, said: str) -> None:
    assert both("A", first, "B", second) == said


def test_names_are_listed_up_to_three() -> None:
    assert names([]) == ""
    assert names(["甲"]) == "「甲」"
    assert names(["甲", "乙"]) == "「甲」及び「乙」"
    assert names(["甲", "乙", "丙"]) == "「甲」、「乙」及び「丙」"
    assert names(["甲", "乙", "丙", "丁"]) == "「甲」、「乙」、「丙」など4項目"


def test_method_without_issues_or_visits() -> None:
    said = text(method(replace(FY2014, sections_with_issues=0, visited=None)))
    assert said == "422課公所が自己点検により自課の情報セキュリティの現状と課題を確認した。"


def test_overall_when_nothing_was_found() -> None:
    quiet = replace(FY2014, sections_with_issues=0, sections_not_improved=0, sections_with_issues_before=None)
    assert text(overall(quiet)) == "422課公所の全てで課題は見られなかった。"


def test_overall_when_all_is_improved_and_more_had_issues() -> None:
    said = text(overall(replace(FY2014, sections_with_issues=160, sections_not_improved=0)))
    assert "未改善の課公所はなくなった" in said
    assert "課題ありの課公所は増加しているが、未改善の課公所は減少している" in said


def test_overall_says_it_when_the_share_went_the_other_way() -> None:
    merged = replace(FY2014, sections=300, sections_before=425)  # 132/300 is more than 151/425
    said = text(overall(merged))
    assert "対象が425課公所から300課公所に変わっており、課題ありの割合は35.5%から44.0%となっている" in said
    assert "割合" not in text(overall(FY2014))


def test_trend_compares_only_what_was_inspected_in_both_years() -> None:
    said = text(
        part_trend(having(item("a", "甲", 5, 1, 9, 3), item("b", "乙", 7, 7, None, None)), MANAGEMENT)
    )
    assert said.startswith(
        "2項目のうち前年度と比較できる1項目では、課題ありは延べ5課公所（平成25年度は延べ9課公所）"
    )


def test_trend_without_items_or_issues() -> None:
    assert part_trend(having(), MANAGEMENT) is None
    said = text(part_trend(having(item("a", "甲", 0, 0, None, None)), MANAGEMENT))
    assert said == "全ての調査項目で課題ありの課公所はなかった。"


def test_standing_out_alone_tied_and_even() -> None:
    alone = text(
        part_standing_out(having(item("a", "甲", 5, 3, 5, 3), item("b", "乙", 4, 0, 4, 0)), MANAGEMENT)
    )
    assert alone.startswith("未改善の課題が残っているのは「甲」（3課公所）のみであり、")
    tied = having(item("a", "甲", 5, 3, 5, 9), item("b", "乙", 4, 3, 4, 0), item("c", "丙", 4, 1, 4, 0))
    assert "「甲」及び「乙」については、未改善の課公所がそれぞれ3課公所と" in text(
        part_standing_out(tied, MANAGEMENT)
    )
    assert text(part_standing_out(tied, MANAGEMENT)).startswith("一方、")
    even = having(item("a", "甲", 5, 3, 5, 3), item("b", "乙", 4, 3, 4, 3))
    assert part_standing_out(even, MANAGEMENT) is None
    assert part_standing_out(having(item("a", "甲", 5, 0, 5, 3)), MANAGEMENT) is None


def test_repeated_only_when_left_in_both_years() -> None:
    figures = having(item("a", "甲", 5, 1, 5, 1), item("b", "乙", 4, 2, 4, 0), item("c", "丙", 4, 0, 4, 3))
    assert text(part_repeated(figures, MANAGEMENT)) == "「甲」は、平成25年度に引き続き未改善の課題が残った。"
    assert part_repeated(having(item("a", "甲", 5, 1, None, None)), MANAGEMENT) is None


def test_settled_when_follow_up_left_nothing() -> None:
    again = replace(FY2014, risk=(item("a", "甲", 5, 0, 5, 2), item("b", "乙", 1, 0, 1, 0)))
    assert "平成25年度に未改善が残った「甲」で再び課題が見られたが、追跡調査の結果、全て改善" in text(
        part_settled(again, RISK)
    )
    assert part_settled(replace(FY2014, risk=(item("a", "甲", 0, 0, 5, 2),)), RISK) is None
    assert part_settled(replace(FY2014, risk=(item("a", "甲", 5, 1, 5, 2),)), RISK) is None


def test_most_issues_needs_one_above_the_others() -> None:
    assert part_most_issues(having(item("a", "甲", 5, 1, 5, 2)), MANAGEMENT) is None
    assert (
        part_most_issues(having(item("a", "甲", 5, 1, 5, 2), item("b", "乙", 5, 1, 5, 2)), MANAGEMENT) is None
    )
    figures = having(item("a", "甲", 5, 1, 5, 2), item("b", "乙", 6, 1, 5, 2))
    assert "「乙」（6課公所）" in text(part_most_issues(figures, MANAGEMENT))


def test_summary_of_a_part() -> None:
    assert summary_part(having(), MANAGEMENT) is None
    done = text(summary_part(having(item("a", "甲", 5, 0, None, None)), MANAGEMENT))
    assert done == "書類調査の結果、「セキュリティマネジメント点検」については、見られた課題は全て改善した。"
    none = text(summary_part(having(item("a", "甲", 0, 0, 3, 1)), MANAGEMENT))
    assert none.endswith("課題あり" + "と未改善はいずれも減少している。課題は見られなかった。")


def test_relapse_in_its_two_forms() -> None:
    rose = replace(FY2014, sections_with_issues=160)
    assert (
        "38課公所から24課公所に減少したにもかかわらず、課題ありの課公所は151課公所から160課公所に増加した"
        in text(relapse(rose))
    )
    assert "再び132課公所" in text(relapse(FY2014))
    assert relapse(replace(FY2014, sections_with_issues=30)) is None
    assert relapse(replace(FY2014, sections_not_improved_before=None)) is None
    assert relapse(replace(FY2014, sections_not_improved_before=151)) is None


def test_visits_say_only_what_is_recorded() -> None:
    assert visit_found(replace(FY2014, visited=None)) is None
    assert visit_found(replace(FY2014, visited=0)) is None
    assert "記録されていない" in text(visit_found(replace(FY2014, visit_findings=())))
    assert "課題なし" not in text(visit_found(replace(FY2014, visits_contradicting=None)))
    assert visit_practices(replace(FY2014, good_practices=())) is None
    assert not text(visit_practices(replace(FY2014, visited=None))).startswith("一方")


def test_what_was_reported_not_improved_and_then_found_improved_is_said_with_the_year_before() -> None:
    followed = replace(
        item("pc", "スタンドアロンパソコンのウイルス対策", 14, 0, 20, 5),
        not_improved_at_report=4,
        not_improved_at_report_before=7,
    )
    said = part_followed_up(replace(FY2014, risk=(followed,)), RISK)
    assert said is not None
    assert said.text == (
        "平成25年度と同様に、「スタンドアロンパソコンのウイルス対策」で未改善の課題が報告されたが、"
        "追跡調査の結果、全て改善していることを確認した。"
    )
    assert part_settled(replace(FY2014, risk=(followed,)), RISK) is None


def test_follow_up_is_silent_while_an_issue_is_left_or_none_was_reported() -> None:
    left = replace(item("pc", "甲", 14, 1, 20, 5), not_improved_at_report=4)
    none = replace(item("pc", "甲", 14, 0, 20, 5), not_improved_at_report=0)
    unknown = item("pc", "甲", 14, 0, 20, 5)
    for one in (left, none, unknown):
        assert part_followed_up(replace(FY2014, risk=(one,)), RISK) is None
