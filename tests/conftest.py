"""Fixtures of every test, and what a test that cannot run here comes to.

State lives in a folder of the run's own. The database is an SQLite file there, or PostgreSQL when
``TENKEN_DATABASE_URL`` names one. With ``TENKEN_NO_SKIP=1`` (as CI runs) a skipped test is a failure.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.migrated import copy_migrated

# A machine busy with other tests is slow at random; what is found is the same.
hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")

# pytest-django may have read the settings before this file: the environment serves the programs that tests start,
# the settings are moved besides.
_HOME = Path(tempfile.mkdtemp(prefix="tenken-test-")).resolve()
os.environ["TENKEN_HOME"] = str(_HOME)
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    settings.HOME = _HOME
    settings.FILE_STORE = _HOME / "files"
    settings.EVENT_STORE = _HOME / "events"
    settings.ARCHIVE_FOLDER = _HOME / "archive"
    if settings.CLICKHOUSE_URL:
        settings.CLICKHOUSE_URL = os.environ["TENKEN_CLICKHOUSE_URL"] = own_database(settings.CLICKHOUSE_URL)
    settings.STATIC_ROOT = _HOME / "static"
    settings.STATIC_ROOT.mkdir()  # WhiteNoise warns when it is not there
    settings.EMAIL_FILE_PATH = _HOME / "mail"
    # The cheap one to write with; a loaded demo was written with the product's.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    database = settings.DATABASES["default"]
    if not on_postgres():
        database["NAME"] = str(_HOME / "tenken.sqlite3")
        database["TEST"]["NAME"] = str(_HOME / "test.sqlite3")
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


def own_database(url: str) -> str:
    """Make a database of this process's own on a ClickHouse server; return the address that names it."""
    import clickhouse_connect

    name = f"tenken_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    client = clickhouse_connect.get_client(dsn=url)
    client.command(f"CREATE DATABASE {name}")
    atexit.register(client.command, f"DROP DATABASE IF EXISTS {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def on_postgres() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


# --- tests that need what may be missing -----------------------------------------------------------------


def _no_browser() -> str:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "playwright is not installed"
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if path.exists() or any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return ""
    return "no Chromium: playwright install chromium"


def _no_postgres() -> str:
    return "" if on_postgres() else "TENKEN_DATABASE_URL names no PostgreSQL server"


def _no_programs() -> str:
    missing = [name for name in ("pdftotext", "pdftoppm", "nmap") if shutil.which(name) is None]
    if not any(shutil.which(name) for name in ("soffice", "libreoffice")):
        missing.append("LibreOffice")
    return f"missing programs: {', '.join(missing)}" if missing else ""


def _no_spark() -> str:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (requirements-spark.lock)"
    return "" if shutil.which("java") else "no Java"


def _no_agents() -> str:
    from tests.receivers.agents import missing

    gone = missing()
    return f"missing agents: {', '.join(gone)}" if gone else ""


def _no_device_tools() -> str:
    programs = ("usbguard-rule-parser", "udevadm", "unshare", "xmllint")
    gone = [name for name in programs if shutil.which(name) is None]
    return f"missing programs: {', '.join(gone)} (usbguard, udev, util-linux, libxml2-utils)" if gone else ""


_NEEDS: dict[str, Callable[[], str]] = {
    "device_tools": _no_device_tools,
    "agents": _no_agents,
    "spark": _no_spark,
    "browser": _no_browser,
    "postgres": _no_postgres,
    "programs": _no_programs,
}


# Files that take minutes; a worker that begins one last is waited for.
_LONGEST = ("tests/browser/", "tests/web/access/")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Skip what cannot run here; begin with what takes longest, after pytest-django has put them in its order."""
    for marker, missing in _NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and (reason := missing()):
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{marker}: {reason}"))
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


def _refuse_skip(report: Any) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("TENKEN_NO_SKIP") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and TENKEN_NO_SKIP=1: {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Close the connections of a browser test while its browser's loop runs: beside a loop Django keeps a set of its
    own, which nobody would close later, and PostgreSQL would not let go of the test database. The set outlives the loop
    it was opened beside, so that any later browser test of the process finds it."""
    if item.get_closest_marker("browser"):
        with mock.patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}):
            connections.close_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


# --- the database -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the test database stands before Django asks for it, and goes with the run's folder."""
    return not on_postgres()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    if not on_postgres():
        copy_migrated(Path(settings.DATABASES["default"]["TEST"]["NAME"]))


# --- fixtures ---------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _forget_kept_trees() -> Iterator[None]:
    """Trees are kept in memory by city and version; a test's rollback gives both to the next test again."""
    yield
    if access := sys.modules.get("tenken.organization.access"):
        access._root_units.cache_clear()
        sys.modules["tenken.organization.tree"]._tree.cache_clear()
    if directory := sys.modules.get("tenken.organization.directory"):
        directory._directory.cache_clear()


@pytest.fixture
def scenario(db: None) -> Any:
    """みどり市, see ``tests.factories.Scenario``."""
    from tests.factories import make_scenario

    return make_scenario()


@pytest.fixture
def client_for(db: None) -> Callable[[Any], Client]:
    """Return a function: person → a client signed in as they are."""

    def signed_in(person: Any) -> Client:
        client = Client()
        client.force_login(person.account, backend="tenken.organization.authentication.AccountBackend")
        return client

    return signed_in
