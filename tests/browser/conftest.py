"""A real ``tenken serve`` on a home of its own, a real Chromium, and what every page must hold.

``--pictures`` writes the README's pictures into ``docs/pictures``.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.factories import PASSWORD
from tests.loaded_demo import copy_demo
from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = 1366, 390
_ON_ITS_OWN_DAY = (sys.executable, "-m", "tests.browser.year.clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write the README's pictures")


@dataclass(frozen=True)
class Served:
    """A running installation: its address, its folder, who may sign in (by role) and by which password.

    ``database``: the PostgreSQL database it runs on, '' on SQLite in its folder.
    """

    address: str
    home: Path
    people: dict[str, str]
    password: str
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """What another program beside the server must be given to work on the same installation."""
        return _environment(self.home, self.database)


def _environment(home: Path, database: str) -> dict[str, str]:
    if not database and not (home / "tenken.sqlite3").exists():
        copy_migrated(home / "tenken.sqlite3")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TENKEN_")}
    environment |= {"TENKEN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    if database:
        environment["TENKEN_DATABASE_URL"] = database
    return environment


@contextmanager
def _database() -> Iterator[str]:
    """An empty database where the tests run on PostgreSQL, '' (SQLite in the home) otherwise."""
    address = os.environ.get("TENKEN_DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"tenken_browser_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield address.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _serving(home: Path, database: str, program: Sequence[str] = ()) -> Iterator[str]:
    """Serve *home* until the end; *program* instead of the installed ``tenken``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(program or [str(Path(sys.executable).with_name("tenken"))]),
        "serve",
        "--port",
        str(port),
        "--receive-port",
        "0",
    ]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=_environment(home, database), cwd=ROOT, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, home)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
    said = (home / "server.log").read_text("utf-8")
    assert "Traceback" not in said, said


def _wait(address: str, process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=5) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {(home / 'server.log').read_text('utf-8')}")


@pytest.fixture(scope="module")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """みどり市 of ``tests.factories`` with the default policy: two bureaus, three sections, nothing planned yet."""
    home = tmp_path_factory.mktemp("home")
    with _database() as database:
        made = subprocess.run(
            [sys.executable, "-m", "tests.browser.small_city"],
            env=_environment(home, database),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        with _serving(home, database) as address:
            yield Served(address, home, json.loads(made.stdout.splitlines()[-1]), PASSWORD, database)


@pytest.fixture(scope="module")
def city_of_march(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """みどり市 in March 2026 with the year before behind it; its server lives at the moment the walk says."""
    home = tmp_path_factory.mktemp("year")
    with _database() as database:
        made = subprocess.run(
            [sys.executable, "-m", "tests.browser.year.city"],
            env=_environment(home, database),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        with _serving(home, database, _ON_ITS_OWN_DAY) as address:
            yield Served(address, home, json.loads(made.stdout.splitlines()[-1]), PASSWORD, database)


@pytest.fixture(scope="module")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, as ``tenken demo`` loads it; its server goes on from when it was loaded."""
    home = tmp_path_factory.mktemp("demo")
    told = copy_demo(home)
    people = {
        "secretariat": "jimu01",
        "deputy": "hosa02",
        "section_manager": "kacho02",
        "bureau_manager": "kyokucho01",
        "ciso": "ciso01",
        "committee": "iinkai01",
        "auditor": "kansa01",
        "staff": "shokuin01",
    }
    with _serving(home, "", _ON_ITS_OWN_DAY) as address:
        yield Served(address, home, people, told.summary.password, "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """One person at a browser of their own, signed in as *role* ('': not yet); *browser*: options of Playwright's context.

    Errors on the console and pages that answer 500 are kept in ``said``.
    """

    def __init__(self, chromium: Any, served: Served, role: str, width: int = DESK, **browser: Any) -> None:
        self.address = served.address
        options = {"viewport": {"width": width, "height": 900}} | browser
        self.context = chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", **options)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("response", self._response)
        if role:
            self.sign_in(served.people[role], served.password)
            self.page.get_by_role("heading", name="ホーム", level=1).wait_for()

    def sign_in(self, name: str, password: str) -> None:
        """Fill in the sign-in page and send it."""
        self.go("/accounts/login/")
        self.page.get_by_label("利用者名").fill(name)
        self.page.locator("input[type=password]").fill(password)
        self.page.get_by_role("button", name="ログイン").click()

    def _console(self, message: Any) -> None:
        # Refusals (409, 422) are part of the walk; the browser and htmx note each on the console.
        refused = re.search(r"status of 4\d\d|Status Error Code 4\d\d", message.text)
        if message.type == "error" and not refused:
            self.said.append(message.text)

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.said.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        """Open an address of the installation."""
        self.page.goto(path if path.startswith("http") else self.address + path)

    def press(self, name: str) -> None:
        """Press the button or follow the link of that name: the last, for links at the top lead to forms below."""
        page = self.page
        button = page.get_by_role("main").get_by_role("button", name=name)
        button.or_(page.get_by_role("main").get_by_role("link", name=name)).last.click()
        page.wait_for_load_state()

    def sees(self, text: str) -> None:
        """Wait until the text stands on the page."""
        self.page.get_by_text(text).first.wait_for()

    def leave(self) -> None:
        """Close the browser; nothing may have gone wrong in it."""
        self.context.close()
        assert self.said == []


@pytest.fixture
def enter(chromium: Any) -> Iterator[Callable[..., Person]]:
    """Return a function (served, role[, width]) → a person signed in; all leave at the end."""
    came: list[Person] = []

    def come(served: Served, role: str, width: int = DESK) -> Person:
        came.append(Person(chromium, served, role, width))
        return came[-1]

    yield come
    for person in came:
        person.leave()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Person, str], None]:
    """Return a function that keeps what a person sees, when pictures are asked for."""

    def keep(person: Person, name: str) -> None:
        if request.config.getoption("--pictures", default=False):
            PICTURES.mkdir(parents=True, exist_ok=True)
            path = PICTURES / f"{name}.png"
            # Playwright hides the caret by an inline style, which the pages refuse.
            person.page.screenshot(path=path, caret="initial")
            assert path.stat().st_size < 400_000

    return keep


# Nothing comes back but what is wrong: the rest of a long page's account is megabytes.
_LOOK = """async () => (await axe.run({resultTypes: ['violations']})).violations.map(
    one => one.id + ': ' + JSON.stringify(one.nodes.slice(0, 5).map(node => node.target)))"""


def faults_of(page: Any, width: int) -> list[str]:
    """Return what is wrong with the page as it stands: axe's violations and content that runs out of the width."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(_LOOK)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"{wide} px wide on a screen of {width}")
    return found
