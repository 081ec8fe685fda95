"""A scanner's result as bytes: as it is, gzipped, or alone in a zip; never more of it than a bound says."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from tenken.common.refusals import Invalid

MAX_BYTES: Final = 2 * 1024 * 1024 * 1024
MAX_RATIO: Final = 200
_RATIO_COUNTS_FROM: Final = 32 * 1024 * 1024
PIECE: Final = 64 * 1024

Told = Callable[[int, int], None]
"""Is told how far the reading is: (bytes read, bytes in all), both of the file as it was sent."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_BOMS: Final = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Source:
    """The bytes of a result, unpacked. ``read`` raises ``Invalid`` past the bounds and where the packing is damaged."""

    def __init__(self, stream: Readable, file: BinaryIO, total: int, told: Told | None) -> None:
        self._stream, self._file, self._total, self._told = stream, file, total, told
        self.taken = 0

    def read(self, size: int = PIECE) -> bytes:
        try:
            piece = self._stream.read(size)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
            raise Invalid(
                f"圧縮されたファイルが壊れているか、途中で切れています（展開して{self.taken:,}バイト目まで読めました）。"
            ) from None
        self.taken += len(piece)
        at = self._file.tell()
        if self.taken > MAX_BYTES:
            raise Invalid(
                f"ファイルが大きすぎます（展開して{MAX_BYTES // 1024**3}GBまで）。分けて取り込んでください。"
            )
        if self.taken > _RATIO_COUNTS_FROM and self.taken > MAX_RATIO * max(1, at):
            raise Invalid(
                f"圧縮率が高すぎるため、展開をやめました（{MAX_RATIO}倍まで）。展開してから送ってください。"
            )
        if self._told is not None:
            self._told(min(at, self._total), self._total)
        return piece


@contextmanager
def opened(path: Path, told: Told | None = None) -> Iterator[Source]:
    """Open *path* for reading what it holds. ``Invalid`` when it is empty, or packed in a way that is not accepted."""
    with path.open("rb") as file:
        total = file.seek(0, 2)
        file.seek(0)
        first = file.read(4)
        file.seek(0)
        if not first:
            raise Invalid("空のファイルです。")
        if first.startswith(_GZIP):
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield Source(unpacked, file, total, told)
        elif first.startswith((_ZIP, _EMPTY_ZIP)) and not is_workbook(path):
            with _only_member(file) as member:
                yield Source(member, file, total, told)
        else:
            yield Source(file, file, total, told)


@contextmanager
def _only_member(file: BinaryIO) -> Iterator[Readable]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Invalid("zipファイルが壊れているか、途中で切れています。") from None
    with archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if len(members) != 1:
            raise Invalid(f"zipには結果のファイルを1つだけ入れてください（{len(members)}個あります）。")
        if members[0].flag_bits & 1:
            raise Invalid("zipがパスワードで保護されています。パスワードを外して送ってください。")
        try:
            member = archive.open(members[0])
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
            raise Invalid("zipファイルが壊れているか、途中で切れています。") from None
        with member:
            yield member


def is_workbook(path: Path) -> bool:
    """Tell whether *path* is an Excel workbook (a zip that says so of itself)."""
    try:
        with path.open("rb") as file:
            if file.read(4) != _ZIP:
                return False
            with zipfile.ZipFile(file) as archive:
                return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def beginning(path: Path, size: int) -> bytes:
    """Return up to *size* bytes of what *path* holds, unpacked."""
    with opened(path) as source:
        pieces = []
        while size > 0 and (piece := source.read(min(size, PIECE))):
            pieces.append(piece)
            size -= len(piece)
    return b"".join(pieces)


def is_packed(start: bytes) -> bool:
    """Tell whether what was unpacked is packed once more."""
    return start.startswith((_GZIP, _ZIP, _EMPTY_ZIP))


def marked_encoding(start: bytes) -> str:
    """Return the encoding that a byte order mark states, '' without one."""
    return next((name for mark, name in _BOMS if start.startswith(mark)), "")


class AsUtf8:
    """What a source holds, in UTF-8 without a mark: what Windows wrote as UTF-16 is rewritten as it is read."""

    def __init__(self, source: Source, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)() if encoding else None

    def read(self, size: int = PIECE) -> bytes:
        if self._decoder is None or size == 0:
            return self._source.read(size)
        while True:
            piece = self._source.read(size)
            try:
                text = self._decoder.decode(piece, final=not piece)
                data = text.encode()
            except UnicodeError:
                raise Invalid(
                    f"文字コードが正しくありません（{self._source.taken:,}バイト目の付近）。UTF-8で保存し直してください。"
                ) from None
            if data or not piece:
                return data


def lines(stream: Readable, longest: int) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, line) without line ends; ``Invalid`` for one of more than *longest* bytes."""
    buffered = io.BytesIO()
    number = 1
    while piece := stream.read(PIECE):
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            buffered.write(piece[start:end])
            yield number, buffered.getvalue().rstrip(b"\r")
            buffered = io.BytesIO()
            number, start = number + 1, end + 1
        buffered.write(piece[start:])
        if buffered.tell() > longest:
            raise Invalid(f"{number}行目が長すぎます（{longest // 1024**2}MBまで）。")
    if buffered.tell():
        yield number, buffered.getvalue().rstrip(b"\r")
