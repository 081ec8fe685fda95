"""Bodies as agents compress them: zlib, gzip or not at all. The bytes tell; headers of agents do not."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from tenken.common.refusals import Invalid

_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 4 * 1024 * 1024
_WINDOW: Final = {"zlib": zlib.MAX_WBITS, "gzip": 16 + zlib.MAX_WBITS}


class TooLarge(Invalid):
    """A body beyond the limit, as it came or inflated (413)."""

    status = 413


def inflate(body: bytes, *, limit: int, room: Callable[[int], None] = lambda size: None) -> tuple[bytes, str]:
    """Return *body* inflated and how it was compressed: 'zlib', 'gzip' or ''.

    At most *limit* bytes are ever inflated, piece by piece; *room* hears of the size of each as it comes, and may refuse it
    by raising. ``TooLarge`` beyond the limit; ``Invalid`` for a stream that is damaged, cut short or followed by something
    else.
    """
    if how := _compression(body):
        return _inflated(body, _WINDOW[how], limit, room), how
    if len(body) > limit:
        raise _too_large(limit)
    room(len(body))
    return body, how


def deflate(body: bytes, how: str) -> bytes:
    """Return *body* compressed as ``inflate`` named it, to answer a sender in its own manner."""
    if not how:
        return body
    packer = zlib.compressobj(wbits=_WINDOW[how])
    return packer.compress(body) + packer.flush()


def _compression(body: bytes) -> str:
    if body.startswith(_GZIP):
        return "gzip"
    # A zlib header is a multiple of 31; no XML, JSON or syslog begins with "x".
    if len(body) > 1 and body[0] == 0x78 and int.from_bytes(body[:2], "big") % 31 == 0:
        return "zlib"
    return ""


def _inflated(body: bytes, window: int, limit: int, room: Callable[[int], None]) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        while body:
            stream = zlib.decompressobj(window)
            while not stream.eof:
                piece = stream.decompress(body, min(_PIECE, limit - size + 1))
                body = stream.unconsumed_tail
                if not (piece or body or stream.eof):
                    raise Invalid("圧縮されたデータが途中で切れています。")
                size += len(piece)
                if size > limit:
                    raise _too_large(limit)
                room(len(piece))
                pieces.append(piece)
            # A gzip file may have several members, and be padded with zeros.
            body = stream.unused_data.lstrip(b"\0") if window != zlib.MAX_WBITS else stream.unused_data
            if body and (window == zlib.MAX_WBITS or not body.startswith(_GZIP)):
                raise Invalid("圧縮されたデータの後に余分なデータがあります。")
    except zlib.error:
        raise Invalid("圧縮されたデータが壊れています。") from None
    return b"".join(pieces)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"データが大きすぎます（展開後{limit:,}バイトまで）。")
