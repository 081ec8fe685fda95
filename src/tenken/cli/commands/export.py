"""tenken export"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tenken.cli.parsing import add_city, day

if TYPE_CHECKING:
    from tenken.organization.access import Principal

NAME = "export"
HELP = "一覧をExcelかCSVに書き出します"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(title="書き出すもの", metavar="書き出すもの", required=True, dest="kind")
    for name, help_text, forms in (
        ("organization", "組織と職員（取り込みに戻せる形）", ".xlsx"),
        ("units", "組織", ".xlsxか.csv"),
        ("people", "職員", ".xlsxか.csv"),
        ("findings", "課題", ".xlsxか.csv"),
        ("journal", "操作証跡", ".xlsxか.csv"),
    ):
        one = kinds.add_parser(name, help=help_text, description=f"{help_text}を書き出します")
        one.add_argument("file", type=Path, metavar="ファイル", help=f"書き出す先（{forms}）")
        one.add_argument("--on", type=day, metavar="日付", help="いつの時点か（既定：今日）")
        add_city(one)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.cities import chosen_city, command_principal
    from tenken.cli.terminal import say
    from tenken.common import clock
    from tenken.common.refusals import Invalid

    on = args.on or clock.today()
    by = command_principal(chosen_city(args.city), on)
    ending = args.file.suffix.lower()
    allowed = (".xlsx",) if args.kind == "organization" else (".xlsx", ".csv")
    if ending not in allowed:
        raise Invalid(f"ファイルの名前は{'か'.join(allowed)}で終わるようにしてください。")
    content = _content(args.kind, ending, by, on)
    unfinished = args.file.with_name(f".{args.file.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(args.file)
    say(f"{args.file}に書き出しました。")
    return 0


def _content(kind: str, ending: str, by: Principal, on: date) -> bytes:
    from tenken.organization import imports

    if kind == "organization":
        return imports.organization_workbook(by=by, on=on)
    if kind == "units" and ending == ".csv":
        return imports.units_csv(by=by, on=on)
    if kind == "people" and ending == ".csv":
        return imports.people_csv(by=by, on=on)
    from tenken.common.spreadsheets import cp932_csv
    from tenken.workbooks.lists import list_workbook
    from tenken.workbooks.registers import findings, journal, people, units

    register = {
        "units": units,
        "people": people,
        "findings": findings,
        "journal": journal,
    }[kind](by=by, on=on)
    if ending == ".csv":
        return cp932_csv(register.header, register.rows)
    return list_workbook(
        title=register.title, header=register.header, rows=register.rows, notes=register.notes
    )
