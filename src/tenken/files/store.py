"""The bytes on disk: ``FILE_STORE/<aa>/<sha256>``, written whole or not at all. No database here."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from tenken.common.refusals import Invalid

PIECE = 1024 * 1024


def path_of(sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return Path(settings.FILE_STORE) / sha256[:2] / sha256


@contextmanager
def received(stream: Any, name: str, limit: int | None = None) -> Iterator[tuple[BinaryIO, str, int]]:
    """Write *stream* to a temporary file and give (the file, its SHA-256, its size); the file is gone afterwards.

    ``Invalid`` when it is empty or larger than *limit* (``MAX_UPLOAD_BYTES`` unless given).
    """
    most = settings.MAX_UPLOAD_BYTES if limit is None else limit
    folder = Path(settings.FILE_STORE) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=folder)  # readable by its owner alone
    os.close(descriptor)
    try:
        with open(path, "r+b") as file:
            digest, size = hashlib.sha256(), 0
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > most:
                    raise Invalid(f"「{name}」は大きすぎます（{most // (1024 * 1024)}MBまで）。")
                digest.update(piece)
                file.write(piece)
            if not size:
                raise Invalid(f"「{name}」は空のファイルです。")
            file.flush()
            os.fsync(file.fileno())
            yield file, digest.hexdigest(), size
    finally:
        Path(path).unlink(missing_ok=True)


def keep(file: BinaryIO, sha256: str) -> None:
    """Move a received file to its place. What lay there is the same, or was damaged and is mended by this."""
    target = path_of(sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock(fcntl.LOCK_SH):
        os.replace(file.name, target)
        os.utime(target)  # fresh, so that the sweeper waits for the row
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def hash_on_disk(sha256: str) -> str:
    """Return the SHA-256 of the bytes that lie under *sha256*, '' when there are none."""
    digest = hashlib.sha256()
    try:
        with open(path_of(sha256), "rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


def names_on_disk() -> Iterator[str]:
    """Yield the hash names of all files kept."""
    for folder in sorted(Path(settings.FILE_STORE).glob("[0-9a-f][0-9a-f]")):
        yield from sorted(path.name for path in folder.iterdir())


def remove_if_old(path: Path, seconds: float) -> bool:
    """Remove *path* if nothing touched it for *seconds*; nobody can put it back in place meanwhile."""
    with _lock(fcntl.LOCK_EX):
        try:
            if time.time() - path.stat().st_mtime < seconds:
                return False
            path.unlink()
        except FileNotFoundError:
            return False
    return True


def incoming() -> list[Path]:
    """Return the temporary files of uploads in progress, and of those a crash left behind."""
    folder = Path(settings.FILE_STORE) / "incoming"
    return sorted(folder.iterdir()) if folder.exists() else []


@contextmanager
def _lock(how: int) -> Iterator[None]:
    with open(Path(settings.FILE_STORE) / ".lock", "ab") as file:
        fcntl.flock(file, how)
        yield
