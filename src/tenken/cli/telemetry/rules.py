"""tenken telemetry rules"""

from __future__ import annotations

import argparse
from pathlib import Path

from tenken.cli.parsing import add_city

NAME = "rules"
HELP = "検知ルール（Sigma）を試し、取り込みます"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="すること", metavar="すること", required=True, dest="rules_action")
    taken = actions.add_parser(
        "import",
        help="フォルダーのSigmaルールを1件ずつ試し、使えないものと理由を示します",
        description="フォルダー（下の階層も）のSigmaルールを1件ずつ試し、使えないものを理由ごとに示します",
    )
    taken.add_argument(
        "folder", metavar="フォルダー", type=Path, help="Sigmaルール（.yml・.yaml）のあるフォルダー"
    )
    taken.add_argument("--apply", action="store_true", help="使えるルールを無効の状態で登録します")
    tried = actions.add_parser(
        "try",
        help="1つのSigmaルールを試します",
        description="1つのSigmaルールを試し、問い合わせの条件、または使えない行と理由を示します",
    )
    tried.add_argument("file", metavar="ファイル", type=Path, help="Sigmaルールのファイル")
    for one in (taken, tried):
        add_city(one)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.telemetry.rules_actions import run as act

    return act(args)
