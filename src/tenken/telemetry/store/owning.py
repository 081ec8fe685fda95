"""Whose folder it is: a lock that the kernel drops with the process, so that one killed leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tenken.telemetry.store.errors import OWNED, StoreUnavailable, told


class FolderLock:
    """Held from construction to ``release``. The folder is made when it is missing.

    ``StoreUnavailable`` when another holds it or the disk cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(folder.with_name(f"{folder.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise told(error, writing=True) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreUnavailable(OWNED.format(place=folder)) from error

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
