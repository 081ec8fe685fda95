"""argparse, speaking Japanese: help, errors in one line, and the types that commands share."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from typing import Any, NoReturn

from tenken.common.era import parse_date
from tenken.common.identifiers import is_local_government_code
from tenken.common.japanese_text import half_width_digits

BAD_INPUT = 2

_ERRORS = (
    (r"the following arguments are required: (.*)", r"次の指定が必要です：\1"),
    (r"unrecognized arguments: (.*)", r"知らない指定です：\1"),
    (r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)", r"\1に\2は使えません（使えるもの：\3）"),
    (r"argument (.*?): expected one argument", r"\1の値がありません"),
    (r"argument (.*?): expected at least one argument", r"\1の値がありません"),
    (r"argument (.*?): ignored explicit argument (.*)", r"\1に値は指定できません：\2"),
    (r"argument (.*?): not allowed with argument (.*)", r"\1と\2は一緒に指定できません"),
    (r"argument (.*?): invalid \w+ value: (.*)", r"\1の値を読み取れません：\2"),
    (r"argument (.*?): (.*)", r"\1：\2"),
    (r"one of the arguments (.*) is required", r"次のどれかの指定が必要です：\1"),
)


class _Form(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=100)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "使い方：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser in Japanese. A wrong command line is one line on stderr and exit code 2."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"formatter_class": _Form, "add_help": False, "allow_abbrev": False}
        super().__init__(**kwargs)
        self._positionals.title = "指定するもの"
        self._optionals.title = "オプション"
        self.add_argument("-h", "--help", action="help", help="この説明を表示します")

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {in_japanese(message)}（説明：{self.prog} --help）", file=sys.stderr)
        sys.exit(BAD_INPUT)


def in_japanese(message: str) -> str:
    """Return argparse's *message* in Japanese; as it is when it is none of the known ones."""
    for pattern, translation in _ERRORS:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return match.expand(translation)
    return message


def add_city(parser: argparse.ArgumentParser) -> None:
    """Add ``--city``."""
    parser.add_argument(
        "--city", metavar="団体コード", type=city_code, help="市の団体コード（市が一つだけなら省略できます）"
    )


def city_code(text: str) -> str:
    """Read a 全国地方公共団体コード."""
    code = half_width_digits(text).strip()
    if not is_local_government_code(code):
        raise argparse.ArgumentTypeError(
            f"「{text}」は全国地方公共団体コードではありません（6桁の数字。6桁目は検査数字です）"
        )
    return code


def day(text: str) -> date:
    """Read a date, in the era's words or not."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip("。")) from None


def port(text: str) -> int:
    """Read a TCP port; 0 lets the system choose."""
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"「{text}」はポート番号ではありません（0から65535まで）")
    return int(text)


def count(text: str) -> int:
    """Read a number of threads and the like: 1 to 64."""
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"「{text}」は1から64までの数にしてください")
    return int(text)


def amount(text: str) -> int:
    """Read how many of something there are to be: 1 to a hundred million."""
    if not text.isdecimal() or not 1 <= int(text) <= 100_000_000:
        raise argparse.ArgumentTypeError(f"「{text}」は1から100,000,000までの数にしてください")
    return int(text)


def fiscal_year(text: str) -> int:
    """Read a fiscal year by the year it begins in."""
    plain = half_width_digits(text).strip()
    if not (plain.isascii() and plain.isdigit() and 1950 <= int(plain) <= 2200):
        raise argparse.ArgumentTypeError(
            f"「{text}」は年度ではありません（西暦で指定してください。例：2014）"
        )
    return int(plain)
