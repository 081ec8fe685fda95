"""The boards of terminals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import Scenario
from tests.telemetry.device_control.makers import NOON, TODAY, make_terminal, report

from tenken.telemetry.models import Terminal
from tenken.telemetry.store import Store
from tenken.web.telemetry.room import room_nav

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
ROOT = "/terminals/"
BOARD = f"{ROOT}board/"


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secretariat(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["secretariat"])


@pytest.fixture
def manager(scenario: Scenario, client_for: Any) -> Client:
    return client_for(scenario.people["section_manager"])


@pytest.fixture
def terminals(scenario: Scenario) -> None:
    fine = {"last_seen": NOON, "antivirus": "AV", "antivirus_updated_on": TODAY, "patched_on": TODAY}
    make_terminal(scenario.section_a1, "PC-1", first_seen=NOON, **fine)
    make_terminal(scenario.section_a1, "PC-2", **(fine | {"last_seen": NOON - timedelta(days=40)}))
    make_terminal(scenario.section_a1, "PC-3", **(fine | {"patched_on": date(2026, 1, 1)}))
    make_terminal(scenario.section_b1, "PC-4", **fine)


@pytest.mark.parametrize(
    "page", ["board/counts/", "list/", "list/new/", "alerts/", "rules/", "rules/lists/", "sources/"]
)
def test_the_way_to_each_page_begins_with_the_room(
    secretariat: Client, page: str, event_store: Store
) -> None:
    shown = secretariat.get(f"{ROOT}{page}").content.decode()
    way = shown.partition('<nav class="breadcrumbs"')[2].partition("</nav>")[0]
    steps = re.findall(r"<li[^>]*>(.*?)</li>", way)
    assert steps[:2] == ['<a href="/">ホーム</a>', f'<a href="{ROOT}">端末と操作ログ</a>']
    assert len(steps) > 2
    assert way.count("端末と操作ログ") == 1


def test_the_room_itself_is_the_last_step_of_its_way(secretariat: Client, event_store: Store) -> None:
    assert secretariat.get(ROOT).content.decode().count('<li aria-current="page">端末と操作ログ</li>') == 1


def test_the_map_shows_sections_under_their_bureaus_and_each_sees_their_own(
    terminals: None, secretariat: Client, manager: Client, scenario: Scenario, event_store: Store
) -> None:
    shown = secretariat.get(ROOT).content.decode()
    assert "まちづくり局" in shown
    assert "保険課" in shown
    assert "途絶・受信なし 1" in shown
    assert "更新が古い 1" in shown
    own = manager.get(ROOT).content.decode()
    assert "企画課" in own
    assert "保険課" not in own
    part = secretariat.get(f"{BOARD}map/").content.decode()
    assert part.startswith('<div id="live-map"')
    careful = secretariat.get(ROOT, {"show": "attention"}).content.decode()
    assert "企画課" in careful
    assert "保険課" not in careful
    assert "board/map/?show=attention" in careful


def test_each_number_of_the_map_opens_as_many_terminals(
    terminals: None, secretariat: Client, scenario: Scenario, event_store: Store
) -> None:
    make_terminal(scenario.section_a1, "PC-5", last_seen=None)
    Terminal.objects.create(city=scenario.city, number="PC-6", registered_on=TODAY, last_seen=NOON)
    shown = secretariat.get(ROOT)
    for figure in shown.context["figures"][:-1]:
        behind = secretariat.get(figure["url"]).context["table"]
        assert f"{len(behind.rows)}" == figure["number"], figure
    tiles = re.findall(r'<a href="(/terminals/list/\?unit=[^"]+)">[^<]* (\d+)台</a>', shown.content.decode())
    assert len(tiles) == 2
    for url, number in tiles:
        assert len(secretariat.get(unescape(url)).context["table"].rows) == int(number)
    assert secretariat.get(ROOT, {"export": "csv"}).status_code == 200


def test_a_section_opens_to_its_terminals(
    terminals: None, secretariat: Client, manager: Client, scenario: Scenario, event_store: Store
) -> None:
    page = f"{BOARD}sections/{scenario.section_a1.pk}/"
    shown = manager.get(page).content.decode()
    assert [code for code in ("fine", "silent", "outdated") if f'data-status="{code}"' in shown] == [
        "fine",
        "silent",
        "outdated",
    ]
    assert manager.get(f"{BOARD}sections/{scenario.section_b1.pk}/").status_code == 404
    assert secretariat.get(f"{BOARD}sections/{scenario.bureau_a.pk}/").status_code == 200
    assert manager.get(page, {"export": "excel"}).status_code == 200


def test_counts_are_those_of_the_sections_in_sight_with_the_period_before(
    scenario: Scenario, secretariat: Client, manager: Client, event_store: Store
) -> None:
    a1, b1 = scenario.section_a1.code, scenario.section_b1.code
    report(
        event_store,
        scenario,
        {"op": "print", "section": a1, "pages": 12, "device": "PC-1"},
        {"op": "print", "section": a1, "pages": 5, "ts": NOON - timedelta(days=40)},
        {"op": "logon", "section": a1, "off_hours": 1},
        {"op": "device_connect", "section": b1},
        {"op": "device_connect", "section": b1, "disposition": "blocked"},
        {"op": "file_copy", "section": b1, "drive": "removable", "size": 3_000_000},
    )
    rows = {row.code: row for row in secretariat.get(f"{BOARD}counts/").context["table"].data.data}
    assert (rows[a1].now.printed, rows[a1].before.printed, rows[a1].now.off_hours) == (12, 5, 1)
    assert (rows[b1].now.connects, rows[b1].now.blocks, rows[b1].now.copied) == (1, 1, 3_000_000)
    assert "保険課" not in manager.get(f"{BOARD}counts/").content.decode()
    day = secretariat.get(f"{BOARD}counts/", {"first": "2026-11-20", "last": "2026-11-20", "of": "printed"})
    assert [row[4] for row in day.context["days"]] == ["12"]
    for kind in ("sections", "days"):
        assert b"<svg" in secretariat.get(f"{BOARD}counts/printed/{kind}.svg").content
    assert secretariat.get(f"{BOARD}counts/spoons/days.svg").status_code == 404
    for table in ("sections", "days"):
        assert secretariat.get(f"{BOARD}counts/", {"export": "csv", "table": table}).status_code == 200


def test_who_has_most_to_say(
    scenario: Scenario, secretariat: Client, manager: Client, event_store: Store
) -> None:
    a1, b1 = scenario.section_a1.code, scenario.section_b1.code
    number = scenario.people["staff"].number
    report(
        event_store,
        scenario,
        *({"op": "logon", "section": a1, "device": "PC-1", "person": number} for _ in range(3)),
        {"op": "web_upload", "section": b1, "device": "PC-9", "bytes_out": 9_000_000},
    )
    page = f"{BOARD}talkers/"
    tables = secretariat.get(page).context["tables"]
    assert [(row.key, row.events) for row in tables["loud"].data.data] == [("PC-1", 3), ("PC-9", 1)]
    assert [(row.key, row.sent) for row in tables["senders"].data.data] == [("PC-9", 9_000_000)]
    assert [(row.key, row.name) for row in tables["people"].data.data] == [
        (number, scenario.people["staff"].name)
    ]
    assert "PC-9" not in manager.get(page).content.decode()
    assert "device=PC-9" in secretariat.get(page).content.decode()
    assert "device=PC-1" not in manager.get(page).content.decode()  # who may not search is not sent there
    sent = secretariat.get(page, {"export": "csv", "table": "senders"}).content.decode("cp932")
    assert sent.splitlines()[1].endswith(",9.0")
    assert secretariat.get(page, {"export": "csv", "table": "people"}).status_code == 200
    assert secretariat.get(page, {"export": "csv", "table": "spoons"}).status_code == 404


def test_what_changed_since_last_week(
    terminals: None, scenario: Scenario, secretariat: Client, event_store: Store
) -> None:
    a1 = scenario.section_a1.code
    stick = {"op": "device_connect", "section": a1, "vendor_id": "0411", "product_id": "01e8"}
    report(
        event_store,
        scenario,
        {"op": "logon", "section": a1, "device": "PC-2", "ts": NOON - timedelta(days=9)},
        {"op": "logon", "section": a1, "device": "PC-1"},
        stick | {"device_serial": "OLD", "ts": NOON - timedelta(days=30)},
        stick | {"device_serial": "OLD"},
        stick | {"device_serial": "NEW", "device": "PC-1", "device_approved": 2},
        {"op": "screen_capture", "section": a1, "device": "PC-1"},
    )
    tables = dict(secretariat.get(f"{BOARD}changes/").context["tables"])
    assert [row.number for row in tables["terminals"].data.data] == ["PC-1"]
    assert [row.number for row in tables["silent"].data.data] == ["PC-2"]
    assert [(row.identity, row.approved) for row in tables["devices"].data.data] == [("0411:01e8:NEW", False)]
    assert [row.op for row in tables["operations"].data.data] == ["screen_capture"]
    for name in tables:
        answer = secretariat.get(f"{BOARD}changes/", {"export": "csv", "table": name})
        assert answer.status_code == 200


def test_boards_cost_the_same_however_many_sections_and_terminals(
    scenario: Scenario, secretariat: Client, event_store: Store, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        unit = (scenario.section_a1, scenario.section_a2, scenario.section_b1)[number % 3]
        make_terminal(unit, f"PC-{number}", last_seen=NOON)
    pages = (
        (ROOT, 24),
        (f"{BOARD}map/", 22),
        (f"{BOARD}sections/{scenario.section_a1.pk}/", 30),
        (f"{BOARD}counts/", 16),
        (f"{BOARD}talkers/", 18),
        (f"{BOARD}changes/", 20),
    )
    for page, most in pages:
        secretariat.get(page)
        with django_assert_max_num_queries(most):
            assert secretariat.get(page).status_code == 200


def test_the_index_leads_to_every_page_of_the_room_that_the_reader_may_open(
    scenario: Scenario, secretariat: Client, manager: Client, event_store: Store
) -> None:
    shown = secretariat.get(ROOT).content.decode()
    for page in ("search/", "alerts/", "devices/", "devices/remote/", "retention/", "board/changes/"):
        assert f'href="{ROOT}{page}"' in shown
    own = manager.get(ROOT).content.decode()
    assert f'href="{ROOT}retention/"' not in own
    assert f'href="{ROOT}devices/"' in own


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/terminals/", "端末の状況"),
        ("/terminals/board/sections/1/", "端末の状況"),
        ("/terminals/list/new/", "端末台帳"),
        ("/terminals/12/software/", "端末台帳"),
        ("/terminals/support/", "端末台帳"),
        ("/terminals/devices/attached/", "使用の状況"),
        ("/terminals/rules/duty/3/", "リスト"),
    ],
)
def test_the_menu_says_where_one_is(scenario: Scenario, path: str, label: str) -> None:
    menu = room_nav(scenario.by("secretariat", TODAY), path)
    assert [item["label"] for group in menu for item in group["items"] if item["current"]] == [label]


def test_the_menu_leads_nowhere_one_is_refused(scenario: Scenario, manager: Client) -> None:
    menu = room_nav(scenario.by("section_manager", TODAY), ROOT)
    for url in (item["url"] for group in menu for item in group["items"]):
        assert manager.get(url).status_code == 200, url
