"""Every part that is installed with Tenken stands in the notice, with its licence."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_locked_package_is_in_the_notice() -> None:
    locked = {
        _key(name)
        for name in re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M)
    }
    listed = re.findall(
        r"^\| ([A-Za-z0-9._-]+) \| (.+) \|$", (ROOT / "docs/NOTICE.md").read_text("utf-8"), re.M
    )
    noticed = {_key(name) for name, _ in listed} - {"package", "---"}
    assert noticed == locked
