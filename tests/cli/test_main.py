"""The command line: Japanese, one clear line for bad input, never a traceback."""

from __future__ import annotations

import io
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tenken.cli import main as cli
from tenken.cli.cities import chosen_city
from tenken.cli.main import commands, main, parser
from tenken.common.refusals import Invalid, Missing
from tenken.journal.models import Entry
from tenken.organization.models import Account, City
from tests.journal.writing import attack

PASSWORD = "midori-no-machi-2026"


def lines(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    read = capsys.readouterr()
    return read.out.splitlines(), read.err.splitlines()


def every_command() -> list[list[str]]:
    """Return each command and subcommand as words."""
    found: list[list[str]] = []

    def walk(one: Any, words: list[str]) -> None:
        found.append(words)
        for action in one._actions:
            if hasattr(action, "choices") and isinstance(action.choices, dict):
                for name, below in action.choices.items():
                    walk(below, [*words, name])

    walk(parser(), [])
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_explains_itself_in_japanese(words: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    out, err = lines(capsys)
    assert (ended.value.code, err) == (0, [])
    assert out[0].startswith("使い方：tenken")
    assert not re.search(r"usage:|optional arguments|positional arguments|show this help", "\n".join(out))


def test_every_option_is_explained() -> None:
    def walk(one: Any) -> None:
        for action in one._actions:
            if isinstance(action.choices, dict):
                assert all(re.search("[ぁ-ん一-龠]", choice.help) for choice in action._choices_actions)
                for below in action.choices.values():
                    assert below.description
                    walk(below)
            else:
                assert re.search("[ぁ-ん一-龠]", action.help or ""), action

    walk(parser())


def test_every_module_is_a_command() -> None:
    folder = Path(cli.__file__).parent / "commands"
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(cli.COMMANDS)
    assert len({module.NAME for module in commands()}) == len(cli.COMMANDS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "次の指定が必要です"),
        (["nothing"], "使えません"),
        (["serve", "--port", "x"], "ポート番号ではありません"),
        (["serve", "--port"], "値がありません"),
        (["serve", "--threads", "0"], "1から64まで"),
        (["serve", "--nothing"], "知らない指定"),
        (["city", "found", "--code", "991016", "--name", "x"], "全国地方公共団体コードではありません"),
        (["city", "found", "--name", "x"], "--code"),
        (["paper", "committee", "--fiscal-year", "平成26"], "年度ではありません"),
        (["import", "organization", "x.csv", "--on", "きのう"], "日付として読めません"),
    ],
)
def test_a_wrong_line_is_one_line_and_two(words: list[str], says: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = lines(capsys)
    assert (ended.value.code, out, len(err)) == (2, [], 1)
    assert says in err[0]


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    from tenken.cli.commands import migrate

    def fail(args: Any) -> int:
        raise error

    monkeypatch.setattr(migrate, "run", fail)
    return main(["migrate"])


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (Invalid("だめです。"), 2, "だめです。"),
        (FileNotFoundError(2, "No such file", "a.xlsx"), 2, "a.xlsxを読み書きできません（ありません）"),
        (KeyboardInterrupt(), 130, "中断"),
        (ZeroDivisionError("secret"), 3, "システムの不具合です（ZeroDivisionError）"),
    ],
)
def test_what_goes_wrong_is_told_in_a_line(
    error: BaseException, code: int, says: str, monkeypatch: Any, capsys: Any, settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    assert failing(monkeypatch, error) == code
    _, err = lines(capsys)
    assert len(err) == 1
    assert says in err[0]
    assert "secret" not in err[0]
    assert (tmp_path / "error.log").exists() == (code == 3)


def test_a_database_without_tables(monkeypatch: Any, capsys: Any) -> None:
    from django.db import OperationalError

    assert failing(monkeypatch, OperationalError("no such table: journal_chain")) == 2
    assert "tenken migrate" in lines(capsys)[1][0]


@pytest.fixture
def _home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.mark.django_db
@pytest.mark.usefixtures("_home")
class TestCommands:
    def test_a_city_from_nothing(self, capsys: Any, monkeypatch: Any) -> None:
        assert (
            main(["city", "found", "--code", "991015", "--name", "みどり市", "--on", "平成26年4月1日"]) == 0
        )
        assert main(["city", "found", "--code", "991015", "--name", "みどり市"]) == 2
        assert main(["city", "list"]) == 0
        assert "991015 みどり市" in lines(capsys)[0]
        entry = Entry.objects.get(operation="organization.city.found")
        assert (entry.channel, entry.business_date) == ("cli", date(2014, 4, 1))
        assert entry.actor_code.startswith("system:cli")

    def test_accounts(self, scenario: Any, capsys: Any, monkeypatch: Any) -> None:
        person = scenario.people["staff"]
        Account.objects.filter(person=person).delete()
        for words, password, code in (
            (["account", "password", person.number], PASSWORD, 2),
            (["account", "open", person.number, "--username", "hanako"], "short", 2),
            (["account", "open", person.number, "--username", "hanako"], PASSWORD, 0),
            (["account", "password", person.number], "12345678901234", 2),
            (["account", "password", person.number, "--keep"], PASSWORD + "x", 0),
            (["account", "password", "no-such-number"], PASSWORD, 2),
        ):
            monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
            assert main(words) == code, words
        account = Account.objects.get(person=person)
        assert account.check_password(PASSWORD + "x")
        assert not account.must_change_password
        out, err = lines(capsys)
        assert PASSWORD not in "\n".join(out + err)

    def test_the_journal(self, scenario: Any, capsys: Any, django_capture_on_commit_callbacks: Any) -> None:
        code = scenario.city.code
        with django_capture_on_commit_callbacks(execute=True):
            assert main(["journal", "seal"]) == 0
        assert main(["journal", "verify"]) == 0
        assert main(["journal", "verify", "--city", "041009"]) == 2
        assert "誤りはありません" in lines(capsys)[0][-1]
        attack("UPDATE journal_entry SET operation = 'x' WHERE sequence = 2 AND city_code = %s", [code])
        assert main(["journal", "verify", "--city", code]) == 1
        assert "  記録2番の内容が書き換えられています。" in lines(capsys)[0]

    def test_out_and_in_again(self, scenario: Any, capsys: Any, tmp_path: Path) -> None:
        path = str(tmp_path / "組織.xlsx")
        assert main(["export", "organization", path]) == 0
        assert main(["import", "organization", path]) == 0
        assert not any("→" in line for line in lines(capsys)[0])
        for kind in ("units", "people", "findings", "journal"):
            assert main(["export", kind, str(tmp_path / f"{kind}.xlsx")]) == 0
        assert main(["export", "units", str(tmp_path / "units.csv")]) == 0
        assert main(["export", "units", str(tmp_path / "units.txt")]) == 2
        assert main(["import", "organization", str(tmp_path / "none.xlsx")]) == 2
        assert sorted(path.suffix for path in tmp_path.iterdir()).count(".part") == 0

    def test_papers(self, scenario: Any, capsys: Any, tmp_path: Path) -> None:
        assert main(["paper", "--list"]) == 0
        assert any(line.startswith("committee") for line in lines(capsys)[0])
        assert main(["paper"]) == 2
        assert main(["paper", "nothing", "--fiscal-year", "2014", "--out", str(tmp_path)]) == 2
        assert main(["paper", "committee", "--fiscal-year", "2014", "--out", str(tmp_path)]) == 2
        assert "平成26年度" in lines(capsys)[1][-1]

    def test_migrate_when_there_is_nothing_to_do(self, capsys: Any) -> None:
        assert main(["migrate", "--check"]) == 0
        assert lines(capsys)[0] == ["データベースは今の版です。"]

    def test_work_once(self, capsys: Any) -> None:
        assert main(["work", "--once"]) == 0
        assert lines(capsys)[0] == ["処理0件、メール0通"]

    def test_choosing_a_city(self, scenario: Any) -> None:
        assert chosen_city(None) == scenario.city
        with pytest.raises(Missing):
            chosen_city("041009")
        City.objects.create(code="041009", name="仙台市")
        with pytest.raises(Invalid, match="--city"):
            chosen_city(None)
