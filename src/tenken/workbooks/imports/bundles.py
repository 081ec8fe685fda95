"""Zip archives of forms: opened with limits, packed without."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.conf import settings

from tenken.common.refusals import Invalid
from tenken.files.kinds import EXCEL, Kind

MAX_FORMS: Final = 1_000
MAX_TOTAL: Final = 300 * 1024 * 1024
MAX_RATIO: Final = 20  # a workbook is compressed already
_RATIO_COUNTS_FROM: Final = 8 * 1024 * 1024
_BROKEN = "ZIPファイルが壊れているため読み取れません。もう一度まとめて送ってください。"
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_PASSED_OVER: Final = ("~$", ".", "thumbs.db", "desktop.ini")  # what computers leave beside the files


@dataclass(frozen=True)
class BundledFile:
    """A file of an archive. ``data`` is None for what is no workbook, with the reason in ``refused``."""

    name: str
    data: bytes | None
    refused: str = ""


def check_bundle(stream: BinaryIO) -> None:
    """Raise ``Invalid`` unless *stream* is a zip of a bearable number of files. Each file is counted when it is read."""
    stream.seek(0)
    with _opened(stream) as archive:
        if len(archive.infolist()) > 2 * MAX_FORMS:
            raise Invalid(f"ZIPの中のファイルが多すぎます（{MAX_FORMS:,}個まで）。")
        if any(part.flag_bits & 0x1 for part in archive.infolist()):
            raise Invalid("パスワードで保護されたZIPです。パスワードを外して送ってください。")


ZIP: Final = Kind("ZIP", ("zip",), "application/zip", check_bundle)
FORM_KINDS: Final = (EXCEL, ZIP)


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return *files* (name, content) as one archive; workbooks are compressed already, so they are only stored."""
    out = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(_free(name, taken), (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{stem}_{number}{dot}{ending}"
    taken.add(free)
    return free


def unpack(stream: BinaryIO) -> Iterator[BundledFile]:
    """Yield the files of an archive, those that programs leave behind passed over. ``Invalid`` for bombs and damage."""
    size = stream.seek(0, 2)
    total = count = 0
    with _opened(stream) as archive:
        for part in archive.infolist():
            name = _name(part)
            last = name.rpartition("/")[2]
            if part.is_dir() or name.lower().startswith("__macosx/") or last.lower().startswith(_PASSED_OVER):
                continue
            count += 1
            if count > MAX_FORMS:
                raise Invalid(f"ZIPの中のファイルが多すぎます（{MAX_FORMS:,}個まで）。")
            if not last.lower().endswith(".xlsx"):
                yield BundledFile(last, None, "Excel形式（.xlsx）ではありません。")
                continue
            data = _read(archive, part)
            if data is None:
                limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
                yield BundledFile(last, None, f"大きすぎます（{limit}MBまで）。")
                continue
            total += len(data)
            if total > MAX_TOTAL or (total > _RATIO_COUNTS_FROM and total > size * MAX_RATIO):
                raise Invalid("展開すると大きすぎるZIPです。分けて送ってください。")
            yield BundledFile(last, data)


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise Invalid(_BROKEN) from None


def _read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes | None:
    try:
        with archive.open(part) as file:
            data = file.read(settings.MAX_UPLOAD_BYTES + 1)
    except _DAMAGE:
        raise Invalid(_BROKEN) from None
    return None if len(data) > settings.MAX_UPLOAD_BYTES else data


def _name(part: zipfile.ZipInfo) -> str:
    """Return the name as its maker wrote it: Windows writes Japanese names in CP932 without saying so."""
    if part.flag_bits & 0x800:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return part.filename
