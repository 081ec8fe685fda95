"""Bringing an installation to the present version before it serves."""

from __future__ import annotations

import hashlib
import os
from typing import Any


def keep_private() -> None:
    """From now on files are made for their owner alone: the database, stored files, seals."""
    os.umask(0o077)


def unapplied_migrations() -> int:
    """Return how many migrations the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Apply the migrations the database lacks; make the shared cache's table where one is used."""
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", verbosity=0)


def collect_static() -> bool:
    """Collect the static files when they differ from those collected last; return whether it was needed."""
    from django.conf import settings
    from django.core.management import call_command

    mark = settings.STATIC_ROOT / ".collected"
    fingerprint = _static_fingerprint()
    if mark.exists() and mark.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(fingerprint, encoding="ascii")
    return True


def _static_fingerprint() -> str:
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            digest.update(f"{path}\0{_stamp(storage, path)}\n".encode())
    return digest.hexdigest()


def _stamp(storage: Any, path: str) -> str:
    state = os.stat(storage.path(path))
    return f"{state.st_size}:{state.st_mtime_ns}"
