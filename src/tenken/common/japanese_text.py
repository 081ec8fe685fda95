"""Japanese text as people type it and as files carry it."""

from __future__ import annotations

import unicodedata

# Variants that NFKC does not join. Folded for search only; what was typed is kept.
_KANJI_VARIANTS = str.maketrans(
    "髙﨑德濵濱邊邉齋齊斎澤廣國𠮷惠眞榮嶋嶌峯曻瀨瀬禮靜藪冨",
    "高崎徳浜浜辺辺斉斉斉沢広国吉恵真栄島島峰昇瀬瀬礼静薮富",
)
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def plain_text(text: str) -> str:
    """Return *text* without what no database column takes (NUL, lone surrogates), line ends as one character, trimmed."""
    return (
        text.encode("utf-8", "ignore")
        .decode()
        .replace("\x00", "")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .strip()
    )


def half_width_digits(text: str) -> str:
    """Return *text* with full-width digits made half-width; everything else stays as typed."""
    return text.translate(_DIGITS)


def parse_count(text: str) -> int:
    """Read a whole number ≥ 0 as typed (「１，２３４」, "1,234", "12"). ``ValueError`` in Japanese otherwise."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("、", "").strip()
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 15:
        raise ValueError(f"「{text[:40]}」は数として読めません。0以上の数字を入力してください（例：123）。")
    return int(plain)


def search_key(text: str) -> str:
    """Fold *text* for searching: NFKC, case, kanji variants (髙→高, 𠮷→吉), hiragana for katakana, no blanks."""
    key = _folded(text)
    # What a removed blank kept apart may join now ("U¯" is ū): the key of a key must be itself.
    while (again := _folded(key)) != key:
        key = again
    return key


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_KANJI_VARIANTS)
    hiragana = "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in folded)
    return "".join(hiragana.split())


def cp932_problem(text: str) -> str | None:
    """Return the first character of *text* that CP932 cannot hold, or None."""
    for char in text:
        try:
            char.encode("cp932")
        except UnicodeEncodeError:
            return char
    return None
