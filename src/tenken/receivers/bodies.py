"""Reading a request's body: bounded in size, in time, and in what all bodies together take of the memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request

from tenken.receivers.intake import TurnedAway
from tenken.receivers.limits import MB, ByteBudget, Exhausted, Hold, spread

SILENT_SECONDS: Final = 15.0
# Slower than this a body is given up: 10 seconds and one for each 32 KB.
_LEAST_SECONDS: Final = 10.0
_LEAST_BYTES_A_SECOND: Final = 32_000
_STEP: Final = 1 * MB
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


class Gone(Exception):  # noqa: N818 - nothing of ours went wrong
    """The sender hung up before its body was whole."""


@asynccontextmanager
async def held_body(request: Request, budget: ByteBudget, *, limit: int) -> AsyncIterator[bytes]:
    """Give the body as it came, and hold its bytes of *budget* until the block ends.

    ``TurnedAway``: 413 above *limit*, 408 when it comes too slowly, 415 for a compression we do not know, 503 when
    there is no room for it.
    """
    if request.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        raise TurnedAway(415, "この圧縮の形式には対応していません（gzipにしてください）。")
    declared = request.headers.get("content-length", "")
    amount = int(declared) if declared.isdecimal() else _STEP
    if amount > limit:
        raise _too_large(limit)
    try:
        async with budget.hold(amount) as held:
            yield await _read(request, held, limit)
    except Exhausted:
        raise TurnedAway(
            503, "いまは受け取れません。後で送り直してください。", retry_after=spread(20)
        ) from None


async def _read(request: Request, held: Hold, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        left = began + _LEAST_SECONDS + (size + held.amount) / _LEAST_BYTES_A_SECOND - loop.time()
        try:
            async with asyncio.timeout(min(SILENT_SECONDS, left)):
                message = await request.receive()
        except TimeoutError:
            raise TurnedAway(408, "データの届くのが遅すぎます。", close=True) from None
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        if size > held.amount:
            held.grow(max(_STEP, size - held.amount))
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


def _too_large(limit: int) -> TurnedAway:
    return TurnedAway(413, f"データが大きすぎます（{limit // MB}MBまで）。", close=True)
