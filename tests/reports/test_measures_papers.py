"""What the auditors and the public read of measures, as of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import time_machine

from tenken.cli.main import main
from tenken.common.refusals import Denied, Missing, Stale
from tenken.findings.operations import mark_told, set_reporting_date, withhold_from_publication
from tenken.reports.blocks import Letter, Paragraph, Table
from tenken.reports.record_papers import record_paper
from tests.factories import Scenario
from tests.findings.measures.makers import FIRST, SECOND, a_report, measured, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(scenario: Scenario):  # type: ignore[no-untyped-def]
    """Two findings of 企画課's report: the first 措置済 with a promise, the second 検討中 and later 措置済."""
    with time_machine.travel("2022-06-01T09:00:00+09:00", tick=False):
        by = scenario.by("secretariat")
        report = a_report(by, scenario.city, scenario.section_a1)
        first, second = reported(by, report, 2)
        measured(by, first, "done", date(2021, 5, 31), promises=True, promise_due_on=date(2023, 3, 31))
        measured(by, second, "considering", FIRST)
        measured(by, second, "done", SECOND)
        yield by, report, first, second


def _rows(by, code, report, as_of):  # type: ignore[no-untyped-def]
    paper = record_paper(code).of(by, report.pk, as_of)
    return paper, [row for block in paper.blocks if isinstance(block, Table) for row in block.rows]


def test_the_report_prints_each_measure_with_its_day_up_to_the_day_asked_for(told) -> None:  # type: ignore[no-untyped-def]
    by, report, *_ = told
    _, rows = _rows(by, "measures", report, FIRST)
    assert rows[0][1].startswith("【措置済】 令和3年5月31日\n")
    assert rows[1][1].startswith("【検討中】 令和3年9月30日\n")
    assert "令和4年3月31日" not in rows[1][1]
    _, rows = _rows(by, "measures", report, SECOND)
    assert rows[1][1].index("【検討中】 令和3年9月30日") < rows[1][1].index("【措置済】 令和4年3月31日")


def test_done_is_counted_apart_from_promised_and_an_empty_part_says_so(told) -> None:  # type: ignore[no-untyped-def]
    by, report, *_ = told
    paper, _ = _rows(by, "measures", report, SECOND)
    counts = next(block for block in paper.blocks if isinstance(block, Table) and block.key == "counts")
    assert counts.rows == (("措置済", 2, 2), ("継続努力", 0, 0), ("検討中", 1, 0), ("未着手", None, 0))
    assert "2件のうち、1件は予定を含み" in counts.notes[0]
    assert Paragraph("特になし") in paper.blocks


def test_before_any_measure_the_row_is_not_started(told) -> None:  # type: ignore[no-untyped-def]
    by, report, *_ = told
    _, rows = _rows(by, "measures", report, date(2021, 3, 1))
    assert rows[0][1] == "【未着手】"


def test_what_is_withheld_is_marked_in_what_is_published_and_counted(told) -> None:  # type: ignore[no-untyped-def]
    by, report, first, _ = told
    first.refresh_from_db()
    withhold_from_publication(by=by, finding=first, because="攻撃の手掛かりとなる。", version=first.version)
    paper, rows = _rows(by, "measures-publication", report, SECOND)
    shown = next(row for row in rows if "省略" in row[0])
    assert shown[2] == "（省略：攻撃の手掛かりとなる。）"
    assert first.title not in "".join(str(cell) for row in rows for cell in row)
    assert any("1件は、公表すると" in getattr(block, "text", "") for block in paper.blocks)
    counts = next(block for block in paper.blocks if isinstance(block, Table) and block.key == "counts")
    assert counts.total == ("計", 3, 2)


def test_withholding_is_the_secretariats_and_against_what_it_saw(told, scenario: Scenario) -> None:  # type: ignore[no-untyped-def]
    by, _, first, _ = told
    first.refresh_from_db()
    with pytest.raises(Denied):
        withhold_from_publication(
            by=scenario.by("section_manager"), finding=first, because="秘密", version=first.version
        )
    with pytest.raises(Stale):
        withhold_from_publication(by=by, finding=first, because="秘密", version=first.version - 1)


def test_the_notice_carries_number_and_day_once_told(told) -> None:  # type: ignore[no-untyped-def]
    by, report, *_ = told
    row = set_reporting_date(by=by, report=report, as_of=SECOND, remind_on=None)
    mark_told(by=by, reporting_date=row, document_number="4情政第12号")
    letter = record_paper("measures-notice").of(by, report.pk, SECOND).blocks[0]
    assert isinstance(letter, Letter)
    assert letter.number == "4情政第12号"
    assert "措置済　2件（うち予定を含むもの　1件）" in letter.items[4].lines


def test_others_read_it_when_it_was_told_and_not_before(told, scenario: Scenario) -> None:  # type: ignore[no-untyped-def]
    by, report, *_ = told
    reader = scenario.by("commissioner")
    with pytest.raises(Missing):
        record_paper("measures").of(reader, report.pk, SECOND)
    row = set_reporting_date(by=by, report=report, as_of=SECOND, remind_on=None)
    mark_told(by=by, reporting_date=row, document_number="4情政第12号")
    assert record_paper("measures").of(reader, report.pk, SECOND).blocks
    with pytest.raises(Missing):
        record_paper("measures").of(reader, report.pk, FIRST)
    other = scenario.by("other_manager")  # 保険課 sees of 企画課's report what is published
    with pytest.raises(Missing):
        record_paper("measures").of(other, report.pk, SECOND)
    assert record_paper("measures-publication").of(other, report.pk, SECOND).blocks


def test_the_command_prints_every_form(told, scenario: Scenario, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert main(["paper", "measures", "--as-of", "2021-09-30", "--out", str(tmp_path)]) == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".docx", ".pdf", ".xlsx", ".html"}
    assert main(["paper", "measures", "--as-of", "2001-09-30", "--out", str(tmp_path)]) != 0
