from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pytest

from tenken.telemetry.events.directory import (
    Directory,
    KnownTerminal,
    Stretch,
    day_number,
    fold_account,
)
from tenken.telemetry.events.enrichment import Approvals, Columns, combinations, enrich
from tenken.telemetry.events.schema import Approval, EventClass, arrow_schema
from tenken.telemetry.lists.duty import DutyCalendar
from tenken.telemetry.lists.queries import ListSnapshot

NOON = datetime(2020, 12, 1, 3, 0, tzinfo=UTC)  # a Tuesday in Japan
OLDEST = timedelta(days=1830)
MOVED = day_number(date(2020, 4, 1))
PC = KnownTerminal(7, "T-001", "LGWAN", "100", (Stretch(0, MOVED, "090"), Stretch(MOVED, 2**31, "100")))
DIRECTORY = Directory(
    terminals={"pc-001": PC, "t-001": PC, "agent-9": PC},
    accounts={"shared": (Stretch(0, MOVED, "111"), Stretch(MOVED, 2**31, "222"))},
    people={"111": "111", "yamada": "222"},
    sections={"222": (Stretch(0, 2**31, "300"),), "111": (Stretch(0, 2**31, "301"),)},
)
LISTS = ListSnapshot(
    "1",
    MappingProxyType(
        {
            "approved_devices": ("0951:1666:ab12", "04e8:61f5:*"),
            "approved_hosts": ("*.lg.jp",),
            "approved_apps": ("excel.exe",),
            "approved_addresses": ("@city.example.lg.jp", "partner@example.com"),
        }
    ),
    DutyCalendar(),
)


def _enriched(*rows: dict[str, Any], lists: ListSnapshot = LISTS) -> list[dict[str, Any]]:
    names = {name for row in rows for name in row}
    schema = arrow_schema()
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], schema.field(name).type) for name in sorted(names)}
    )
    columns = Columns(table)
    if "received" not in names:
        columns["received"] = pa.array([NOON] * len(rows), schema.field("received").type)
    done = enrich(columns, directory=DIRECTORY, lists=lists, approvals=Approvals.of(lists), oldest=OLDEST)
    return done.events.to_pylist()


@pytest.mark.parametrize(
    ("said", "device", "computer"),
    [
        ({"device": "T-001"}, "T-001", "T-001"),
        ({"computer": "PC-001"}, "T-001", "PC-001"),
        ({"computer": "ＰＣ－００１.city.local"}, "T-001", "ＰＣ－００１.city.local"),
        ({"device": "Agent-9", "computer": "renamed"}, "T-001", "renamed"),
        ({"device": "T-999", "computer": "pc-001"}, "T-001", "pc-001"),
        ({"device": "T-999"}, "", "T-999"),
        ({"computer": "unknown"}, "", "unknown"),
        ({}, "", ""),
    ],
)
def test_a_terminal_is_known_by_number_name_or_agent(
    said: dict[str, str], device: str, computer: str
) -> None:
    row = _enriched({"ts": NOON, **said})[0]
    assert (row["device"], row["computer"]) == (device, computer)
    assert row["segment"] == ("LGWAN" if device else "")


def test_the_section_is_that_of_the_day_it_happened() -> None:
    before = datetime(2020, 3, 31, 14, 59, tzinfo=UTC)  # 23:59 of 31 March in Japan
    rows = _enriched(
        {"ts": before, "device": "T-001", "user": "shared"},
        {"ts": before + timedelta(minutes=1), "device": "T-001", "user": "shared"},
    )
    assert [(row["section"], row["person"]) for row in rows] == [("090", "111"), ("100", "222")]


def test_where_the_terminal_is_unknown_the_person_tells_the_section() -> None:
    rows = _enriched(
        {"ts": NOON, "user": "CITY\\Yamada", "computer": "x"}, {"ts": NOON, "user": "nobody", "computer": "x"}
    )
    assert [(row["person"], row["section"]) for row in rows] == [("222", "300"), ("", "")]


@pytest.mark.parametrize("account", ["yamada", "CITY\\YAMADA", "yamada@city.example.jp", " Ｙａｍａｄａ "])
def test_accounts_are_compared_without_their_domain(account: str) -> None:
    assert fold_account(account) == "yamada"


def test_what_a_sender_claims_of_person_and_section_does_not_count() -> None:
    row = _enriched({"ts": NOON, "person": "999", "section": "777", "off_hours": 1})[0]
    assert (row["person"], row["section"], row["off_hours"]) == ("", "", 0)
    assert _enriched({"ts": NOON, "person": "111"})[0]["person"] == "111"


def test_duty_hours_are_those_of_the_moment() -> None:
    moments = [NOON, NOON + timedelta(hours=9), NOON - timedelta(days=2)]
    assert [
        row["off_hours"]
        for row in _enriched(
            *({"ts": ts} for ts in moments),
        )
    ] == [0, 1, 1]


@pytest.mark.parametrize(
    "told",
    [
        NOON + timedelta(days=1, milliseconds=1),
        NOON - OLDEST - timedelta(milliseconds=1),
        datetime(1980, 1, 1, tzinfo=UTC),
        datetime(2999, 1, 1, tzinfo=UTC),
    ],
)
def test_a_clock_far_off_is_not_believed_and_what_it_said_is_kept(told: datetime) -> None:
    wrong, right = _enriched({"ts": told, "rest": [("a", "b")]}, {"ts": NOON})
    assert (wrong["ts"], wrong["clock_suspect"]) == (NOON, 1)
    assert dict(wrong["rest"]) == {"a": "b", "reported_ts": told.isoformat()}
    assert (right["ts"], right["clock_suspect"]) == (NOON, 0)


@pytest.mark.parametrize("told", [NOON + timedelta(days=1), NOON - OLDEST])
def test_a_clock_within_bounds_is_believed(told: datetime) -> None:
    assert _enriched({"ts": told})[0]["ts"] == told


def test_an_event_without_a_time_happened_when_it_was_received() -> None:
    missing, right = _enriched({"op": "logon"}, {"ts": NOON - timedelta(hours=1)})
    assert missing["ts"] == NOON
    assert "clock_suspect" not in missing or missing["clock_suspect"] == 0
    assert right["ts"] == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"vendor_id": "0951", "product_id": "1666", "device_serial": "AB12"}, Approval.APPROVED),
        ({"vendor_id": "0951", "product_id": "1666", "device_serial": "AB13"}, Approval.UNAPPROVED),
        ({"vendor_id": "04E8", "product_id": "61F5", "device_serial": "any"}, Approval.APPROVED),
        ({"op": "file_copy", "drive": "removable", "device_serial": "ab12"}, Approval.APPROVED),
        ({"op": "file_copy", "drive": "removable"}, Approval.UNAPPROVED),
        ({"op": "device_connect"}, Approval.UNAPPROVED),
        ({"op": "file_copy", "drive": "fixed"}, Approval.NOT_ASKED),
    ],
)
def test_devices(said: dict[str, str], flag: Approval) -> None:
    assert _enriched({"ts": NOON, **said})[0]["device_approved"] == flag


def test_hosts_and_applications() -> None:
    rows = _enriched(
        {"ts": NOON, "op": "web", "host": "www.city.lg.jp"},
        {"ts": NOON, "op": "web", "host": "example.com"},
        {"ts": NOON, "op": "process_start", "process": "C:\\Office\\EXCEL.EXE"},
        {"ts": NOON, "op": "process_start", "process": "game.exe"},
        {"ts": NOON, "op": "file_open", "process": "game.exe"},
    )
    assert [(row["host_approved"], row["app_approved"]) for row in rows] == [
        (1, 0),
        (2, 0),
        (0, 1),
        (0, 2),
        (0, 0),
    ]


def test_an_empty_list_of_hosts_or_applications_draws_no_line_one_of_devices_does() -> None:
    lists = ListSnapshot("1", MappingProxyType({}), DutyCalendar())
    said = {"op": "process_start", "process": "x", "host": "y", "drive": "removable"}
    row = _enriched({"ts": NOON, **said}, lists=lists)[0]
    assert (row["host_approved"], row["app_approved"], row["device_approved"]) == (0, 0, 2)


def test_one_approved_address_does_not_hide_another() -> None:
    rows = _enriched(
        {"ts": NOON, "op": "mail_send", "mail_to": ["a@city.example.lg.jp", "b@gmail.com", "c@gmail.com"]},
        {"ts": NOON, "op": "mail_send", "mail_to": ["Partner@Example.com"]},
        {"ts": NOON, "op": "mail_receive", "mail_to": ["b@gmail.com"]},
        {"ts": NOON, "op": "mail_send"},
    )
    assert [row["unapproved_recipients"] for row in rows] == [2, 0, 0, 0]


def test_the_class_follows_from_the_operation() -> None:
    rows = _enriched({"ts": NOON, "op": "logon"}, {"ts": NOON, "op": "new"}, {"ts": NOON, "class": 4009})
    assert [row["class"] for row in rows] == [EventClass.AUTHENTICATION, 0, 4009]


def test_combinations_are_each_looked_at_once() -> None:
    calls: list[tuple[str, int]] = []

    def note(name: str, number: int) -> str:
        calls.append((name, number))
        return f"{name}{number}"

    columns = Columns(pa.table({"op": ["a", "b", "a", "a"] * 100}))
    made = columns.mapped(note, pa.string(), columns["op"], pa.array([1, 2, 1, 3] * 100))
    assert made.to_pylist() == ["a1", "b2", "a1", "a3"] * 100
    assert sorted(calls) == [("a", 1), ("a", 3), ("b", 2)]
    assert combinations((pa.array([], pa.string()), pa.array([], pa.string())))[0] == []
