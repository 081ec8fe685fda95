"""The demo kept between tests hides no change: any content it may depend on is in its key, the time of writing is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.loaded_demo import fingerprint

FILES = (
    "requirements.lock",
    "src/tenken/demo/load.py",
    "src/tenken/demo/data/figures.yaml",
    "src/tenken/organization/migrations/0001_initial.py",
    "src/tenken/policy/rules.csv",
    "tests/loaded_demo.py",
    "tests/migrated.py",
    "tests/browser/year/clock.py",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_other_content_is_another_key_and_the_same_again_is_the_same(root: Path, name: str) -> None:
    before = fingerprint(root)
    (root / name).write_text("other", "utf-8")
    assert fingerprint(root) != before
    (root / name).write_text(name, "utf-8")
    os.utime(root / name, (0, 0))
    assert fingerprint(root) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new.py").write_text("", "utf-8"),
        lambda folder: (folder / "load.py").rename(folder / "loading.py"),
        lambda folder: (folder / "load.py").unlink(),
    ],
    ids=["added", "renamed", "gone"],
)
def test_a_file_more_or_less_or_of_another_name_is_another_key(
    root: Path, change: Callable[[Path], object]
) -> None:
    before = fingerprint(root)
    change(root / "src/tenken/demo")
    assert fingerprint(root) != before


def test_what_python_compiled_is_no_change(root: Path) -> None:
    before = fingerprint(root)
    (root / "src/tenken/demo/__pycache__").mkdir()
    (root / "src/tenken/demo/__pycache__/load.cpython-311.pyc").write_bytes(b"compiled")
    assert fingerprint(root) == before
