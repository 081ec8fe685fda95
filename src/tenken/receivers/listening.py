"""Where a receiver listens: addresses, ports, TLS. Sockets are opened before anything runs, so that a port that is taken
is told at once."""

from __future__ import annotations

import logging
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tenken.common.refusals import Invalid

logger = logging.getLogger("tenken.receivers")
DEFAULT_PORT: Final = 8010
BACKLOG: Final = 16_384


@dataclass(frozen=True)
class Listening:
    """``syslog_port``, ``syslog_tls_port``: None: not listened on. ``client_ca``: whose client certificates are believed."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    syslog_port: int | None = None
    syslog_tls_port: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None


@dataclass
class Sockets:
    """The open sockets of a receiver, and its TLS (None: plain HTTP)."""

    http: socket.socket
    syslog: list[tuple[socket.socket, ssl.SSLContext | None]]
    tls: ssl.SSLContext | None

    @property
    def port(self) -> int:
        return int(self.http.getsockname()[1])

    def addresses(self) -> dict[str, Any]:
        """Return where we listen, for the pages."""
        plain = [one.getsockname()[1] for one, tls in self.syslog if tls is None]
        secret = [one.getsockname()[1] for one, tls in self.syslog if tls is not None]
        return {
            "host": str(self.http.getsockname()[0]),
            "port": self.port,
            "tls": self.tls is not None,
            "syslog_port": plain[0] if plain else None,
            "syslog_tls_port": secret[0] if secret else None,
        }

    def close(self) -> None:
        for one in (self.http, *(one for one, _ in self.syslog)):
            one.close()


def open_sockets(where: Listening) -> Sockets:
    """Open everything *where* says. ``Invalid`` when a port is taken or a certificate cannot be read."""
    tls = tls_context(where)
    if where.syslog_tls_port is not None and tls is None:
        raise Invalid("syslogをTLSで受けるには、--receive-certと--receive-keyで証明書を指定してください。")
    opened: list[socket.socket] = []
    try:
        http = _open(where.host, where.port, "--receive-port")
        opened.append(http)
        syslog: list[tuple[socket.socket, ssl.SSLContext | None]] = []
        for port, context, name in (
            (where.syslog_port, None, "--receive-syslog-port"),
            (where.syslog_tls_port, tls, "--receive-syslog-tls-port"),
        ):
            if port is not None:
                opened.append(_open(where.host, port, name))
                syslog.append((opened[-1], context))
    except Invalid:
        for one in opened:
            one.close()
        raise
    raise_open_files()
    return Sockets(http, syslog, tls)


def tls_context(where: Listening) -> ssl.SSLContext | None:
    """Return the context for TLS; a client's certificate is asked for, not demanded: who has none shows a key."""
    if where.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(where.certificate, where.key)
        if where.client_ca is not None:
            context.load_verify_locations(where.client_ca)
            context.verify_mode = ssl.CERT_OPTIONAL
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or str(error)
        raise Invalid(f"受信の証明書を読み取れません（{reason}）。") from None
    return context


def _open(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))
        one.listen(BACKLOG)
    except OSError as error:
        one.close()
        raise Invalid(
            f"{host}:{port}で受信できません（{error.strerror}）。{option}を変えるか、--no-receiverで受信を止めてください。"
        ) from None
    one.setblocking(False)
    return one


def raise_open_files() -> None:
    """Let this process open as many files as it may: each connection is one."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < 12_000:
        logger.warning("only %d files may be open; 10,000 terminals at once need LimitNOFILE=65536", hard)
