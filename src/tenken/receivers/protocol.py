"""HTTP as uvicorn speaks it, with the bounds it does not set: on heads, on silence, on what waits unread."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tenken.telemetry.reception.keys import certificate_hash

# A connection whose body nobody reads yet holds at most two of these: 10,000 of them come to 320 MB.
_READ: Final = 16 * 1024
_MOST_HEAD: Final = 32 * 1024
HEAD_SECONDS: Final = 30.0


class BoundedHttp(HttpToolsProtocol):
    """One connection. ``scope["state"]["certificate"]`` is the fingerprint of the client's certificate, if it showed one."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.max_size = _READ  # type: ignore[attr-defined]
        if (tls := transport.get_extra_info("ssl_object")) and (shown := tls.getpeercert(binary_form=True)):
            self.app_state = {**self.app_state, "certificate": certificate_hash(shown)}
        self._head_bytes = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _MOST_HEAD:
                self.send_400_response("The head of the request is too long.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._expect_head()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_came()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if len(self.cycle.body) >= _READ:
            self.flow.pause_reading()

    def _expect_head(self) -> None:
        self._head_came()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def bound_tls_buffers() -> None:
    """Give each TLS connection a buffer of 32 KiB; asyncio's own of 256 KiB would be 2.5 GB for 10,000 of them."""
    from asyncio import sslproto

    protocol: Any = sslproto.SSLProtocol
    protocol.max_size = 2 * _READ
