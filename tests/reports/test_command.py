"""``tenken paper``: names all papers, prints what a meeting reads, says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from tenken.cli.main import main
from tenken.demo.data_files import read
from tenken.plans.operations import import_plan
from tenken.reports.catalogue import PAPERS
from tenken.reports.record_papers import record_papers
from tests.factories import Scenario
from tests.inspection.makers import make_bank, running

pytestmark = pytest.mark.django_db


def test_the_list_names_all(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paper", "--list"]) == 0
    listed = capsys.readouterr().out
    assert len(PAPERS) == 11
    for paper in PAPERS:
        assert f"{paper.code}　{paper.number}「{paper.title}」（docx・pdf・xlsx）" in listed
        assert all(need in listed for need in paper.needs)
    for record in record_papers():
        assert f"{record.code}　「{record.title}」" in listed
        assert record.needs in listed


@time_machine.travel("2015-07-29T13:00:00+09:00", tick=False)
def test_one_meeting_reads_two_papers(
    scenario: Scenario, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make_bank(scenario.city)
    running(scenario.city, 2014)
    command = ["paper", "committee", "--fiscal-year", "2014", "--out", str(tmp_path), "--form", "docx"]
    assert main(command) == 0
    told = capsys.readouterr()
    assert told.out.split() == [str(tmp_path / "committee-2014.docx")]
    assert "平成27年度の年間計画がまだない" in told.err
    import_plan(by=scenario.by("secretariat"), city=scenario.city, data=read("plan2015"))
    assert main(command) == 0
    told = capsys.readouterr()
    assert [Path(line).name for line in told.out.split()] == [
        "committee-2014.docx",
        "committee-plan-2015.docx",
    ]
    assert (
        main(["paper", "committee-plan", "--fiscal-year", "2015", "--out", str(tmp_path), "--form", "pdf"])
        == 0
    )
    assert (tmp_path / "committee-plan-2015.pdf").read_bytes().startswith(b"%PDF-")


def test_what_cannot_be_printed_is_said(
    scenario: Scenario, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for code in ("summary", "casebook", "visit-report", "letter-launch", "letter-reminder", "committee-plan"):
        assert main(["paper", code, "--fiscal-year", "2014", "--out", str(tmp_path)]) == 2
        assert "平成2" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
