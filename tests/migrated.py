"""A migrated SQLite database: made once for a set of migrations, copied wherever tests want an empty one.

Migrating from nothing takes longer than most files of tests take, and a run wants some eight databases.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "migrated"


def copy_migrated(target: Path) -> None:
    """Write a migrated, empty database to *target* (no file there yet)."""
    shutil.copyfile(_migrated(), target)


@cache
def _migrated() -> Path:
    path = KEPT / f"{_fingerprint()}.sqlite3"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:  # of two workers, one makes it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in KEPT.glob("*.sqlite3"):
                old.unlink()
            _make(path)
    return path


def _fingerprint() -> str:
    """Return what changes when a migration does: ours, and the packages that bring theirs."""
    found = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for file in sorted((ROOT / "src" / "tenken").glob("*/migrations/*.py")):
        found.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return found.hexdigest()[:24]


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TENKEN_")}
        command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(
            [*command, "--settings", "tenken.config.settings"],
            env=environment | {"TENKEN_HOME": home},
            check=True,
        )
        made = Path(home) / "tenken.sqlite3"
        connection = sqlite3.connect(made)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.move(made, path)
