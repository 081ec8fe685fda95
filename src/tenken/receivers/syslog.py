"""syslog over TCP and TLS. The protocol has no answer: who cannot be served is made to wait by not reading on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from tenken.receivers.doors import SYSLOG
from tenken.receivers.intake import Intake, TurnedAway
from tenken.receivers.limits import Exhausted
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.reception.keys import certificate_hash
from tenken.telemetry.reception.senders import Sender
from tenken.telemetry.wire.syslog import Framer, read_syslog

logger = logging.getLogger("tenken.receivers")

MOST_CONNECTIONS: Final = 4_000
_PIECE: Final = 64 * 1024
_BATCH_BYTES: Final = 1024 * 1024
_BATCH_FRAMES: Final = 10_000
_GATHER_SECONDS: Final = 0.3
# Batches of one connection on their way at once; then reading stops.
_AHEAD: Final = 3
_STOP_SECONDS: Final = 20.0


class SyslogListener:
    """Listens on sockets that are open already, and hands over what comes in batches."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._servers: list[asyncio.Server] = []
        self._conversations: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stop_wait: asyncio.Task[Any] | None = None

    @property
    def connections(self) -> int:
        return len(self._conversations)

    async def start(self, sockets: Sequence[tuple[socket.socket, ssl.SSLContext | None]]) -> None:
        """Listen on each socket, in TLS where a context is given."""
        self._stop_wait = asyncio.create_task(self._stopping.wait())
        for one, tls in sockets:
            server = await asyncio.start_server(
                self._connected, sock=one, ssl=tls, limit=_PIECE, backlog=1024
            )
            self._servers.append(server)

    async def stop(self) -> None:
        """Stop listening and reading; what was read is made durable if that is possible in 20 seconds."""
        for server in self._servers:
            server.close()
        self._stopping.set()
        if self._conversations:
            _, late = await asyncio.wait(self._conversations, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._stop_wait:
            await self._stop_wait

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._conversations) >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._conversations.add(task)
        try:
            await self._converse(reader, writer)
        except (OSError, ssl.SSLError):
            pass  # cut off; what was whole has been handed over
        except Exception:
            logger.exception("a syslog connection ended")
        finally:
            self._conversations.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        _keep_alive(writer)
        sender = await self._who(writer, peer)
        if sender is None:
            self._intake.wrong_keys.count(peer)
            return
        sending = _Sending(self._intake, sender, peer, self._stopping)
        framer = Framer()
        try:
            while data := await self._more(reader, sending):
                await sending.add(framer.feed(data))
                if sending.ended:
                    return
        finally:
            if rest := framer.rest():
                await sending.add([rest])
            await sending.finish()

    async def _who(self, writer: asyncio.StreamWriter, peer: str) -> Sender | None:
        senders = await self._intake.senders.all(at_most=1.0)
        tls = writer.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls else None
        if shown:
            return senders.with_certificate(certificate_hash(shown), SYSLOG)
        return senders.at_address(peer)

    async def _more(self, reader: asyncio.StreamReader, sending: _Sending) -> bytes:
        """Return the next bytes, b'' at the end or when we stop. While none come, what waits is sent."""
        assert self._stop_wait is not None
        read = asyncio.ensure_future(reader.read(_PIECE))
        try:
            while True:
                timeout = _GATHER_SECONDS if sending.waits else None
                done, _ = await asyncio.wait(
                    {read, self._stop_wait}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
                )
                if read in done:
                    return read.result()
                if done:
                    return b""
                await sending.flush()
        finally:
            read.cancel()


class _Sending:
    """The batches of one connection."""

    def __init__(self, intake: Intake, sender: Sender, peer: str, stopping: asyncio.Event) -> None:
        self._intake = intake
        self._sender = sender
        self._peer = peer
        self._stopping = stopping
        # The same line twice is two events: what a stream carries is known by the stream and its place in it.
        self._stream = secrets.token_hex(8)
        self._batch = 0
        self._frames: list[bytes] = []
        self._size = 0
        self._on_the_way: set[asyncio.Task[None]] = set()
        self.ended = False

    @property
    def waits(self) -> bool:
        return bool(self._frames)

    async def add(self, frames: list[bytes]) -> None:
        self._frames += frames
        self._size += sum(map(len, frames))
        if self._size >= _BATCH_BYTES or len(self._frames) >= _BATCH_FRAMES:
            await self.flush()

    async def flush(self) -> None:
        """Send what waits; return when there is room for more."""
        if not self._frames:
            return
        frames, self._frames, self._size = self._frames, [], 0
        self._batch += 1
        task = asyncio.create_task(self._deliver(frames, f"{self._stream}/{self._batch}"))
        self._on_the_way.add(task)
        task.add_done_callback(self._on_the_way.discard)
        while len(self._on_the_way) >= _AHEAD:
            await asyncio.wait(self._on_the_way, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Send what waits and return when all of it is durable."""
        await self.flush()
        if self._on_the_way:
            await asyncio.gather(*self._on_the_way)

    async def _deliver(self, frames: list[bytes], salt: str) -> None:
        raw = b"\n".join(frames) + b"\n"

        def read(_: bytes, received: datetime) -> tuple[str, Parsed]:
            return "syslog", read_syslog(frames, received=received)

        while True:
            sender = (await self._intake.senders.all()).by_id.get(self._sender.source_id)
            if sender is None:  # switched off since
                self.ended = True
                return
            try:
                async with self._intake.known.hold(2 * len(raw)):
                    await self._intake.take_in(sender, raw, read, limit=None, peer=self._peer, salt=salt)
                return
            except Exhausted:
                continue
            except TurnedAway as away:
                if not away.retry_after:
                    return
                await self._pause(away.retry_after)

    async def _pause(self, seconds: int) -> None:
        # While we stop there is little time left to try again in.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1 if self._stopping.is_set() else seconds):
                await self._stopping.wait()
        if self._stopping.is_set():
            await asyncio.sleep(0.5)


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Let the system find out when a sender is gone without a word."""
    one = writer.get_extra_info("socket")
    if one is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)
