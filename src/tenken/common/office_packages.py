"""Word and Excel files looked at before anything opens them: the right kind, no macros, no bombs.

The parts are inflated piece by piece and counted, whatever the directory of the archive claims; no XML is parsed.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from tenken.common.refusals import Invalid

MAIN_PARTS: Final = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
MAX_PARTS: Final = 5_000
MAX_INFLATED: Final = 300 * 1024 * 1024
MAX_RATIO: Final = 150
_RATIO_COUNTS_FROM: Final = 8 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_LONGEST_TAG: Final = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = "ファイルが壊れているため読み取れません。開けることを確かめて、保存し直してください。"

Visitor = Callable[[str, bytes], None]
"""Is shown each XML part in pieces that never end inside a tag: (name of the part, the piece)."""


def check_office_package(stream: BinaryIO, kind: str, visit: Visitor | None = None) -> None:
    """Raise ``Invalid`` unless *stream* (seekable) holds a plain document of *kind* ("xlsx" or "docx").

    Refused: another kind, a password, macros, embedded programs, document type declarations (entity bombs), more
    than 300 MB inflated or 150 times the file's size, a damaged archive. *visit* sees all parts of an accepted size.
    """
    stream.seek(0)
    if stream.read(8) == _OLE:
        raise Invalid(
            "パスワードで保護されているか、古い形式（97-2003）のファイルです。"
            "パスワードを外し、今の形式（.xlsx、.docx）で保存し直してください。"
        )
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            size = stream.seek(0, 2)
            _check_names(archive, kind)
            inflated = 0
            for part in archive.infolist():
                inflated = _check_part(stream, part, inflated, size, visit)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise Invalid(_UNREADABLE) from None


def _check_names(archive: zipfile.ZipFile, kind: str) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MAX_PARTS or len(names) != len(parts) or archive.comment:
        raise Invalid(_UNREADABLE)
    if "[Content_Types].xml" not in names or MAIN_PARTS[kind] not in names:
        raise Invalid(f"中身が.{kind}のファイルではありません。正しい形式で保存し直してください。")
    lower = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in lower):
        raise Invalid("マクロを含むファイルは受け付けません。マクロのない形式で保存し直してください。")
    if any(("/embeddings/" in name and name.endswith(".bin")) or "/activex/" in name for name in lower):
        raise Invalid("別のファイルやプログラムが埋め込まれています。取り除いて保存し直してください。")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Invalid("パスワードで保護されています。パスワードを外して保存し直してください。")


def _check_part(
    stream: BinaryIO, part: zipfile.ZipInfo, inflated: int, size: int, visit: Visitor | None
) -> int:
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    carried = b""
    for piece in _inflate(stream, part):
        inflated += len(piece)
        if inflated > MAX_INFLATED or (inflated > _RATIO_COUNTS_FROM and inflated > size * MAX_RATIO):
            raise Invalid("展開すると大きすぎるファイルです。内容を分けて保存し直してください。")
        whole, carried = _up_to_last_tag(carried + piece)
        _look_at(part.filename, whole, is_xml, visit)
    _look_at(part.filename, carried, is_xml, visit)
    return inflated


def _up_to_last_tag(data: bytes) -> tuple[bytes, bytes]:
    cut = data.rfind(b"<", max(0, len(data) - _LONGEST_TAG))
    return (data, b"") if cut < 0 else (data[:cut], data[cut:])


def _look_at(name: str, piece: bytes, is_xml: bool, visit: Visitor | None) -> None:
    if is_xml and (b"\0" in piece or b"<!DOCTYPE" in piece or b"<!ENTITY" in piece):
        raise Invalid(_UNREADABLE)
    if visit is not None and piece:
        visit(name, piece)


def _inflate(stream: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what the part really holds, up to its compressed end; the sizes in the directory are not believed."""
    stream.seek(part.header_offset)
    header = stream.read(30)
    if len(header) != 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    stream.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    inflater = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    if inflater is None and part.compress_type != zipfile.ZIP_STORED:
        raise NotImplementedError
    while left > 0:
        data = stream.read(min(_PIECE, left))
        if not data:
            raise EOFError
        left -= len(data)
        if inflater is None:
            yield data
            continue
        while data and not inflater.eof:
            yield inflater.decompress(data, _PIECE)
            data = inflater.unconsumed_tail
    if inflater is not None:
        while not inflater.eof and (tail := inflater.decompress(inflater.unconsumed_tail, _PIECE)):
            yield tail
