"""Operations as an office does them: a day's curve, who does what how often, paths and words that repeat as real ones do.

Everything follows from the seed; a day is made as columns, never row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenken.common.clock import JAPAN
from tenken.demo.telemetry import words
from tenken.demo.telemetry.population import Population
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import arrow_schema

Columns = dict[str, Any]

# How often each operation is done, of a thousand.
_MIX: Final = {
    "window": 235,
    "file_open": 230,
    "file_write": 110,
    "web": 150,
    "process_start": 80,
    "record_view": 55,
    "file_create": 40,
    "file_rename": 12,
    "file_copy": 14,
    "file_move": 6,
    "file_delete": 13,
    "mail_send": 14,
    "print": 12,
    "logon": 11,
    "logoff": 11,
    "network": 4,
    "web_upload": 1,
    "device_connect": 1,
    "web_override": 1,
}
# What share of a working day falls into each hour, 0 to 23 in Japan.
_HOURS: Final = np.array(
    [
        0.02,
        0.02,
        0.01,
        0.01,
        0.01,
        0.02,
        0.1,
        0.6,
        9,
        12,
        13,
        12,
        5,
        11,
        12,
        12,
        11,
        5,
        2.2,
        1.2,
        0.7,
        0.3,
        0.1,
        0.05,
    ]
)
_CLOSED_SHARE: Final = 0.03


# Only some people stay late or come on closed days: one seat in so many.
_LATE: Final = 150


def stick_of(section: str) -> str:
    """Return the serial number of the USB stick that the media ledger gives a section, by its code; '' for the six of
    seven that have none."""
    return "" if crc32(section.encode()) % 7 else f"MD{section}"


def day_of(population: Population, day: date, count: int, seed: int, *, open_day: bool = True) -> pa.Table:
    """Return about *count* operations of *day* (Japan), oldest first; on a closed day 3 % of them.

    Columns: those of ``events.schema`` that a sender reports; who, where and approvals are found on arrival.
    """
    random = np.random.default_rng([seed, day.toordinal()])
    rows = max(1, count if open_day else round(count * _CLOSED_SHARE))
    moments, on_duty = _moments(random, rows, day)
    seats = np.where(
        on_duty & open_day,
        _choose_seats(population, random, rows),
        random.integers(0, max(1, len(population.seats) // _LATE), rows) * _LATE,
    )
    return _played(population, random, seats, moments)


def _played(
    population: Population, random: np.random.Generator, seats: np.ndarray, moments: np.ndarray
) -> pa.Table:
    names = tuple(_MIX)
    share = np.array([_MIX[name] for name in names], float)
    chosen = random.choice(len(names), len(seats), p=share / share.sum())
    players = _Players(population, random)
    tables = []
    for index, name in enumerate(names):
        which = np.flatnonzero(chosen == index)
        if len(which):
            tables.append(players.play(name, seats[which], moments[which]))
    return pa.concat_tables(tables).sort_by("ts")


def block_of(population: Population, begin: datetime, seconds: float, count: int, seed: int) -> pa.Table:
    """Return *count* operations evenly spread over the *seconds* from *begin* (aware), oldest first, whatever the hour."""
    random = np.random.default_rng([seed, int(begin.timestamp() * 1000)])
    seats = _choose_seats(population, random, count)
    moments = int(begin.timestamp() * 1000) + np.sort(random.integers(0, max(1, int(seconds * 1000)), count))
    return _played(population, random, seats, moments.astype("int64"))


def _choose_seats(population: Population, random: np.random.Generator, rows: int) -> np.ndarray:
    """Some people do far more than others (log-normal), the same ones every day."""
    taste = np.random.default_rng(len(population.seats)).lognormal(0, 0.7, len(population.seats))
    taste[[seat.server for seat in population.seats]] *= 0.3
    return random.choice(len(population.seats), rows, p=taste / taste.sum())


def _moments(random: np.random.Generator, rows: int, day: date) -> tuple[np.ndarray, np.ndarray]:
    """Return when (milliseconds, UTC), and whether that is between eight and seven o'clock."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=JAPAN).timestamp()
    hours = random.choice(24, rows, p=_HOURS / _HOURS.sum())
    moments = int(midnight) * 1000 + hours * 3_600_000 + random.integers(0, 3_600_000, rows)
    return moments.astype("int64"), (hours >= 8) & (hours < 19)


class _Players:
    """Fills the columns of each operation, for many seats at once."""

    def __init__(self, population: Population, random: np.random.Generator) -> None:
        self.random = random
        self.domain = population.domain
        seats = population.seats
        self.computers = np.array([seat.computer for seat in seats], object)
        self.accounts = np.array([seat.account or "SYSTEM" for seat in seats], object)
        self.addresses = np.array([seat.address for seat in seats], object)
        self.sticks = np.array([stick_of(seat.section) for seat in seats], object)
        self.holders = np.flatnonzero(self.sticks != "")
        self.sections = np.array([seat.section_name for seat in seats], object)
        self.apps = np.array([name for name, _ in words.APPS], object)
        self.programs = np.array([path for _, path in words.APPS], object)

    def play(self, op: str, seats: np.ndarray, moments: np.ndarray) -> pa.Table:
        fill: Callable[[np.ndarray], Columns] = _FILLED.get(op, _Players.on_file).__get__(self)
        if op == "device_connect" and len(self.holders):
            seats = self.holders[seats % len(self.holders)]
        columns = fill(seats)
        columns.setdefault("log_product", "windows")
        columns |= {
            "ts": pa.array(moments, pa.timestamp("ms", tz="UTC")),
            "op": op,
            "class": int(BY_CODE[op].event_class),
            "status": "success",
            "user": self.accounts[seats],
            "computer": self.computers[seats],
            "address": self.addresses[seats],
        }
        return _table(columns, len(seats))

    def pick(self, choices: Any, rows: int) -> np.ndarray:
        """Return *rows* of *choices*, the first ones far more often."""
        ranks = (self.random.zipf(1.4, rows) - 1) % len(choices)
        return np.asarray(choices, object)[ranks]

    def names(self, seats: np.ndarray) -> np.ndarray:
        """Return file names: a document, a date of the last two years, a number."""
        rows = len(seats)
        days = self.random.integers(0, 730, rows)
        stamps = np.array([f"{date(2024, 4, 1) + timedelta(days=one):%Y%m%d}" for one in range(730)], object)
        numbers = self.random.integers(1, 400, rows).astype(str).astype(object)
        return (
            self.pick(words.DOCUMENTS, rows) + "_" + stamps[days] + "_" + numbers + "."
            + self.pick(words.EXTENSIONS, rows)
        )  # fmt: skip

    def shared(self, seats: np.ndarray) -> np.ndarray:
        return "\\\\fs01\\" + self.sections[seats] + "\\" + self.pick(words.FOLDERS, len(seats)) + "\\"

    def on_file(self, seats: np.ndarray) -> Columns:
        rows = len(seats)
        app = self.random.integers(0, 5, rows)
        return {
            "path": self.shared(seats) + self.names(seats),
            "size": self.random.lognormal(11, 1.5, rows).astype("uint64"),
            "drive": "network",
            "app": self.apps[app],
            "process": self.programs[app],
            "log_category": "file_event",
        }

    def renamed(self, seats: np.ndarray) -> Columns:
        columns = self.on_file(seats)
        return {
            **columns,
            "destination": self.shared(seats) + self.names(seats),
            "log_category": "file_rename",
        }

    def moved(self, seats: np.ndarray) -> Columns:
        columns = self.on_file(seats)
        users = "C:\\Users\\" + self.accounts[seats] + "\\Desktop\\"
        return {**columns, "destination": users + self.names(seats)}

    def record(self, seats: np.ndarray) -> Columns:
        rows = len(seats)
        numbers = self.random.integers(1, 180_000, rows).astype(str).astype(object)
        what = self.pick(words.RECORDS, rows)
        return {
            "path": what + "/" + numbers,
            "app": "住民情報システム",
            "process": r"C:\Jumin\jumin.exe",
            "title": what + " 照会",
            "log_product": "tenken",
            "log_category": "record",
        }

    def window(self, seats: np.ndarray) -> Columns:
        app = np.minimum(self.random.zipf(1.5, len(seats)) - 1, len(self.apps) - 1)
        return {
            "app": self.apps[app],
            "process": self.programs[app],
            "title": self.names(seats) + " - " + self.apps[app],
            "log_category": "window",
        }

    def started(self, seats: np.ndarray) -> Columns:
        app = self.random.integers(0, len(self.apps), len(seats))
        return {
            "app": self.apps[app],
            "process": self.programs[app],
            "command_line": '"' + self.programs[app] + '"',
            "parent_process": r"C:\Windows\explorer.exe",
            "pid": self.random.integers(1000, 30000, len(seats)).astype("uint32"),
            "log_category": "process_creation",
            "event_code": "1",
        }

    def browsed(self, seats: np.ndarray) -> Columns:
        rows = len(seats)
        host = self.pick(words.SITES, rows)
        numbers = self.random.integers(1, 9_000, rows).astype(str).astype(object)
        return {
            "host": host,
            "url": "https://" + host + "/page/" + numbers,
            "method": "GET",
            "bytes_in": self.random.lognormal(9, 1.5, rows).astype("uint64"),
            "app": "Microsoft Edge",
            "disposition": "allowed",
            "log_product": "proxy",
            "log_category": "proxy",
        }

    def uploaded(self, seats: np.ndarray) -> Columns:
        columns = self.browsed(seats)
        return {
            **columns,
            "host": "www.soumu.go.jp",
            "url": "https://www.soumu.go.jp/upload",
            "method": "POST",
            "bytes_out": self.random.lognormal(12, 1, len(seats)).astype("uint64"),
            "path": self.shared(seats) + self.names(seats),
        }

    def overridden(self, seats: np.ndarray) -> Columns:
        return {**self.browsed(seats), "disposition": "overridden"}

    def mailed(self, seats: np.ndarray) -> Columns:
        rows = len(seats)
        inside = self.accounts[self.random.integers(0, len(self.accounts), rows)] + f"@{self.domain}"
        outside = self.pick(words.PARTNERS, rows)
        to = np.where(self.random.random(rows) < 0.8, inside, outside)
        attached = self.names(seats)
        has = self.random.random(rows) < 0.4
        return {
            "mail_from": self.accounts[seats] + f"@{self.domain}",
            "mail_to": pa.array([[one] for one in to], pa.list_(pa.string())),
            "subject": self.pick(words.SUBJECTS, rows),
            "attachments": pa.array(
                [[name] if one else [] for name, one in zip(attached, has, strict=True)],
                pa.list_(pa.string()),
            ),
            "size": self.random.lognormal(10, 1.5, rows).astype("uint64"),
            "app": "Microsoft Outlook",
            "log_product": "mail",
            "log_category": "mail",
        }

    def printed(self, seats: np.ndarray) -> Columns:
        rows = len(seats)
        floors = self.random.integers(1, 9, rows).astype(str).astype(object)
        return {
            "printer": "複合機" + floors + "F",
            "document": self.names(seats),
            "pages": (1 + self.random.geometric(0.2, rows)).astype("uint32"),
            "log_category": "print",
            "event_code": "307",
            "log_service": "printservice-operational",
        }

    def signed(self, seats: np.ndarray) -> Columns:
        return {"log_category": "authentication", "log_service": "security", "event_code": "4624"}

    def connected(self, seats: np.ndarray) -> Columns:
        return {
            "device_class": "usb_memory",
            "vendor_id": "0411",
            "product_id": "0105",
            "device_serial": self.sticks[seats],
            "device_name": "BUFFALO USB Flash Disk",
            "drive": "removable",
            "log_category": "device",
            "log_service": "security",
            "event_code": "6416",
        }

    def connection(self, seats: np.ndarray) -> Columns:
        return {
            "host": self.pick(words.SITES, len(seats)),
            "log_category": "network_connection",
            "event_code": "3",
        }


_FILLED: Final[dict[str, Any]] = {
    "window": _Players.window,
    "web": _Players.browsed,
    "process_start": _Players.started,
    "record_view": _Players.record,
    "file_rename": _Players.renamed,
    "file_copy": _Players.moved,
    "file_move": _Players.moved,
    "mail_send": _Players.mailed,
    "print": _Players.printed,
    "logon": _Players.signed,
    "logoff": _Players.signed,
    "network": _Players.connection,
    "web_upload": _Players.uploaded,
    "device_connect": _Players.connected,
    "web_override": _Players.overridden,
}

_REPORTED: Final = tuple(
    [
        "ts",
        "op",
        "class",
        "status",
        "disposition",
        "user",
        "computer",
        "address",
        "app",
        "process",
        "command_line",
        "parent_process",
        "pid",
        "title",
        "path",
        "destination",
        "size",
        "drive",
        "device_class",
        "vendor_id",
        "product_id",
        "device_serial",
        "device_name",
        "printer",
        "document",
        "pages",
        "mail_from",
        "mail_to",
        "subject",
        "attachments",
        "url",
        "host",
        "method",
        "bytes_out",
        "bytes_in",
        "message",
        "log_product",
        "log_category",
        "log_service",
        "event_code",
    ]
)


def _table(columns: Columns, rows: int) -> pa.Table:
    schema = arrow_schema()
    arrays = [_array(columns.get(name), schema.field(name).type, rows) for name in _REPORTED]
    return pa.Table.from_arrays(arrays, schema=pa.schema([schema.field(name) for name in _REPORTED]))


def _array(value: Any, kind: pa.DataType, rows: int) -> pa.Array:
    if isinstance(value, pa.Array):
        return value
    if isinstance(value, np.ndarray):
        return pa.array(value, kind)
    if pa.types.is_list(kind):
        return pa.array([[]] * rows, kind)
    missing: Any = "" if pa.types.is_string(kind) else 0
    return pc.cast(pa.repeat(missing if value is None else value, rows), kind)
