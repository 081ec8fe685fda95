"""tenken demo"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tenken.cli.commands.serve import add_listening, listen
from tenken.cli.parsing import amount

if TYPE_CHECKING:
    from tenken.demo.load import DemoSummary

NAME = "demo"
HELP = "架空の市の記録（平成25年度から今年度まで）を入れて、動かします"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--operations",
        type=amount,
        metavar="件数",
        help="一日に入れる操作ログ（既定：24,000。実際の市は約2,000万）",
    )
    parser.add_argument("--no-serve", action="store_true", help="入れるだけで、動かしません")
    add_listening(parser)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.preparing import collect_static, keep_private, migrate, unapplied_migrations
    from tenken.cli.terminal import Progress, say_refusal, tell
    from tenken.common.refusals import Stale
    from tenken.demo.load import load_demo
    from tenken.demo.telemetry.playing import THINNED

    keep_private()
    if unapplied_migrations():
        tell("データベースを用意しています…")
        migrate()
    progress, beside = Progress(), None
    try:
        summary = load_demo(progress, per_day=args.operations or THINNED)
    except Stale as loaded:
        if args.no_serve:
            raise
        progress.close()
        say_refusal(loaded)
    else:
        progress.close()
        _show(summary, f"http://{args.host}:{args.port}/")
        beside = partial(_report, summary)
    if args.no_serve:
        if beside:
            tell("端末の構成情報を入れています…")
            _report_alone(beside)
        return 0
    if beside:
        tell("端末の構成情報は、動き始めてから1分ほどで届きます。")
    collect_static()
    return listen(args, beside)


def _report(summary: DemoSummary, stopped: threading.Event) -> None:
    """Let the agents report through the pipeline of this process, as they do in an office."""
    from tenken.demo.telemetry.playing import report_all
    from tenken.organization.models import City
    from tenken.telemetry.ingest.pipeline import pipeline

    report_all(City.objects.get(code=summary.city_code), summary.today, pipeline(), stopped)


def _report_alone(report: Callable[[threading.Event], None]) -> None:
    from tenken.telemetry.ingest.pipeline import pipeline

    pipeline().start()
    try:
        report(threading.Event())
    finally:
        pipeline().stop()


def _show(summary: DemoSummary, address: str) -> None:
    from tenken.cli.terminal import say

    say(f"{summary.city_name}（{summary.city_code}）を入れました（{summary.seconds:.1f}秒）。")
    say("、".join(f"{what}{number:,}" for what, number in summary.counts.items()))
    say(
        "",
        f"{address} を開き、次の利用者でログインしてください。",
        f"パスワード（全員共通）：{summary.password}",
    )
    say(f"操作ログの送信元の鍵（tenken telemetry load --key）：{summary.source_key}")
    for account in summary.accounts:
        roles = "・".join(account.roles) or "職員"
        say(f"  {account.username:<16}{account.name}　{'・'.join(account.posts)}（{roles}）")
