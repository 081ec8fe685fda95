"""What is added to events on arrival: terminal, section, person, approvals, duty hours. By column: each distinct value
is looked at once, whatever the number of rows. What a sender says of these columns itself does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.events.directory import Directory, fold
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import Approval, EventClass, arrow_schema
from tenken.telemetry.lists.queries import ListSnapshot
from tenken.telemetry.lists.values import AddressSet, AppSet, HostSet

if TYPE_CHECKING:
    import pyarrow as pa

_DAY_MS: Final = 86_400_000
_JAPAN_MS: Final = 9 * 3_600_000
_AHEAD: Final = timedelta(days=1)
_OLDEST_MS: Final = 946_684_800_000  # 2000-01-01: before it, a clock whose battery is gone
_MAIL_SENT: Final = "mail_send"
_MOST_COUNTED: Final = 65_535
REPORTED_TS: Final = "reported_ts"


@dataclass(frozen=True)
class Approvals:
    """A city's lists, made ready to be asked. A list without an entry asks nothing of hosts, applications and addresses:
    the city has not drawn that line. Of devices, what is on no list is not approved."""

    models: frozenset[str]
    devices: frozenset[str]
    serials: frozenset[str]
    hosts: HostSet
    apps: AppSet
    addresses: AddressSet

    @classmethod
    def of(cls, lists: ListSnapshot) -> Approvals:
        keys = [key.casefold() for key in lists.values.get("approved_devices", ())]
        devices = frozenset(key for key in keys if not key.endswith(":*"))
        return cls(
            frozenset(key.removesuffix("*") for key in keys if key.endswith(":*")),
            devices,
            frozenset(key.rpartition(":")[2] for key in devices),
            HostSet(lists.values.get("approved_hosts", ())),
            AppSet(lists.values.get("approved_apps", ())),
            AddressSet(lists.values.get("approved_addresses", ())),
        )

    def device(self, vendor: str, product: str, serial: str) -> int:
        """Return the ``Approval`` of a device. One that names no model is known by its serial, if it has one."""
        model, serial = f"{vendor}:{product}:".casefold(), serial.casefold()
        if model == "::":
            return _approval(serial != "" and serial in self.serials)
        return _approval(model in self.models or model + serial in self.devices)

    def host(self, host: str) -> int:
        return _approval(host in self.hosts) if host and self.hosts else Approval.NOT_ASKED

    def app(self, name: str, process: str) -> int:
        if not self.apps or not (name or process):
            return Approval.NOT_ASKED
        return _approval(name in self.apps or process in self.apps)

    def unapproved(self, addresses: Iterable[str]) -> int:
        """Return how many of *addresses* are not approved: one that is does not hide another."""
        return sum(address not in self.addresses for address in addresses) if self.addresses else 0


def _approval(approved: bool) -> int:
    return Approval.APPROVED if approved else Approval.UNAPPROVED


class Columns:
    """The columns of a batch by name; those that are not there are '' or 0 without being made."""

    def __init__(self, table: pa.Table) -> None:
        import pyarrow as pa

        self.rows = table.num_rows
        schema = arrow_schema()
        self._held: dict[str, Any] = {}
        for name in table.column_names:
            column = table.column(name).combine_chunks().cast(schema.field(name).type)
            self._held[name] = column.fill_null("") if pa.types.is_string(column.type) else column

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def __getitem__(self, name: str) -> Any:
        import pyarrow as pa

        if name not in self._held:
            kind = arrow_schema().field(name).type
            self._held[name] = pa.repeat(pa.scalar("" if pa.types.is_string(kind) else 0, kind), self.rows)
        return self._held[name]

    def __setitem__(self, name: str, values: Any) -> None:
        self._held[name] = values

    def table(self) -> pa.Table:
        """Return the columns that are there, in the schema's order."""
        import pyarrow as pa

        schema = arrow_schema()
        return pa.table({name: self._held[name] for name in schema.names if name in self._held})

    def mapped(self, function: Callable[..., Any], kind: pa.DataType, *keys: Any) -> pa.Array:
        """Return *function* of the values of the arrays *keys*, called once for each combination that occurs."""
        import pyarrow as pa

        distinct, places = combinations(keys)
        return pa.array([function(*values) for values in distinct], kind).take(places)


def combinations(keys: tuple[Any, ...]) -> tuple[list[tuple[Any, ...]], pa.Array]:
    """Return the combinations of values that occur in *keys* (arrays of equal length), and which each row has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = keys[0].dictionary_encode()
    places = first.indices.cast(pa.int64())
    distinct: list[tuple[Any, ...]] = [(value,) for value in first.dictionary.to_pylist()]
    for key in keys[1:]:
        encoded = key.dictionary_encode()
        width = max(len(encoded.dictionary), 1)
        values = encoded.dictionary.to_pylist()
        joined = pc.add(pc.multiply(places, width), encoded.indices.cast(pa.int64())).dictionary_encode()
        distinct = [(*distinct[at // width], values[at % width]) for at in joined.dictionary.to_pylist()]
        places = joined.indices.cast(pa.int64())
    return distinct, places


@dataclass(frozen=True)
class Enriched:
    """``terminals``: the keys of the terminals that were heard."""

    events: pa.Table
    terminals: frozenset[int]


def enrich(
    columns: Columns,
    *,
    directory: Directory,
    lists: ListSnapshot,
    approvals: Approvals,
    oldest: timedelta,
    missed: Callable[[Set[str]], Directory] | None = None,
) -> Enriched:
    """Return the events with everything that is added to them. ``received`` must be there.

    *oldest*: what happened longer before it was received is not believed. A time that is not (or a day and more ahead,
    or before 2000) becomes ``received``, with ``clock_suspect`` and what was reported in ``rest``; a missing one becomes
    ``received`` alone. *missed* is told names of computers that *directory* does not know, and returns one that may.
    """
    _believe_clocks(columns, oldest)
    _classify(columns)
    terminals = _place(columns, directory, missed)
    _approve(columns, approvals)
    moments = columns["ts"].cast("int64").to_pylist()
    flags = lists.duty.off_hours_many(columns["section"].to_pylist(), moments)
    import pyarrow as pa

    columns["off_hours"] = pa.Array.from_buffers(pa.uint8(), columns.rows, [None, pa.py_buffer(flags)])
    return Enriched(columns.table(), terminals)


def _believe_clocks(columns: Columns, oldest: timedelta) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    received = columns["received"].cast(pa.int64())
    if "ts" not in columns:
        columns["ts"] = columns["received"]
        return
    told = columns["ts"].cast(pa.int64())
    present = pc.fill_null(told, received)
    early = pc.max_element_wise(pc.subtract(received, _milliseconds(oldest)), _OLDEST_MS)
    suspect = pc.or_(pc.greater(present, pc.add(received, _milliseconds(_AHEAD))), pc.less(present, early))
    if pc.any(suspect).as_py():
        _keep_reported(columns, suspect, present)
        present = pc.if_else(suspect, received, present)
        columns["clock_suspect"] = suspect.cast(pa.uint8())
    elif "clock_suspect" in columns:
        columns["clock_suspect"] = suspect.cast(pa.uint8())
    columns["ts"] = present.cast(columns["received"].type)


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _keep_reported(columns: Columns, suspect: Any, present: Any) -> None:
    """Keep in ``rest`` what the untrusted clocks said (milliseconds since 1970 where no calendar has the date)."""
    import pyarrow as pa

    rest = columns["rest"].to_pylist() if "rest" in columns else [[] for _ in range(columns.rows)]
    for at, (doubted, moment) in enumerate(zip(suspect.to_pylist(), present.to_pylist(), strict=True)):
        if doubted:
            rest[at] = [*(rest[at] or []), (REPORTED_TS, _written(moment))]
    columns["rest"] = pa.array(rest, arrow_schema().field("rest").type)


def _written(moment: int) -> str:
    try:
        return (
            datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(milliseconds=moment)
        ).isoformat()
    except OverflowError:
        return str(moment)


def _classify(columns: Columns) -> None:
    """Give events without a class that of their operation."""
    import pyarrow as pa

    def class_of(told: int, op: str) -> int:
        known = BY_CODE.get(op)
        return told or (known.event_class if known else EventClass.OTHER)

    columns["class"] = columns.mapped(class_of, pa.uint16(), columns["class"].fill_null(0), columns["op"])


def _place(
    columns: Columns, directory: Directory, missed: Callable[[Set[str]], Directory] | None
) -> frozenset[int]:
    """Name terminal, person, section and segment. A terminal nobody registered keeps its name in ``computer``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.string()
    days = pc.divide(pc.add(columns["ts"].cast(pa.int64()), _JAPAN_MS), _DAY_MS).cast(pa.int32())
    distinct, places = combinations((columns["device"], columns["computer"]))
    known = [directory.terminal(*names) for names in distinct]
    unknown = {
        fold(device or computer) for (device, computer), one in zip(distinct, known, strict=True) if not one
    }
    if missed and (unknown := unknown - {""}):
        directory = missed(unknown)
        known = [directory.terminal(*names) for names in distinct]
    columns["computer"] = pa.array([computer or device for device, computer in distinct], text).take(places)
    columns["device"] = pa.array([one.number if one else "" for one in known], text).take(places)
    columns["segment"] = pa.array([one.segment if one else "" for one in known], text).take(places)

    def person(user: str, told: str, day: int) -> str:
        return directory.person(user, day) or (told if told in directory.sections else "")

    columns["person"] = columns.mapped(person, text, columns["user"], columns["person"], days)

    def section(place: int, number: str, day: int) -> str:
        terminal = known[place]
        return (terminal.section(day) if terminal else "") or directory.section_of_person(number, day)

    columns["section"] = columns.mapped(section, text, places, columns["person"], days)
    return frozenset(one.pk for one in known if one)


def _approve(columns: Columns, approvals: Approvals) -> None:
    import pyarrow as pa

    flag = pa.uint8()

    def device(kind: int, drive: str, vendor: str, product: str, serial: str) -> int:
        asked = kind == EventClass.PERIPHERAL or vendor or serial or drive == "removable"
        return approvals.device(vendor, product, serial) if asked else Approval.NOT_ASKED

    def app(kind: int, name: str, process: str) -> int:
        asked = kind in (EventClass.PROCESS, EventClass.SOFTWARE)
        return approvals.app(name, process) if asked else Approval.NOT_ASKED

    named = ("class", "drive", "vendor_id", "product_id", "device_serial")
    columns["device_approved"] = columns.mapped(device, flag, *(columns[name] for name in named))
    columns["host_approved"] = columns.mapped(approvals.host, flag, columns["host"])
    columns["app_approved"] = columns.mapped(
        app, flag, *(columns[name] for name in ("class", "app", "process"))
    )
    if "mail_to" in columns:
        columns["unapproved_recipients"] = _unapproved_recipients(columns, approvals)
    elif "unapproved_recipients" in columns:
        columns["unapproved_recipients"] = pa.repeat(pa.scalar(0, pa.uint16()), columns.rows)


def _unapproved_recipients(columns: Columns, approvals: Approvals) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = pa.uint16()
    addressed = pc.greater(pc.fill_null(pc.list_value_length(columns["mail_to"]), 0), 0)
    sent = pc.and_(pc.equal(columns["op"], _MAIL_SENT), addressed)
    counts = [
        min(approvals.unapproved(some), _MOST_COUNTED) for some in columns["mail_to"].filter(sent).to_pylist()
    ]
    nothing = pa.repeat(pa.scalar(0, kind), columns.rows)
    return pc.replace_with_mask(nothing, sent, pa.array(counts, kind))
