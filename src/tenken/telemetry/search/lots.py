"""Drawing views by lot, so that anybody can draw again and get the same.

Each view of the period is given the SHA-256 of 「seed:time in milliseconds:payload:seq」 (decimal numbers, UTF-8); the
lowest are chosen. The store computes it over all of them; :func:`lot` is the same in Python.
"""

from __future__ import annotations

import hashlib
from typing import Final

from tenken.telemetry.search.reading import Key

LOT: Final = (
    "hex(SHA256(concat({seed:String}, ':', toString(toUnixTimestamp64Milli(ts)), ':', toString(payload), ':', "
    "toString(seq))))"
)


def lot(seed: int, key: Key) -> str:
    """Return the number a view is given by lot, as upper-case hexadecimal: the lower, the sooner chosen."""
    return hashlib.sha256(f"{seed}:{key.ms}:{key.payload}:{key.seq}".encode()).hexdigest().upper()


def in_words(seed: int, wanted: int, population: int) -> str:
    """Return in one paragraph how a sample was drawn and how to draw it again."""
    return (
        f"期間中の業務データ閲覧{population:,}件のそれぞれについて、「種:閲覧日時（1970年からのミリ秒・UTC）:"
        f"受信原本の番号:受信原本の中の順」のSHA-256を求め、値の小さい順に{wanted:,}件を選ぶ（種は{seed}）。"
        "同じ種からは、いつでも同じ結果になる。"
    )
