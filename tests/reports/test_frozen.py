"""What an issued edition keeps becomes the same figures again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from tenken.reports.figures import InspectionFigures
from tenken.reports.frozen import from_plain, to_plain
from tenken.reports.letters.figures import ItemFigures, LetterFigures, LettersFigures
from tenken.reports.paper2.figures import ActivityFigures, LeftItem, PlanFigures, SessionFigures
from tenken.reports.stages import StageFigures
from tenken.reports.summary.figures import ReasonFigures, SummaryFigures
from tests.reports.specimen import FIRST_YEAR, FY2014, STAGES

PLAN = PlanFigures(
    city_name="青葉市",
    fiscal_year=2015,
    overview="続ける。",
    activities=(
        ActivityFigures(
            1,
            "training",
            "研修",
            "行う。",
            STAGES,
            (SessionFigures("基礎編", "半日", (date(2015, 9, 2),), (), ("対策の基本",)),),
        ),
    ),
    left=(LeftItem("m1", "クリアデスク", "セキュリティマネジメント点検", 61, 17),),
    invented=True,
)
LETTERS = LettersFigures(
    "letter-launch",
    "青葉市",
    2014,
    "青葉市最高情報セキュリティ責任者",
    (LetterFigures("財政局 税制課", "税制課長", (ItemFigures("課題", "1件", ("机の上。",)),)),),
)


@pytest.mark.parametrize(
    "figures",
    [
        FY2014,
        FIRST_YEAR,
        SummaryFigures(FY2014, 3, (ReasonFigures("budget", "予算", 2),), 1, 2),
        PLAN,
        LETTERS,
    ],
)
def test_there_and_back(figures: object) -> None:
    assert from_plain(type(figures), to_plain(figures)) == figures


def test_what_was_issued_before_a_field_came_still_reads() -> None:
    plain = to_plain(FY2014)
    del plain["restated"]
    for stage in plain["stages"]:
        del stage["about"]
    assert from_plain(InspectionFigures, plain) == FY2014


def test_what_is_missing_or_unknown_is_an_error() -> None:
    plain = to_plain(STAGES[0])
    with pytest.raises(TypeError):
        from_plain(StageFigures, plain | {"surprise": 1})
    del plain["name"]
    with pytest.raises(TypeError):
        from_plain(StageFigures, plain)


@dataclass(frozen=True)
class _Maybe:
    on: date | None


def test_nothing_stays_nothing() -> None:
    assert from_plain(_Maybe, {"on": None}) == _Maybe(None)
    assert from_plain(_Maybe, {"on": "2015-07-29"}) == _Maybe(date(2015, 7, 29))
