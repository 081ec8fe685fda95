"""The ``tenken`` command."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Final

from tenken.cli.parsing import BAD_INPUT, Parser
from tenken.cli.terminal import say_refusal, tell
from tenken.common.refusals import Refusal

COMMANDS: Final = (
    "serve",
    "work",
    "receive",
    "migrate",
    "demo",
    "city",
    "account",
    "import_",
    "export",
    "paper",
    "journal",
    "telemetry",
)
FAILED = 1
BROKEN = 3
INTERRUPTED = 130
_REASONS: Final = {
    errno.ENOENT: "ありません",
    errno.EACCES: "権限がありません",
    errno.EISDIR: "フォルダーです",
    errno.ENOTDIR: "フォルダーではありません",
    errno.ENOSPC: "空き容量がありません",
    errno.EROFS: "書き込めない場所です",
}


def commands() -> list[ModuleType]:
    """Return the modules of all subcommands: each has NAME, HELP, add_arguments(parser) and run(args) → exit code."""
    return [import_module(f"tenken.cli.commands.{name}") for name in COMMANDS]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = Parser(prog="tenken", description="市の情報セキュリティの一年を支えるシステム")
    choices = whole.add_subparsers(title="コマンド", metavar="コマンド", required=True, dest="command")
    for module in commands():
        one = choices.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.add_arguments(one)
        one.set_defaults(run=module.run)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 found faults, 2 bad input, 3 a defect of the program."""
    args = parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings")
    try:
        import django

        django.setup()
        return int(args.run(args))
    except Refusal as refusal:
        say_refusal(refusal)
        return BAD_INPUT
    except KeyboardInterrupt:
        tell("tenken: 中断しました。")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the result has seen enough; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, ProgrammingError

    if os.environ.get("TENKEN_DEBUG") == "1":
        traceback.print_exc()
    if isinstance(error, OperationalError | ProgrammingError):
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "no such table" in text or "does not exist" in text:
            tell("tenken: データベースの準備ができていません。先に「tenken migrate」を実行してください。")
        elif "is locked" in text:
            tell(
                "tenken: データベースがほかの処理で使われています。しばらくしてから、もう一度実行してください。"
            )
        else:
            tell(f"tenken: データベースを使えません（{text}）。")
        return BAD_INPUT
    if isinstance(error, ImproperlyConfigured):
        tell(f"tenken: 設定に誤りがあります（{error}）。")
        return BAD_INPUT
    if isinstance(error, OSError) and error.filename:
        reason = _REASONS.get(error.errno or 0, error.strerror)
        tell(f"tenken: {error.filename}を読み書きできません（{reason}）。")
        return BAD_INPUT
    tell(f"tenken: システムの不具合です（{type(error).__name__}）。{_keep_trace()}")
    return BROKEN


def _keep_trace() -> str:
    """Write the traceback to a file for those who mend the program, and say where."""
    from django.conf import settings

    path = settings.HOME / "error.log"
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{' '.join(sys.argv[:3])}\n{traceback.format_exc()}\n")
    except OSError:
        return ""
    return f"詳しい記録：{path}"
