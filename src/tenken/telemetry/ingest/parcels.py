"""What a receiver hands over: what one payload of a sender held, read but not yet enriched."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tenken.telemetry.inventory.report import Inventory

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Reject:
    """A part of a payload that could not be understood. ``place``: where in it (「3行目」); ``reason``: in Japanese."""

    place: str
    reason: str
    raw: bytes


@dataclass(frozen=True)
class Parsed:
    """What a reader of ``telemetry.wire`` made of a payload.

    ``events``: a table of any of the columns of ``events.schema`` (those absent are empty), in the payload's order.
    """

    events: pa.Table | None = None
    inventories: tuple[Inventory, ...] = ()
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """One payload of a source. ``payload``: its number (``ingest.payload_number``): the same bytes of the same source
    sent again have the same number and are taken in once."""

    city: str
    source: str
    retention: str
    payload: int
    received: datetime
    parsed: Parsed
    raw: bytes = field(default=b"", repr=False)
    keep_raw: bool = False
    peer: str = ""


@dataclass(frozen=True)
class Receipt:
    """What was made durable of a parcel: acknowledged to the sender only then. ``repeated``: it was there already."""

    payload: int
    events: int
    quarantined: int
    repeated: bool = False
