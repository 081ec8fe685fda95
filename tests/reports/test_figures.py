from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from tenken.reports.figures import digest, inconsistencies, restore, snapshot
from tests.reports.specimen import FIRST_YEAR, FY2014, STAGES


def test_periods_and_targets_are_printed_as_in_the_flow() -> None:
    assert [stage.period for stage in STAGES] == ["7-8月実施", "9-10月実施", "11月実施", "12-3月実施"]
    assert [stage.target_text for stage in STAGES] == [
        "全庁（422課公所）",
        "課題が見られた課公所（132課公所）",
        "全庁から抽出（5課）",
        "訪問調査対象課",
    ]


def test_a_snapshot_is_plain_json_and_restores_the_figures() -> None:
    for figures in (FY2014, FIRST_YEAR):
        plain = json.loads(json.dumps(snapshot(figures)))
        assert restore(plain) == figures
        assert digest(plain) == digest(snapshot(figures))


def test_any_changed_number_changes_the_digest() -> None:
    before = digest(snapshot(FY2014))
    assert digest(snapshot(replace(FY2014, sections_not_improved=25))) != before
    assert (
        digest(snapshot(replace(FY2014, stages=(replace(STAGES[0], ends_on=date(2014, 8, 30)),)))) != before
    )


def test_the_specimen_agrees_with_itself() -> None:
    assert inconsistencies(FY2014) == ()
    assert inconsistencies(FIRST_YEAR) == ()


def test_numbers_that_cannot_be_true_are_named() -> None:
    item = replace(FY2014.management[0], improved=1)
    wrong = replace(
        FY2014,
        sections=100,
        sections_not_improved=140,
        management=(item, item, replace(item, issues=500, code="x")),
    )
    said = "\n".join(inconsistencies(wrong))
    assert "課題ありの課公所数（132）が、対象の課公所数（100）を超えています" in said
    assert "未改善の課公所数（140）が、課題ありの課公所数（132）を超えています" in said
    assert "コード「m1」が重複" in said
    assert "改善（1）と未改善（17）の合計が、課題あり（61）と一致しません" in said
    assert "課題あり（500）が、課題ありの課公所数（132）を超えています" in said
    assert "負の数" in "".join(inconsistencies(replace(FY2014, sections_before=-1)))
