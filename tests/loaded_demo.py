"""The demonstration city as ``tenken demo`` loads it: made once for a state of the code, copied wherever tests want it.

Loading takes longer than any file of tests; several files look at what was loaded, the browser's at it being served.
As a program it loads the city into this process's TENKEN_HOME, on :data:`MOMENT`: with a tenth of the operations and of
the terminals' reports that a person at the demo gets.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.browser.year.clock import install, set_moment
from tests.migrated import copy_migrated

if TYPE_CHECKING:
    import psycopg

    from tenken.demo.load import DemoSummary

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "demo"
MOMENT = datetime.fromisoformat("2026-06-15T15:00+09:00")
TODAY = date(2026, 6, 15)
_OPERATIONS, _REPORTING = 2_400, 311
_TOLD = "loaded.json"
_DATABASE = "tenken.sqlite3"


@dataclass
class Told:
    """What the loading told: of the city, meanwhile, when it began and ended (in the demo's own time), and the
    processor time it took up to the operation logs (a wall clock tells of the neighbours)."""

    summary: DemoSummary
    began: datetime
    ended: datetime
    told: list[tuple[str, int, int]]
    processor_seconds: float


def copy_demo(home: Path) -> Told:
    """Fill the empty folder *home* with the demo on SQLite: database, stored files, operation logs."""
    with _kept("") as kept:
        shutil.copytree(kept, home, dirs_exist_ok=True, symlinks=True)
    return _served_from(home)


@contextmanager
def postgres_demo(address: str, home: Path) -> Iterator[tuple[str, Told]]:
    """Lend a copy of the demo on the PostgreSQL server of *address*: yield its name; its files are in *home*."""
    name = f"tenken_demo_{secrets.token_hex(4)}"
    with _kept(address) as kept:
        shutil.copytree(kept, home, dirs_exist_ok=True, symlinks=True)
        with _connected(address) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}"')
    try:
        yield name, _served_from(home)
    finally:
        with _connected(address) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def fingerprint(root: Path) -> str:
    """Return what changes when anything does that the loaded demo may depend on: the product below *root*, what it
    runs on, and how the tests load it. The content counts, not when it was written."""
    product = [path for path in (root / "src" / "tenken").rglob("*") if path.is_file()]
    loading = ("loaded_demo.py", "migrated.py", "browser/year/clock.py")
    found = hashlib.sha256()
    for path in sorted([*product, root / "requirements.lock", *(root / "tests" / name for name in loading)]):
        if "__pycache__" not in path.parts:
            content = path.read_bytes()
            found.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:16]


@cache
def _key() -> str:
    """Return the fingerprint of this run: who works on the product meanwhile changes it for the next."""
    return fingerprint(ROOT)


@contextmanager
def _kept(address: str) -> Iterator[Path]:
    """Lend the folder of the demo that is copied, made if it is not there yet, until the copy is taken."""
    kind = "postgres" if address else "sqlite"
    folder = KEPT / f"{kind}-{_key()}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{kind}.lock").open("w") as lock:  # of two workers, one makes it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists() or (address and not _stands(address)):
            for old in KEPT.glob(f"{kind}-*"):
                shutil.rmtree(old)
            _make(folder, address)
        yield folder


def _make(folder: Path, address: str) -> None:
    with tempfile.TemporaryDirectory(dir=KEPT) as place:
        home = Path(place) / "home"
        home.mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TENKEN_")}
        environment |= {"TENKEN_HOME": str(home), "PYTHONPATH": str(ROOT)}
        if address:
            with _connected(address) as server:
                _drop_templates(server)
                server.execute(f'CREATE DATABASE "{_template()}"')
            environment["TENKEN_DATABASE_URL"] = address.rpartition("/")[0] + f"/{_template()}"
        else:
            copy_migrated(home / _DATABASE)
        subprocess.run(
            [sys.executable, "-m", "tests.loaded_demo"],
            env=environment,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        if not address:
            connection = sqlite3.connect(home / _DATABASE)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        home.rename(folder)


def _served_from(home: Path) -> Told:
    """Return what is known of the demo in *home*; who serves it goes on from the moment its loading ended."""
    from tenken.demo.accounts import DemoAccount
    from tenken.demo.load import DemoSummary

    told: dict[str, Any] = json.loads((home / _TOLD).read_text("utf-8"))
    summary = told["summary"]
    accounts = [
        DemoAccount(**one | {"posts": tuple(one["posts"]), "roles": tuple(one["roles"])})
        for one in summary["accounts"]
    ]
    told["summary"] = DemoSummary(**summary | {"accounts": tuple(accounts), "today": TODAY})
    told["told"] = [tuple(step) for step in told["told"]]
    for moment in ("began", "ended"):
        told[moment] = datetime.fromisoformat(told[moment])
    set_moment(home, told["ended"])
    return Told(**told)


# --- PostgreSQL -------------------------------------------------------------------------------------------


def _connected(address: str) -> psycopg.Connection[Any]:
    import psycopg

    return psycopg.connect(address, autocommit=True)


def _prefix() -> str:
    """Return how the names of this folder's templates begin: a server may serve the tests of several."""
    return f"tenken_demo_of_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}_"


def _template() -> str:
    return _prefix() + _key()


def _stands(address: str) -> bool:
    with _connected(address) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()])
        return found.fetchone() is not None


def _drop_templates(server: psycopg.Connection[Any]) -> None:
    names = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix()])
    for (name,) in names.fetchall():
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


# --- loading ----------------------------------------------------------------------------------------------


def main() -> None:
    """Run ``tenken demo`` on TENKEN_HOME as of :data:`MOMENT` and keep beside it what it told."""
    from tenken.cli.main import main as tenken
    from tenken.common import clock

    home = Path(os.environ["TENKEN_HOME"])
    set_moment(home, MOMENT)
    install(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenken.config.settings")
    import django

    django.setup()
    from tenken.demo import load
    from tenken.demo.telemetry.terminals import inventories

    made: dict[str, Any] = {"told": [], "began": clock.now().isoformat()}
    real = load.load_demo

    def listening(progress: load.Progress, **options: Any) -> DemoSummary:
        began = time.process_time()

        def tell(*step: Any) -> None:
            if step[0] == "操作ログ" and "processor_seconds" not in made:
                made["processor_seconds"] = time.process_time() - began
            made["told"].append(step)
            progress(*step)

        summary = real(tell, **options)
        made["summary"] = asdict(summary)
        return summary

    some = mock.patch(
        "tenken.demo.telemetry.playing.inventories", lambda *asked: islice(inventories(*asked), _REPORTING)
    )
    with mock.patch.object(load, "load_demo", listening), some:
        code = tenken(["demo", "--no-serve", "--operations", str(_OPERATIONS)])
    if code:
        sys.exit(code)
    made["ended"] = clock.now().isoformat()
    (home / _TOLD).write_text(json.dumps(made, default=str, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
