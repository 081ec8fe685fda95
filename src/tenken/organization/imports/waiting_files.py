"""Files between their difference and the word to write it: a few per person, outside the web root, for a day."""

from __future__ import annotations

import os
import re
import secrets
import time
from pathlib import Path

from django.conf import settings

from tenken.common.refusals import Missing
from tenken.organization.access import Principal

_KEPT_SECONDS = 24 * 60 * 60
_MOST_KEPT = 4
_TOKEN = re.compile(r"[0-9a-f]{32}")


def keep(*, by: Principal, name: str, content: bytes) -> str:
    """Keep a file for the person and return the token to take it by; of what they left waiting, the newest stay."""
    waiting = []
    for old in _folder().iterdir():
        if _is_old(old):
            old.unlink(missing_ok=True)
        elif old.name.startswith(f"{by.city_id}-{by.person_id}-"):
            waiting.append(old)
    for old in sorted(waiting, key=_age)[_MOST_KEPT - 1 :]:
        old.unlink(missing_ok=True)
    token = secrets.token_hex(16)
    path = _path(by, token)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(name.encode("utf-8", "replace")[:1000].replace(b"\n", b" ") + b"\n" + content)
    return token


def take(*, by: Principal, token: str) -> tuple[str, bytes]:
    """Return the name and content kept under *token* for this person. ``Missing`` when there is none any more."""
    path = _path(by, token) if _TOKEN.fullmatch(token) else None
    if path is None or not path.exists() or _is_old(path):
        raise Missing("取り込むファイルの預かり期限が切れました。もう一度ファイルを選んでください。")
    name, _, content = path.read_bytes().partition(b"\n")
    return name.decode("utf-8", "replace"), content


def drop(*, by: Principal, token: str) -> None:
    """Forget the file kept under *token*."""
    if _TOKEN.fullmatch(token):
        _path(by, token).unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.HOME / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _path(by: Principal, token: str) -> Path:
    return _folder() / f"{by.city_id}-{by.person_id}-{token}"


def _age(path: Path) -> float:
    """Return how many seconds ago the file came; one that is gone is as old as can be."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _is_old(path: Path) -> bool:
    return _age(path) > _KEPT_SECONDS
