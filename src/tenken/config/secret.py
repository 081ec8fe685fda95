"""The installation's secret key: made once, kept readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """Return the signing key: ``TENKEN_SECRET_KEY`` if set, else the file ``secret-key`` under *home*.

    The file is created at the first call with mode 0600; two processes starting at once agree on one key.
    """
    if key := os.environ.get("TENKEN_SECRET_KEY"):
        return key
    path = home / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key
