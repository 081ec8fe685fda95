"""tenken telemetry rules: a tree of Sigma rules tried and taken in, one file tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenken.cli.main import main
from tenken.telemetry.models import DetectionRule
from tenken.telemetry.store import Store, StoreUnavailable
from tests.factories import make_city
from tests.telemetry.detection.evaluating import rule_text
from tests.telemetry.detection.test_operations import tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    make_city()


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    read = capsys.readouterr()
    return read.out, read.err


def test_a_tree_is_reported_by_reason_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["telemetry", "rules", "import", str(tree(tmp_path))]) == 1
    out, err = said(capsys)
    assert "ファイル8件、ルール9件：使えるもの5件、使えないもの5件" in out
    assert "使えない正規表現：1件\n  windows/several.yamlの19行目：" in out
    assert "登録はしていません" in out
    assert err == ""
    assert not DetectionRule.objects.exists()


def test_apply_takes_the_usable_ones_in_switched_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["telemetry", "rules", "import", str(tree(tmp_path)), "--apply"]) == 1
    assert "無効の状態で登録5件、内容を更新0件、変更なし0件" in said(capsys)[0]
    assert set(DetectionRule.objects.values_list("state", flat=True)) == {"off"}


def test_a_whole_tree_ends_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yml").write_text(rule_text({"selection": {"User": "a"}}), encoding="utf-8")
    assert main(["telemetry", "rules", "import", str(tmp_path)]) == 0
    assert "使えるもの1件、使えないもの0件" in said(capsys)[0]


def test_many_of_a_kind_are_counted_not_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(23):
        (tmp_path / f"{number}.yml").write_text(rule_text({"selection": {"a|nosuch": "b"}}, number=number))
    main(["telemetry", "rules", "import", str(tmp_path)])
    out = said(capsys)[0]
    assert "知らない修飾子：23件" in out
    assert out.count("行目：") == 20
    assert "ほか3件" in out


def test_a_folder_that_is_none_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["telemetry", "rules", "import", str(tmp_path / "none")]) == 2
    assert "フォルダーはありません" in said(capsys)[1]


def test_a_file_is_tried_and_its_condition_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rule.yml"
    file.write_text(rule_text({"selection": {"Image|endswith": "\\cmd.exe"}}), encoding="utf-8")
    assert main(["telemetry", "rules", "try", str(file)]) == 0
    out = said(capsys)[0]
    assert out.startswith("使えます：Rule 1")
    assert "endsWith(`process_folded`" in out
    file.write_text(rule_text({"selection": {"Image|re": "(?!x)"}}), encoding="utf-8")
    assert main(["telemetry", "rules", "try", str(file)]) == 1
    assert "使えません。rule.ymlの9行目：正規表現「(?!x)」は使えません" in said(capsys)[0]


@pytest.mark.parametrize("content", [b"", b"\x83\x8b\x81[\x83\x8b"])
def test_a_file_that_is_no_text_is_one_clear_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rule.yml").write_bytes(content)
    assert main(["telemetry", "rules", "try", str(tmp_path / "rule.yml")]) == 2
    assert "rule.yml" in said(capsys)[1]


def test_rules_are_tried_while_the_server_owns_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded store is one process's; the command then tries on an empty one of its own."""

    def owned() -> Store:
        raise StoreUnavailable("ほかのプロセスが使っています。")

    monkeypatch.setattr("tenken.telemetry.detection.trying.store", owned)
    monkeypatch.setattr("tenken.telemetry.detection.trying.Store", lambda folder: _opened())
    (tmp_path / "a.yml").write_text(rule_text({"selection": {"User": "a"}}), encoding="utf-8")
    assert main(["telemetry", "rules", "import", str(tmp_path)]) == 0


def _opened() -> Store:
    from tenken.telemetry.store import store

    opened = store()
    opened.close = lambda: None  # type: ignore[method-assign] - one process opens one folder only
    return opened
