"""What an agent says of its terminal, whatever its protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class InstalledItem:
    """``kind``: application, office, antivirus, update (Windows更新プログラム), driver."""

    name: str
    version: str = ""
    publisher: str = ""
    installed_on: date | None = None
    kind: str = "application"


@dataclass(frozen=True)
class AntivirusState:
    name: str
    version: str = ""
    enabled: bool | None = None
    up_to_date: bool | None = None
    definitions: str = ""
    definitions_on: date | None = None


@dataclass(frozen=True)
class Part:
    """A part or thing attached. ``kind``: cpu, memory, disk, network, monitor, printer, usb, optical, modem …"""

    kind: str
    name: str
    serial: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Inventory:
    """One inventory. ``partial``: only the parts named in ``sections`` were sent, the others stand as they were.

    ``sections``: names of the fields below that were sent (``software``, ``antivirus`` …) and ``parts.<kind>`` for each
    kind of part. A plain field left empty says nothing, in a partial inventory or a whole one.
    """

    agent_id: str
    reported_at: datetime | None = None
    computer_name: str = ""
    domain: str = ""
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    uuid: str = ""
    chassis: str = ""
    os_name: str = ""
    os_version: str = ""
    os_build: str = ""
    os_installed_on: date | None = None
    last_user: str = ""
    addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    software: tuple[InstalledItem, ...] = ()
    antivirus: tuple[AntivirusState, ...] = ()
    parts: tuple[Part, ...] = ()
    tag: str = ""
    partial: bool = False
    sections: frozenset[str] = field(default_factory=frozenset)
