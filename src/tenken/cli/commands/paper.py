"""tenken paper"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tenken.cli.parsing import add_city, day, fiscal_year

if TYPE_CHECKING:
    from datetime import date

    from tenken.reports.definition import Definition
    from tenken.reports.record_papers import RecordPaper

NAME = "paper"
HELP = "資料・通知文を作ります"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="資料", help="作る資料（--listで一覧）。例：committee")
    parser.add_argument("--list", action="store_true", help="作れる資料の一覧を示します")
    parser.add_argument(
        "--fiscal-year", type=fiscal_year, metavar="年度", help="年度（西暦。平成26年度は2014）"
    )
    parser.add_argument(
        "--out", type=Path, metavar="フォルダー", help="書き出すフォルダー（なければ作ります）"
    )
    parser.add_argument(
        "--form",
        action="append",
        choices=("docx", "pdf", "xlsx", "html"),
        help="形式。何度でも指定できます（既定：すべて）",
    )
    parser.add_argument(
        "--as-of", type=day, metavar="基準日", help="措置の報告などの基準日（既定：今日）。例：2021-09-30"
    )
    add_city(parser)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.cities import chosen_city
    from tenken.cli.terminal import say, tell
    from tenken.common.refusals import Invalid
    from tenken.reports import catalogue
    from tenken.reports.paper1 import CODE as COMMITTEE
    from tenken.reports.printing import print_committee, print_paper
    from tenken.reports.record_papers import record_papers

    records = {paper.code: paper for paper in record_papers()}
    if args.list:
        for paper in catalogue.PAPERS:
            _list(paper)
        for one in records.values():
            _list_record(one)
        return 0
    if not args.code:
        raise Invalid("作る資料を指定してください（一覧：tenken paper --list）。")
    if args.code in records:
        return _print_records(args, records[args.code])
    entry = catalogue.entry(args.code)
    if args.fiscal_year is None or args.out is None:
        raise Invalid(
            "--fiscal-yearと--outを指定してください。例：tenken paper committee --fiscal-year 2014 --out 資料"
        )
    city, forms = chosen_city(args.city), tuple(args.form or entry.forms)
    if entry.code == COMMITTEE:
        printed = print_committee(city, args.fiscal_year, args.out, forms)
        paths, left_out = printed.paths, printed.left_out
    else:
        paths, left_out = tuple(print_paper(city, entry.code, args.fiscal_year, args.out, forms)), ""
    for path in paths:
        say(str(path))
    if left_out:
        tell(left_out)
    return 0


def _print_records(args: argparse.Namespace, paper: RecordPaper) -> int:
    """Print the paper of every record it can be printed of as of the day; those of no other day are left alone."""
    from tenken.cli.cities import chosen_city, command_principal
    from tenken.cli.terminal import say
    from tenken.common import clock
    from tenken.common.refusals import Invalid, Missing
    from tenken.reports.render import write_paper

    if args.out is None:
        raise Invalid(f"--outを指定してください。例：tenken paper {paper.code} --as-of 2021-09-30 --out 資料")
    on: date = args.as_of or clock.today()
    by = command_principal(chosen_city(args.city))
    records = [*paper.records(by, on)]
    if not records:
        raise Missing(f"{on.isoformat()}の時点で作れる資料がありません。必要なもの：{paper.needs}")
    for name, key in records:
        printed = paper.of(by, key, on)
        for path in write_paper(
            printed, args.out, args.form or paper.forms, name=f"{paper.code}-{name}-{on}"
        ):
            say(str(path))
    return 0


def _list_record(paper: RecordPaper) -> None:
    from tenken.cli.terminal import say

    dated = "、--as-of 基準日" if paper.dated else ""
    say(f"{paper.code}　「{paper.title}」（{'・'.join(paper.forms)}{dated}）")
    say(f"    必要なもの：{paper.needs}")


def _list(paper: Definition) -> None:
    from tenken.cli.terminal import say
    from tenken.reports.paper1 import CODE as COMMITTEE

    say(f"{paper.code}　{paper.number}「{paper.title}」（{'・'.join(paper.forms)}）")
    for need in paper.needs:
        say(f"    必要なもの：{need}")
    if paper.code == COMMITTEE:
        say("    翌年度の年間計画があれば、資料２も一緒に作ります（同じ委員会の資料です）。")
