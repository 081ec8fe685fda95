"""Codes as people type them and as they are kept. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
_SEPARATORS = re.compile(r"[\s,、，;；]+")
_CLAUSE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
LONGEST = 40


def stable_code(text: str) -> str:
    """Return the code of a clause or an item as it is kept: 「ｓ３－１－２」 → "S3-1-2".

    ``ValueError`` in Japanese when it is none.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip().upper()
    if len(plain) > LONGEST or not _CLAUSE.fullmatch(plain):
        raise ValueError(
            f"「{text[:LONGEST]}」はコードとして読めません（英字で始まる英数字とハイフン。例：S3-1-2）。"
        )
    return plain


def name_code(text: str) -> str:
    """Return the code of a category or a document as it is kept: lower-case letters, digits, ``_`` and ``-``.

    ``ValueError`` in Japanese when it is none.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip().lower()
    if len(plain) > LONGEST or not _NAME.fullmatch(plain):
        raise ValueError(
            f"「{text[:LONGEST]}」はコードとして読めません（英字で始まる英小文字、数字、「_」「-」。例：clear_desk）。"
        )
    return plain


def split_codes(text: str) -> list[str]:
    """Return the codes in a text that separates them by 「、」, commas, blanks or lines, as typed."""
    return [part for part in _SEPARATORS.split(text.strip()) if part]


def stable_codes(texts: Iterable[str]) -> list[str]:
    """Return *texts* as codes, each once, in order. ``ValueError`` for the first that is none."""
    return list(dict.fromkeys(stable_code(text) for text in texts))
