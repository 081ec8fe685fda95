"""tenken telemetry load"""

from __future__ import annotations

import argparse
import os

from tenken.cli.parsing import amount, count

NAME = "load"
HELP = "職員の操作を演じて、動いている受信サーバーへ送ります（規模と速さの確かめ）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        default="http://127.0.0.1:8010",
        metavar="アドレス",
        help="受信サーバー（既定：127.0.0.1:8010）",
    )
    parser.add_argument(
        "--key", default=os.environ.get("TENKEN_SOURCE_KEY", ""), metavar="鍵",
        help="送信元の鍵（JSON Linesの送信元。既定：環境変数TENKEN_SOURCE_KEY）",
    )  # fmt: skip
    parser.add_argument(
        "--terminals", default=3000, type=amount, metavar="台数", help="端末の数（既定：3000）"
    )
    parser.add_argument(
        "--rate", default=700, type=amount, metavar="件数", help="1秒あたりの操作（既定：700）"
    )
    parser.add_argument("--seconds", default=60, type=amount, metavar="秒", help="何秒分送るか（既定：60）")
    parser.add_argument("--seed", default=1, type=int, metavar="数", help="同じ数なら同じ操作になります")
    parser.add_argument(
        "--connections", default=4, type=count, metavar="数", help="同時につなぐ数（既定：4）"
    )
    parser.add_argument("--at-once", action="store_true", help="待たずに、受け取られるだけ速く送ります")


def run(args: argparse.Namespace) -> int:
    from tenken.cli.terminal import say
    from tenken.common.refusals import Invalid
    from tenken.demo.telemetry.population import invented
    from tenken.demo.telemetry.sending import send

    if not args.key:
        raise Invalid("送信元の鍵を、--keyか環境変数TENKEN_SOURCE_KEYで渡してください。")
    sent = send(
        invented("", args.terminals, args.seed),
        url=args.url,
        key=args.key,
        rate=args.rate,
        seconds=args.seconds,
        seed=args.seed,
        connections=args.connections,
        in_time=not args.at_once,
    )
    say(
        f"{sent.events:,}件を{sent.seconds:.1f}秒で送り、すべて受領されました"
        f"（毎秒{sent.events / max(sent.seconds, 0.001):,.0f}件、待つように言われたのは{sent.told_to_wait}回）。"
    )
    return 0
