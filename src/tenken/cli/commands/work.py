"""tenken work"""

from __future__ import annotations

import argparse

NAME = "work"
HELP = "待っている処理とメールの送信を行います（サーバーを分けて動かすとき。serveには含まれています）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="待っているものだけを処理して終わります")


def run(args: argparse.Namespace) -> int:
    import threading

    from tenken.cli.background import Background
    from tenken.cli.preparing import keep_private
    from tenken.cli.stopping import stops_on_signals
    from tenken.cli.terminal import say, tell

    keep_private()
    if args.once:
        from tenken.jobs.operations import fail_abandoned
        from tenken.jobs.schedule import run_daily
        from tenken.jobs.worker import Worker
        from tenken.notices.operations import send_waiting

        fail_abandoned()
        run_daily()
        worker, done = Worker(), 0
        while worker.step():
            done += 1
        say(f"処理{done}件、メール{send_waiting(limit=100_000)}通")
        return 0
    stopped = threading.Event()
    with stops_on_signals(stopped.set), Background():
        tell("処理を待っています（終わるときはCtrl+C）。")
        stopped.wait()
    return 0
