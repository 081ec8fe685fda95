"""The loaded demo, lent to one file of tests at a time; what they do to it is undone at the end of the file.

Tests that use it carry django_db.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from tenken.organization.models import City
from tests.conftest import on_postgres
from tests.loaded_demo import TODAY, Told, copy_demo, postgres_demo

__all__ = ["TODAY", "Loaded"]


@dataclass(kw_only=True)
class Loaded(Told):
    """The demo as loaded on :data:`TODAY`, its city as the tests find it."""

    city: City


@pytest.fixture(scope="session")
def demo_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, Told]]:
    """This process's own copy of the demo: the database's name, the folder of its files, what was told."""
    home = tmp_path_factory.mktemp("demo")
    if on_postgres():
        with postgres_demo(os.environ["TENKEN_DATABASE_URL"], home) as (name, told):
            yield name, home, told
    else:
        told = copy_demo(home)
        yield str(home / "tenken.sqlite3"), home, told


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, demo_copy: tuple[str, Path, Told]
) -> Iterator[Loaded]:
    name, home, told = demo_copy
    with pytest.MonkeyPatch.context() as patched, django_db_blocker.unblock():
        connection.close()
        patched.setitem(connection.settings_dict, "NAME", name)
        patched.setattr(settings, "FILE_STORE", home / "files")
        with transaction.atomic():
            yield Loaded(**vars(told), city=City.objects.get(code=told.summary.city_code))
            transaction.set_rollback(True)
        connection.close()
