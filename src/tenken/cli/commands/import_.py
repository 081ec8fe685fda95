"""tenken import"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tenken.cli.parsing import add_city, day, fiscal_year

if TYPE_CHECKING:
    from tenken.organization.imports import Difference

NAME = "import"
HELP = "ファイルから取り込みます（--applyを付けるまでは差分を示すだけです）"
_SHOWN = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(title="取り込むもの", metavar="取り込むもの", required=True, dest="kind")
    organization = kinds.add_parser(
        "organization",
        help="組織と職員",
        description="組織と職員のファイルを取り込みます。書き込まれるのは全部か、何もないかのどちらかです",
    )
    organization.add_argument("file", type=Path, metavar="ファイル", help="Excel（.xlsx）かCSV")
    organization.add_argument("--on", type=day, metavar="日付", help="いつからの組織か（既定：今日）")
    organization.add_argument("--apply", action="store_true", help="示した差分を書き込みます")
    add_city(organization)
    answers = kinds.add_parser(
        "answers",
        help="点検シートの回答（Excelの様式）",
        description="記入されたExcelの様式を取り込みます。書き込まれるのは全部か、何もないかのどちらかです",
    )
    answers.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="ファイル",
        help="Excel（.xlsx）、ZIP（.zip）、またはそのフォルダー",
    )
    answers.add_argument(
        "--programme", metavar="コード", help="点検のコード（既定：実施中の点検が1つのとき、それ）"
    )
    answers.add_argument("--template", metavar="名称", help="発行されていない様式を読む、市の様式の名称")
    answers.add_argument("--apply", action="store_true", help="示した差分を書き込みます")
    answers.add_argument(
        "--without-refused", action="store_true", help="取り込めない様式を除いて書き込みます"
    )
    add_city(answers)

    scan = kinds.add_parser(
        "scan",
        help="診断ツールの結果",
        description="診断ツールの結果を、情報システム1つに取り込みます",
    )
    scan.add_argument(
        "file", type=Path, metavar="ファイル", help="Nessus、OpenVAS、ZAP、Nuclei、SARIF、Nmap、表"
    )
    scan.add_argument("--system", metavar="コード", required=True, help="情報システムのコード")
    scan.add_argument("--engagement", metavar="監査", help="監査の年度と番号（例：2026-3）")
    scan.add_argument(
        "--year", type=fiscal_year, metavar="年度", help="監査に属さないときの年度（既定：今年度）"
    )
    scan.add_argument("--on", type=day, metavar="日付", help="診断日（ファイルに日時がないとき）")
    scan.add_argument("--mapping", metavar="名称", help="登録した表の対応づけ")
    scan.add_argument("--partial", action="store_true", help="一部のぜい弱性だけを調べた診断です")
    scan.add_argument("--apply", action="store_true", help="示した差分を書き込みます")
    add_city(scan)


def run(args: argparse.Namespace) -> int:
    if args.kind == "answers":
        from tenken.cli.importing_answers import import_forms

        return import_forms(args)
    if args.kind == "scan":
        from tenken.cli.importing_scans import import_scan

        return import_scan(args)
    return _import_organization(args)


def _import_organization(args: argparse.Namespace) -> int:
    from tenken.cli.cities import chosen_city, command_principal
    from tenken.cli.terminal import say, tell
    from tenken.common import clock
    from tenken.organization.imports import apply_organization_file, difference, read_organization_file

    on = args.on or clock.today()
    by = command_principal(chosen_city(args.city), on)
    file = read_organization_file(args.file.name, args.file.read_bytes())
    found = difference(by=by, file=file, on=on)
    _show(found)
    if found.nothing_to_do:
        return 0
    if not args.apply:
        tell("まだ書き込んでいません。書き込むときは--applyを付けてください。")
        return 0
    apply_organization_file(by=by, file=file, on=on, shown=found.digest)
    say("書き込みました。")
    return 0


def _show(found: Difference) -> None:
    from tenken.cli.terminal import say

    changes = [change for change in found.changes if change.what != "変更なし"]
    for change in changes[:_SHOWN]:
        say(f"{change.sheet} {change.row}行 {change.what} {change.subject}")
        for name, before, after in change.details:
            say(f"    {name}：{before or '（なし）'} → {after or '（なし）'}")
    if len(changes) > _SHOWN:
        say(f"ほか{len(changes) - _SHOWN}件")
    for unit in found.absent_units[:_SHOWN]:
        say(f"ファイルにない組織（そのまま残ります）：{unit}")
    for sheet in sorted({change.sheet for change in found.changes}):
        counts = "、".join(f"{what}{number}件" for what, number in found.counts(sheet).items())
        say(f"{sheet}：{counts}")
