"""``tenken import answers``: the difference on the command line, and the word to write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenken.cli.commands import import_
from tenken.cli.main import parser
from tenken.common.refusals import Invalid, Missing
from tenken.inspection.models import Answer, Programme
from tenken.workbooks.models import AnswerImport
from tests.factories import Scenario
from tests.inspection.makers import sheet_of
from tests.workbooks.filled_forms import edited, issued


def run(*words: str) -> int:
    return import_.run(parser().parse_args(["import", "answers", *words]))


@pytest.fixture
def folder(city: Scenario, programme: Programme, tmp_path: Path) -> Path:
    by = city.by("secretariat")
    for unit in (city.section_a1, city.section_b1):
        data = edited(issued(by, sheet_of(programme, unit)), {"F5": "課題あり", "G5": "机に書類。"})
        (tmp_path / f"{unit.name}.xlsx").write_bytes(data)
    (tmp_path / "~$企画課.xlsx").write_bytes(b"left behind")
    return tmp_path


def test_the_difference_then_the_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder)) == 0
    shown = capsys.readouterr().out
    assert "「点検シート」F5 設問1-1：（未回答） → 課題あり／机に書類。" in shown
    assert "変更あり2個、変更なし0個、取り込めない0個" in shown
    assert not Answer.objects.exists()
    assert AnswerImport.objects.get().status == "discarded"
    assert run(str(folder), "--apply") == 0
    assert "2枚の点検シートの回答2件を取り込みました。" in capsys.readouterr().out
    assert Answer.objects.count() == 2


def test_a_refused_form_is_told_and_stops_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder / "保険課.xlsx"
    bad.write_bytes(edited(bad.read_bytes(), {"F6": "はい"}))
    assert run(str(folder)) == 1
    assert "「点検シート」F6：「はい」は選べません。" in capsys.readouterr().out
    with pytest.raises(Invalid):
        run(str(folder), "--apply")
    assert not Answer.objects.exists()
    assert run(str(folder), "--apply", "--without-refused") == 1
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("words", [["--programme", "other"], ["--template", "ない様式"]])
def test_what_there_is_not(folder: Path, words: list[str]) -> None:
    with pytest.raises(Missing):
        run(str(folder), *words)
    with pytest.raises(Missing):
        run(str(folder / "nowhere"))
