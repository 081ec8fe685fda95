"""The measures of document 002 as loaded: every dated status, typed from the document by hand, and its counts."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tenken.findings.models import AuditReport, Finding, Measure
from tenken.findings.queries import MeasuresTable, measures_table
from tenken.findings.rules.promise import promise_words
from tests.demo.conftest import Loaded

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2021, 9, 30), date(2022, 3, 31)
# As printed, the three measures that the extraction puts one row too low in their own rows.
PRINTED = {
    "指摘(2)": ["【措置済】 令和3年5月31日"],
    "指摘(3)①": ["【継続努力】 令和3年9月30日", "【措置済】 令和4年3月31日"],
    "指摘(3)②": ["【措置済】 令和3年9月30日"],
    "指摘(5)": ["【措置済】 令和3年6月24日"],
    "指摘(7)①": ["【措置済】 令和3年2月25日"],
    "指摘(7)②": ["【措置済】 令和3年4月27日"],
    "意見1(2)①": ["【措置済】 令和3年9月30日"],
    "意見1(2)②": ["【継続努力】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
    "意見1(2)③": ["【措置済】 令和3年9月30日"],
    "意見1(2)④": ["【措置済】 令和3年9月30日"],
    "意見1(3)": ["【継続努力】 令和3年9月30日", "【措置済】 令和4年3月31日"],
    "意見1(5)①": ["【検討中】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
    "意見1(5)②": ["【検討中】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
    "意見1(5)③ア": ["【検討中】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
    "意見1(5)③イ": ["【継続努力】 令和3年9月30日", "【措置済】 令和4年3月31日"],
    "意見1(7)": ["【継続努力】 令和3年9月30日", "【措置済】 令和4年3月31日"],
    "意見2(1)": ["【継続努力】 令和3年9月30日", "【措置済】 令和4年3月31日"],
    "意見2(2)": ["【措置済】 令和3年6月24日"],
    "意見2(3)": ["【継続努力】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
    "意見2(4)": ["【措置済】 令和3年9月30日"],
    "意見2(5)": ["【措置済】 令和3年9月30日"],
    "意見2(6)": ["【検討中】 令和3年9月30日", "【継続努力】 令和4年3月31日"],
}
MISPLACED = {
    ("指摘(3)①", SECOND): "レイアウト変更",
    ("意見1(5)①", SECOND): "情報系",
    ("意見2(3)", SECOND): "ＣＹＤＥＲ",
}


def table(demo: Loaded, as_of: date) -> MeasuresTable:
    return measures_table(demo.city, AuditReport.objects.get(city=demo.city, code="2020-GYOSEI"), as_of)


def test_every_dated_status_is_the_documents(demo: Loaded) -> None:
    rows = table(demo, SECOND).rows
    assert {row.reference: [one.printed for one in row.measures] for row in rows} == PRINTED
    assert [row.reference for row in rows] == list(PRINTED)  # in the document's order
    assert sum(len(row.measures) for row in rows) == 33


@pytest.mark.parametrize(
    ("as_of", "printed", "latest"), [(FIRST, (11, 7, 4), (11, 7, 4)), (SECOND, (16, 13, 4), (16, 6, 0))]
)
def test_the_counts_of_both_reporting_days(
    demo: Loaded, as_of: date, printed: tuple[int, ...], latest: tuple[int, ...]
) -> None:
    found = table(demo, as_of)
    order = ("done", "continuing", "considering")
    assert tuple(found.printed[one] for one in order) == printed
    assert tuple(found.latest[one] for one in order) == latest
    assert found.latest[""] == 0
    assert len(found.rows) == 22


def test_the_head_and_the_parts_are_the_documents(demo: Loaded) -> None:
    found = table(demo, SECOND)
    assert (found.kind, found.theme, found.period) == (
        "行政監査",
        "情報セキュリティの管理について",
        "令和3年2月10日",
    )
    assert found.target == "総務局 情報政策課"
    assert [(part.kind_label, part.part, len(part.rows)) for part in found.parts] == [
        ("指摘", "risk", 6),
        ("指摘", "three_e", 0),
        ("意見", "risk", 10),
        ("意見", "three_e", 6),
        ("リスク発現の可能性があるもの", "", 0),
    ]
    assert [group.code for group in found.parts[2].groups] == ["(2)", "(3)", "(5)", "(7)"]
    under_one_heading = [row.mark for row in found.rows if row.heading]
    assert under_one_heading == ["③ア", "③イ"]


def test_misplaced_measures_stand_in_their_own_rows(demo: Loaded) -> None:
    rows = {row.reference: row for row in table(demo, SECOND).rows}
    for (reference, on), words in MISPLACED.items():
        assert [words in one.text for one in rows[reference].measures if one.on == on] == [True]


def test_done_stands_apart_from_promised(demo: Loaded) -> None:
    found = table(demo, SECOND)
    assert (found.done, found.promised, found.lacking_evidence) == (8, 8, 8)
    for row in found.rows:
        for one in row.measures:
            if one.promises:
                assert one.promise_due_on is not None
                assert promise_words(one.text), f"{row.reference} promises in no known word"
    voted = next(row for row in found.rows if row.reference == "指摘(3)①").latest
    assert voted is not None
    assert (voted.budget_label, voted.promise_due_on) == ("議決", date(2023, 3, 31))


def test_both_days_were_told_and_are_frozen(demo: Loaded) -> None:
    report = AuditReport.objects.get(city=demo.city, code="2020-GYOSEI")
    told = Counter(Measure.objects.filter(finding__report=report).values_list("told_on", flat=True))
    assert told == {date(2021, 10, 15): 22, date(2022, 4, 15): 11}
    assert report.reporting_dates.filter(told_on__isnull=True).count() == 1


def test_the_external_audit_has_totals_and_no_items(demo: Loaded) -> None:
    report = AuditReport.objects.get(city=demo.city, code="2020-GAIBU")
    assert [(one["opinions"], one["evaluations"]) for one in report.tallies] == [(26, 5), (8, 9)]
    assert not Finding.objects.filter(report=report).exists()
