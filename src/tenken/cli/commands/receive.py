"""tenken receive"""

from __future__ import annotations

import argparse

NAME = "receive"
HELP = "端末のエージェントからの受信だけを行います（サーバーを分けて動かすとき。serveには含まれています）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from tenken.cli.receiving import add_receiving

    add_receiving(parser)


def run(args: argparse.Namespace) -> int:
    """Receive until a signal; then finish what was begun."""
    import threading

    from django.conf import settings

    from tenken.cli.preparing import keep_private
    from tenken.cli.receiving import Receiving
    from tenken.cli.stopping import stops_on_signals
    from tenken.cli.terminal import tell
    from tenken.common.refusals import Invalid

    if not settings.CLICKHOUSE_URL:
        raise Invalid(
            "受信だけのプロセスには、ClickHouseサーバー（TENKEN_CLICKHOUSE_URL）が必要です。"
            "組込みの保管庫は、一つのプロセス（tenken serve）だけが使えます。"
        )
    keep_private()
    stopped = threading.Event()
    with stops_on_signals(stopped.set), Receiving(args) as receiving:
        tell(receiving.line)
        stopped.wait()
    tell("終わりました。")
    return 0
