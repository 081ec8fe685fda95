"""tenken migrate"""

from __future__ import annotations

import argparse

NAME = "migrate"
HELP = "データベースを今の版に合わせます"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="合わせずに、必要かどうかだけを調べます（必要なら終了コード1）"
    )


def run(args: argparse.Namespace) -> int:
    from tenken.cli.preparing import migrate, unapplied_migrations
    from tenken.cli.terminal import say

    waiting = unapplied_migrations()
    if args.check:
        say(f"必要な変更が{waiting}件あります。" if waiting else "データベースは今の版です。")
        return 1 if waiting else 0
    migrate()
    say(f"データベースを今の版に合わせました（{waiting}件）。" if waiting else "データベースは今の版です。")
    return 0
