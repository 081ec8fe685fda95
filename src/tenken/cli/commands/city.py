"""tenken city"""

from __future__ import annotations

import argparse

from tenken.cli.parsing import city_code, day

NAME = "city"
HELP = "市を登録します"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="すること", metavar="すること", required=True, dest="action")
    found = actions.add_parser(
        "found", help="市を登録します", description="市を、役割と組織の種類の初期設定とともに登録します"
    )
    found.add_argument(
        "--code", required=True, type=city_code, metavar="団体コード", help="全国地方公共団体コード（6桁）"
    )
    found.add_argument("--name", required=True, metavar="名称", help="市の名称（例：みどり市）")
    found.add_argument("--on", type=day, metavar="日付", help="組織のはじまりの日（既定：今年度の4月1日）")
    actions.add_parser("list", help="登録されている市を示します", description="登録されている市を示します")


def run(args: argparse.Namespace) -> int:
    from tenken.cli.cities import command_name
    from tenken.cli.terminal import say
    from tenken.common import clock
    from tenken.common.fiscal_year import FiscalYear
    from tenken.journal.actor import Actor
    from tenken.organization.models import City
    from tenken.organization.operations import found_city

    if args.action == "list":
        for city in City.objects.order_by("code"):
            say(f"{city.code} {city.name}")
        return 0

    class CommandLine:
        actor = Actor(code=f"system:{command_name()}", name="システム", channel="cli")

    on = args.on or FiscalYear.of(clock.today()).starts_on
    city = found_city(by=CommandLine(), code=args.code, name=args.name, on=on)
    say(
        f"{city.name}（{city.code}）を登録しました。",
        "次に、組織と職員を取り込み（tenken import organization）、はじめの利用者を作ってください（tenken account open）。",
    )
    return 0
