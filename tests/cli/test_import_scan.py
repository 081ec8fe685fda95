"""``tenken import scan``: the difference, and what is written only when it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings

from tenken.audit.models import ScanImport, Weakness
from tenken.cli.main import main
from tests.audit.technical.makers import EPOCH, make_system, nessus
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(scenario: Scenario, tmp_path: Path, settings: django_settings) -> Path:
    settings.FILE_STORE = tmp_path / "files"
    make_system(scenario)
    path = tmp_path / "scan.nessus"
    path.write_bytes(nessus([("1", 3, "10.0.0.1", 443)], at=EPOCH["april"]))
    return path


def test_the_difference_is_shown_and_nothing_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "scan", str(file), "--system", "SYS-01"]) == 0
    said = capsys.readouterr()
    assert "新しく見つかった　高　Nessus　弱点1　機器0→1" in said.out
    assert "--apply" in said.err
    assert not Weakness.objects.exists()
    assert ScanImport.objects.get().status == "discarded"


def test_apply_writes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "scan", str(file), "--system", "SYS-01", "--apply"]) == 0
    assert "1種類、1か所を取り込みました" in capsys.readouterr().out
    assert Weakness.objects.get().hosts == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--system", "SYS-99"], "台帳にありません"),
        (["--system", "SYS-01", "--engagement", "2026-9"], "監査2026-9はありません"),
        (["--system", "SYS-01", "--engagement", "９号"], "読み取れません"),
        (["--system", "SYS-01", "--mapping", "なし"], "登録されていません"),
    ],
)
def test_what_is_not_there_is_told(
    file: Path, capsys: pytest.CaptureFixture[str], more: list[str], sentence: str
) -> None:
    assert main(["import", "scan", str(file), *more]) == 2
    assert sentence in capsys.readouterr().err
    assert not Weakness.objects.exists()


def test_a_file_cut_short_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    assert main(["import", "scan", str(file), "--system", "SYS-01", "--apply"]) == 2
    assert capsys.readouterr().err.strip()
    assert not Weakness.objects.exists()
