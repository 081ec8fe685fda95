"""tenken serve"""

from __future__ import annotations

import argparse
import logging
import threading
from collections.abc import Callable
from typing import Final

from tenken.cli.parsing import count, port
from tenken.cli.receiving import add_receiving

logger = logging.getLogger("tenken.cli")

_STOP_SECONDS: Final = 30.0
NAME = "serve"
HELP = "サーバーを動かします（画面・処理・メール・操作証跡の封印を一つのプロセスで）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listening(parser)


def add_listening(parser: argparse.ArgumentParser) -> None:
    """Add where to listen: shared with ``demo``."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="アドレス", help="待ち受けるアドレス（既定：127.0.0.1）"
    )
    parser.add_argument(
        "--port", default=8000, type=port, metavar="番号", help="待ち受けるポート（既定：8000）"
    )
    parser.add_argument("--threads", default=8, type=count, metavar="数", help="同時に応える数（既定：8）")
    parser.add_argument("--no-receiver", action="store_true", help="端末のエージェントから受信しません")
    add_receiving(parser)


def run(args: argparse.Namespace) -> int:
    from tenken.cli.preparing import collect_static, keep_private, migrate, unapplied_migrations
    from tenken.cli.terminal import tell

    keep_private()
    if waiting := unapplied_migrations():
        tell(f"データベースを今の版に合わせています（{waiting}件）…")
        migrate()
    if collect_static():
        tell("画面の部品を用意しました。")
    return listen(args)


def listen(args: argparse.Namespace, beside: Callable[[threading.Event], object] | None = None) -> int:
    """Serve until a signal; then let requests and the job in hand end. *beside*: what is done meanwhile, on a thread of
    its own, until it is through or the event given to it is set."""
    from tenken.cli.background import Background
    from tenken.cli.receiving import Receiving
    from tenken.cli.serving import create
    from tenken.cli.stopping import stops_on_signals
    from tenken.cli.terminal import tell

    def stop() -> None:
        raise SystemExit(0)

    server = create(args.host, args.port, args.threads)
    receiving = Receiving(args, listens=not args.no_receiver)
    _settle()
    with stops_on_signals(stop):
        try:
            with receiving, Background(), _Beside(beside):
                tell(
                    f"http://{_shown(args.host)}:{server.effective_port}/ で動いています（終わるときはCtrl+C）。"
                )
                if receiving.line:
                    tell(receiving.line)
                server.run()  # returns at SystemExit, after the requests in hand
        except SystemExit:
            pass
        finally:
            server.close()
    tell("終わりました。")
    return 0


class _Beside:
    """A context: a function runs on its own thread inside it."""

    def __init__(self, function: Callable[[threading.Event], object] | None) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(function,), name="tenken-beside", daemon=True)

    def _run(self, function: Callable[[threading.Event], object] | None) -> None:
        from django.db import connection

        try:
            if function is not None:
                function(self._stopping)
        except Exception:
            logger.exception("what was to be done beside the server failed")
        finally:
            connection.close()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        self._thread.join(_STOP_SECONDS)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _settle() -> None:
    """Load the pages now, and keep what stays for ever out of garbage collection.

    A full collection walked all of Django: 70 ms, within every fifteenth page of 140 questions.
    """
    import gc

    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
