"""Text as literals and patterns of ClickHouse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "'": "\\'", "\0": "\\0"})
_LIKE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def literal(text: str) -> str:
    """Return *text* as a literal."""
    return f"'{text.translate(_ESCAPES)}'"


def array(texts: Iterable[str]) -> str:
    """Return *texts* as an array of literals."""
    return f"[{', '.join(map(literal, texts))}]"


def like_escaped(text: str) -> str:
    """Return *text* as a part of a LIKE pattern that stands for itself (the pattern is made a literal afterwards)."""
    return text.translate(_LIKE)


def regex_escaped(text: str) -> str:
    """Return *text* as a part of a regular expression (re2, Hyperscan) that stands for itself."""
    return "".join(f"\\{char}" if char.isascii() and not char.isalnum() else char for char in text)
