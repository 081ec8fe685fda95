"""osquery's TLS remote API: enrolment, results of scheduled queries, answers to distributed ones.

Every value of a row is text. Which table a query asks is told by its name, as the packs that come with osquery name
them; a query of another name is kept as it is (``op`` log, its columns in ``rest``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.identity import payload_number
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.inventory.report import Inventory
from tenken.telemetry.wire.glpi import json_object
from tenken.telemetry.wire.osquery_tables import Row, event_of, inventory_of_tables, is_whole, table_of
from tenken.telemetry.wire.values import events_table, moment, plain_rest, text_of


@dataclass(frozen=True)
class EnrollRequest:
    """``details``: osquery's ``host_details``: rows of os_version, system_info … by table."""

    secret: str = field(repr=False)
    host_identifier: str
    details: Mapping[str, Row]


def read_enroll(body: bytes) -> EnrollRequest:
    """Return the enrolment in *body*. ``Invalid`` when it is none or names no host."""
    message = json_object(body)
    host = text_of(message.get("host_identifier")).replace("\0", "").strip()
    if not host:
        raise Invalid("osqueryの登録に、端末の名前（host_identifier）がありません。")
    details = message.get("host_details")
    rows = (
        {str(name): row for name, row in details.items() if isinstance(row, Mapping)}
        if isinstance(details, Mapping)
        else {}
    )
    return EnrollRequest(text_of(message.get("enroll_secret")), host[:200], MappingProxyType(rows))


def enrolled_inventory(request: EnrollRequest, *, received: datetime) -> Inventory:
    """Return what an enrolment says of its machine, as a partial inventory."""
    snapshots = {name: [row] for name, row in request.details.items()}
    return inventory_of_tables(snapshots, agent_id=request.host_identifier, received=received)


def read_node_key(body: bytes) -> str:
    """Return the node key of any other request, '' when it bears none (newer osquery sends it in a header)."""
    return text_of(json_object(body).get("node_key"))


def read_log(body: bytes, *, device: str, received: datetime, host: str = "") -> tuple[str, Parsed]:
    """Return the node key and what a log request holds. *device*: the terminal's number where the node's is known, or '';
    *host*: the node's identifier, which stands before what the lines say.

    Snapshots of tables that describe the machine become one partial inventory; all else events. What is not acknowledged
    comes again with other lines beside it, so each line has its own number (``payload``) and its rows are counted.
    """
    message = json_object(body)
    items = message.get("data")
    if not isinstance(items, list):
        raise Invalid("osqueryの記録に、データ（data）がありません。")
    reading = _Reading(device, received, host)
    for number, item in enumerate(items, 1):
        if not isinstance(item, Mapping):
            reading.refuse(number, item, "オブジェクトではありません。")
        elif message.get("log_type") == "status":
            reading.status(item)
        else:
            reading.result(number, item)
    return text_of(message.get("node_key")), reading.parsed()


def read_distributed_write(
    body: bytes, *, device: str, received: datetime, host: str = ""
) -> tuple[str, Parsed]:
    """Return the node key and the answers to distributed queries, read as snapshots taken now."""
    message = json_object(body)
    answers = message.get("queries")
    if not isinstance(answers, Mapping):
        raise Invalid("osqueryの回答に、結果（queries）がありません。")
    reading = _Reading(device, received, host)
    for number, (name, rows) in enumerate(answers.items(), 1):
        item = {"name": name, "action": "snapshot", "snapshot": rows, "hostIdentifier": host}
        reading.result(number, item)
    return text_of(message.get("node_key")), reading.parsed()


class _Reading:
    """What one request held, as it is read item by item."""

    def __init__(self, device: str, received: datetime, host: str) -> None:
        self._device, self._received, self._host = device, received, host
        self._rows: list[dict[str, Any]] = []
        self._rejects: list[Reject] = []
        self._snapshots: dict[str, dict[str, list[Row]]] = {}
        self._seen: Counter[bytes] = Counter()

    def parsed(self) -> Parsed:
        inventories = tuple(
            inventory_of_tables(tables, agent_id=host, received=self._received)
            for host, tables in self._snapshots.items()
        )
        return Parsed(events_table(self._rows), inventories, tuple(self._rejects))

    def refuse(self, number: int, item: object, reason: str) -> None:
        import orjson

        self._rejects.append(Reject(f"{number}件目", reason, orjson.dumps(item)))

    def status(self, item: Row) -> None:
        event = {"op": "log", "app": "osquery", "message": text_of(item.get("message"))}
        rest = {name: item.get(name) for name in ("severity", "filename", "line", "version")}
        self._add(item, "osquery_status", self._number(item), [(event, rest)])

    def result(self, number: int, item: Row) -> None:
        name = text_of(item.get("name"))
        action = text_of(item.get("action")) or ("snapshot" if "snapshot" in item else "added")
        batches = _batches(item, action)
        if batches is None or not name:
            self.refuse(number, item, "osqueryの結果の形式ではありません。")
            return
        table = table_of(name)
        host = self._host or text_of(item.get("hostIdentifier")) or self._device
        found: list[tuple[dict[str, Any], Row]] = []
        for batch_action, rows in batches:
            if batch_action == "snapshot" and host and is_whole(name):
                self._snapshots.setdefault(host, {}).setdefault(table, []).extend(rows)
                continue
            for row in rows:
                event, used = event_of(table, batch_action, row, self._received)
                found.append((event, {key: value for key, value in row.items() if key not in used}))
        if found:
            self._add(item, name, self._number(item), found)

    def _number(self, item: Row) -> int:
        """Return the number of a line; equal lines of one request are told apart by their order."""
        import orjson

        line = orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
        self._seen[line] += 1
        return payload_number(f"osquery/{self._host}/{self._seen[line]}", line)

    def _add(self, item: Row, name: str, number: int, found: list[tuple[dict[str, Any], Row]]) -> None:
        decorations = item.get("decorations")
        decorations = decorations if isinstance(decorations, Mapping) else {}
        computer = text_of(decorations.get("hostname") or item.get("hostIdentifier"))
        told = moment(item.get("unixTime")) or self._received
        for place, (event, rest) in enumerate(found):
            event["ts"] = event.get("ts") or told
            event |= {
                "event_code": event.get("event_code") or name,
                "computer": computer or event.get("computer", ""),
                "payload": number,
                "seq": place,
                "rest": {**event.get("rest", {}), **plain_rest(rest.items())},
            }
            if self._device:
                event["device"] = self._device
            self._rows.append(event)


def _batches(item: Row, action: str) -> list[tuple[str, list[Row]]] | None:
    """Return the rows of a result by action: one row, a snapshot, or the batch format's differences."""
    found: list[tuple[str, object]]
    if "snapshot" in item:
        found = [("snapshot", item["snapshot"])]
    elif isinstance(differences := item.get("diffResults"), Mapping):
        found = [(name, differences.get(name) or []) for name in ("removed", "added")]
    else:
        found = [(action, [item.get("columns")])]
    batches: list[tuple[str, list[Row]]] = []
    for name, rows in found:
        rows = [] if rows == "" else rows  # osquery writes an empty difference as ''
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            return None
        batches.append((name, rows))
    return batches
