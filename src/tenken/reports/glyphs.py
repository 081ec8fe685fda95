"""Which characters the papers' font can show. PDF/A forbids a character without a shape; cities have their own (外字).

A character the font lacks is printed as 〓, as printers in Japan do with a missing type.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

GETA = "〓"
_INVISIBLE = frozenset("\t\n\r\u200b\u200c\u200d\ufeff") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def printable(text: str) -> str:
    """Return *text* with every character the font cannot show replaced by 〓."""
    shown = _coverage()
    return "".join(
        char if ord(char) < 0x80 or char in _INVISIBLE or ord(char) in shown else GETA for char in text
    )


@lru_cache(maxsize=1)
def _coverage() -> frozenset[int]:
    import noto_cjk_sans_jp_regular as regular

    return frozenset(read_coverage(Path(str(regular.FONT_PATH)).read_bytes()))


def read_coverage(font: bytes) -> set[int]:
    """Return the code points of an OpenType font's full Unicode table (cmap format 12).

    ``ValueError`` when it has none. Format: OpenType 1.9, "cmap — Character to Glyph Index Mapping Table".
    """
    count = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(count))
    start = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
    if start is None:
        raise ValueError("the font has no cmap")
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        _, _, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        table = start + offset
        if struct.unpack_from(">H", font, table)[0] == 12:
            groups = struct.unpack_from(">I", font, table + 12)[0]
            return {
                code
                for group in range(groups)
                for first, last, _ in [struct.unpack_from(">III", font, table + 16 + 12 * group)]
                for code in range(first, last + 1)
            }
    raise ValueError("the font has no cmap of format 12")
