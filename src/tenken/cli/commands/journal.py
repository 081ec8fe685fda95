"""tenken journal"""

from __future__ import annotations

import argparse

from tenken.cli.parsing import city_code

NAME = "journal"
HELP = "操作証跡を確かめ、封印します"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="すること", metavar="すること", required=True, dest="action")
    verify = actions.add_parser(
        "verify",
        help="操作証跡が完全かどうかを確かめます",
        description="記録の連鎖・封印・封印された表・ファイルを確かめます。誤りがあれば終了コード1です",
    )
    seal = actions.add_parser(
        "seal", help="今日の封印をします", description="記録の件数と先頭のハッシュを、今日の日付で残します"
    )
    for one in (verify, seal):
        one.add_argument(
            "--city", metavar="団体コード", type=city_code, help="市の団体コード（既定：すべての市）"
        )


def run(args: argparse.Namespace) -> int:
    from tenken.cli.terminal import say
    from tenken.common.refusals import Missing
    from tenken.journal.queries import cities

    known = cities()
    if args.city and args.city not in known:
        raise Missing(f"団体コード{args.city}の操作証跡はありません。")
    chosen = [args.city] if args.city else known
    if not chosen:
        say("操作証跡はまだありません。")
        return 0
    if args.action == "seal":
        for code in chosen:
            _seal(code)
        return 0
    return 0 if all([_verify(code) for code in chosen]) else 1


def _verify(code: str) -> bool:
    from tenken.cli.terminal import Progress, say
    from tenken.journal.verification import verify

    progress = Progress()
    outcome = verify(code, lambda done, total: progress(f"{code} 記録", done, total))
    progress.close()
    checked = f"記録{outcome.entries:,}件、封印{outcome.seals}件、封印された行{outcome.sealed_rows:,}件"
    say(
        f"{code}：{'誤りはありません' if outcome.whole else f'誤りが{len(outcome.faults)}件あります'}（{checked}）"
    )
    for fault in outcome.faults:
        say(f"  {fault}")
    return outcome.whole


def _seal(code: str) -> None:
    from tenken.cli.terminal import say
    from tenken.common import clock
    from tenken.journal.operations import seal_day

    seal = seal_day(city_code=code, day=clock.today())
    say(f"{code}：{seal.sealed_on} 記録{seal.count:,}件 {seal.head}")
