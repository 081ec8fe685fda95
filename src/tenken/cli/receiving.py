"""What takes in operation logs: the pipeline and the receiver in front of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tenken.cli.parsing import port
from tenken.common.refusals import Invalid

if TYPE_CHECKING:
    from tenken.receivers.server import Receiver

_PORT = 8010


def add_receiving(parser: argparse.ArgumentParser) -> None:
    """Add where the agents' protocols are received."""
    group = parser.add_argument_group("端末のエージェントからの受信")
    group.add_argument(
        "--receive-host", metavar="アドレス", default="127.0.0.1", help="受信するアドレス（既定：127.0.0.1）"
    )
    group.add_argument(
        "--receive-port",
        type=port,
        metavar="番号",
        help=f"HTTPで受信するポート（既定：{_PORT}）",
    )
    group.add_argument(
        "--receive-syslog-port", type=port, metavar="番号", help="syslogをTCPで受けるポート（既定：受けない）"
    )
    group.add_argument(
        "--receive-syslog-tls-port",
        type=port,
        metavar="番号",
        help="syslogをTLSで受けるポート（既定：受けない）",
    )
    group.add_argument(
        "--receive-cert", type=Path, metavar="ファイル", help="サーバー証明書（PEM）。指定するとTLSで受けます"
    )
    group.add_argument("--receive-key", type=Path, metavar="ファイル", help="サーバー証明書の秘密鍵（PEM）")
    group.add_argument(
        "--receive-client-ca",
        type=Path,
        metavar="ファイル",
        help="クライアント証明書を認める認証局（PEM）",
    )


class Receiving:
    """A context: what is sent is taken in inside it; what was acknowledged is durable after it.

    The port is open as soon as it is made; ``Invalid`` when it is taken. *listens*: False: nothing is received, only
    files that people bring are read.
    """

    def __init__(self, args: argparse.Namespace, *, listens: bool = True) -> None:
        from tenken.telemetry.ingest.pipeline import pipeline

        self._pipeline = pipeline()
        self.receiver: Receiver | None = _receiver(args, self._pipeline) if listens else None

    def __enter__(self) -> Receiving:
        self._pipeline.start()
        if self.receiver is not None:
            self.receiver.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        from tenken.telemetry.store import close_store

        if self.receiver is not None:
            self.receiver.stop()
        self._pipeline.stop()
        close_store()

    @property
    def line(self) -> str:
        """Say where is received, '' for nowhere."""
        if self.receiver is None:
            return ""
        found = self.receiver.sockets.addresses()
        scheme = "https" if found["tls"] else "http"
        host = f"[{found['host']}]" if ":" in found["host"] else found["host"]
        parts = [f"{scheme}://{host}:{found['port']}/"]
        for name, label in (("syslog_port", "syslog"), ("syslog_tls_port", "syslog（TLS）")):
            if found[name]:
                parts.append(f"{label} {host}:{found[name]}")
        return f"端末からの受信：{'、'.join(parts)}"


def _receiver(args: argparse.Namespace, pipeline: Any) -> Receiver:
    from tenken.receivers.listening import Listening
    from tenken.receivers.server import Receiver

    if args.receive_key and not args.receive_cert:
        raise Invalid("--receive-keyには--receive-certも指定してください。")
    if args.receive_client_ca and not args.receive_cert:
        raise Invalid("--receive-client-caには--receive-certも指定してください。")
    # Where the system chooses the pages' port, it chooses this one too.
    default = 0 if getattr(args, "port", None) == 0 else _PORT
    return Receiver(
        Listening(
            host=args.receive_host,
            port=default if args.receive_port is None else args.receive_port,
            syslog_port=args.receive_syslog_port,
            syslog_tls_port=args.receive_syslog_tls_port,
            certificate=args.receive_cert,
            key=args.receive_key,
            client_ca=args.receive_client_ca,
        ),
        pipeline,
    )
