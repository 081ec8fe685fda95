"""Bodies as agents compress them: zlib, gzip or not at all. The bytes tell; headers of agents do not."""

from __future__ import annotations

import zlib
from typing import Final

from tenken.common.refusals import Invalid

_GZIP: Final = b"\x1f\x8b"
_WINDOW: Final = {"zlib": zlib.MAX_WBITS, "gzip": 16 + zlib.MAX_WBITS}


class TooLarge(Invalid):
    """A body beyond the limit, as it came or inflated (413)."""

    status = 413


def inflate(body: bytes, *, limit: int) -> tuple[bytes, str]:
    """Return *body* inflated and how it was compressed: 'zlib', 'gzip' or ''.

    At most *limit* bytes are ever inflated. ``TooLarge`` beyond it; ``Invalid`` for a stream that is damaged, cut short
    or followed by something else.
    """
    how = _compression(body)
    inflated = _inflated(body, _WINDOW[how], limit) if how else body
    if len(inflated) > limit:
        raise TooLarge(f"データが大きすぎます（展開後{limit:,}バイトまで）。")
    return inflated, how


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


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    pieces: list[bytes] = []
    left = limit + 1
    try:
        while body and left > 0:
            stream = zlib.decompressobj(window)
            piece = stream.decompress(body, left)
            pieces.append(piece)
            left -= len(piece)
            if left > 0 and not stream.eof:
                raise Invalid("圧縮されたデータが途中で切れています。")
            # A gzip file may have several members, and be padded with zeros.
            body = stream.unused_data.lstrip(b"\0") if window != zlib.MAX_WBITS else stream.unused_data
            if body and (window == zlib.MAX_WBITS or not body.startswith(_GZIP)):
                raise Invalid("圧縮されたデータの後に余分なデータがあります。")
    except zlib.error:
        raise Invalid("圧縮されたデータが壊れています。") from None
    return b"".join(pieces)
