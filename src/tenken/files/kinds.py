"""Which files are kept, and whether a file is what its name says. The name alone is never believed."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from tenken.common.office_packages import check_office_package
from tenken.common.refusals import Invalid

MAX_NAME: Final = 255
_PIECE: Final = 1024 * 1024
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_SPLIT_KANA = re.compile("[\u3041-\u30ff][\u3099\u309a]")


@dataclass(frozen=True)
class Kind:
    """A kind of file: its endings, what it is served as, and the check of its content (raises ``Invalid``)."""

    label: str
    endings: tuple[str, ...]
    media_type: str
    check: Callable[[BinaryIO], None]


def clean_name(name: str) -> str:
    """Return *name* as it is kept: no folders, no control or direction characters, at most 255 characters.

    Japanese stays as typed; kana that a Mac wrote in two characters (か + ゛) become one. ``Invalid`` when nothing
    is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    joined = _SPLIT_KANA.sub(lambda match: unicodedata.normalize("NFC", match[0]), visible)
    cleaned = _FORBIDDEN.sub("_", joined).strip(" .\u3000")
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or not stem:
        raise Invalid(f"「{cleaned[:40]}」には種類を表す末尾（.pdfなど）がありません。")
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"


def kind_of(name: str, allowed: tuple[Kind, ...]) -> Kind:
    """Return the kind that *name* claims. ``Invalid`` when it is none of *allowed*."""
    ending = name.rpartition(".")[2].lower()
    for kind in allowed:
        if ending in kind.endings:
            return kind
    accepted = "、".join(f".{kind.endings[0]}" for kind in allowed)
    raise Invalid(f"「{name}」は受け付けていない種類のファイルです。受け付ける種類：{accepted}")


def _starts_with(*beginnings: bytes) -> Callable[[BinaryIO], None]:
    def check(stream: BinaryIO) -> None:
        stream.seek(0)
        if not stream.read(16).startswith(beginnings):
            raise Invalid("中身が、ファイル名の種類と違います。正しい形式で保存し直してください。")

    return check


def _office(kind: str) -> Callable[[BinaryIO], None]:
    def check(stream: BinaryIO) -> None:
        check_office_package(stream, kind)

    return check


def _check_plain(stream: BinaryIO) -> None:
    """Refuse what is plainly no text: a program, a picture, an archive under another name."""
    stream.seek(0)
    start = stream.read(512)
    if start.startswith(
        (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff")
    ):
        raise Invalid("中身が、ファイル名の種類と違います。正しい形式で保存し直してください。")


def _check_text(stream: BinaryIO) -> None:
    for encoding in ("utf-8-sig", "cp932"):
        if _decodes(stream, encoding):
            return
    raise Invalid(
        "文字のファイルとして読み取れません（文字コードはUTF-8かCP932（シフトJIS）にしてください）。"
    )


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := stream.read(_PIECE):
            if b"\0" in piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_XML_FORMATS = "application/vnd.openxmlformats-officedocument"

PDF = Kind("PDF", ("pdf",), "application/pdf", _starts_with(b"%PDF-"))
PNG = Kind("画像（PNG）", ("png",), "image/png", _starts_with(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
JPEG = Kind("画像（JPEG）", ("jpg", "jpeg"), "image/jpeg", _starts_with(b"\xff\xd8\xff"))
EXCEL = Kind("Excel", ("xlsx",), f"{_XML_FORMATS}.spreadsheetml.sheet", _office("xlsx"))
WORD = Kind("Word", ("docx",), f"{_XML_FORMATS}.wordprocessingml.document", _office("docx"))
CSV = Kind("CSV", ("csv",), "text/csv", _check_text)
TEXT = Kind("テキスト", ("txt",), "text/plain", _check_text)

CSV_OF_ANY_ENCODING = Kind("CSV", ("csv", "tsv", "txt"), "text/csv", _check_plain)
XML = Kind("XML", ("xml", "nessus"), "application/xml", _check_plain)
JSON = Kind("JSON", ("json", "jsonl", "ndjson", "sarif"), "application/json", _check_plain)
GZIP = Kind("gzip", ("gz",), "application/gzip", _starts_with(b"\x1f\x8b"))
ZIPPED = Kind("ZIP", ("zip",), "application/zip", _starts_with(b"PK\x03\x04"))

DOCUMENT_KINDS: Final = (PDF, WORD, EXCEL, CSV, TEXT, PNG, JPEG)
TABLE_KINDS: Final = (EXCEL, CSV)
# What scanners write. Its reader says what is wrong inside; nothing of it is ever opened in a browser.
SCAN_KINDS: Final = (XML, JSON, CSV_OF_ANY_ENCODING, EXCEL, GZIP, ZIPPED)
