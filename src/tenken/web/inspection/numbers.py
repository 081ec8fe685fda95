"""Numbers that pages send back: keys, and which answer somebody had before them."""

from __future__ import annotations

from zlib import crc32

from tenken.common.refusals import Invalid


def whole_number(text: str) -> int:
    """Read a key or a version as the page wrote it. ``Invalid`` for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Invalid("画面の内容を読み取れませんでした。ページを開き直してください。")
    return int(text)


def answer_mark(version: int, verdict: str, reason: str, comment: str) -> str:
    """Return an answer's version with a checksum of what it said ("3.77073096"): so a form sent as a whole tells what was typed
    from what was only shown."""
    said = "\0".join((verdict, *(text.replace("\r\n", "\n").strip() for text in (reason, comment))))
    return f"{version}.{crc32(said.encode('utf-8', 'replace'))}"


def marked_version(mark: str) -> int:
    """Return the version in *mark*. ``Invalid`` for anything that is no mark."""
    return whole_number(mark.partition(".")[0])
