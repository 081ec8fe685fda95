"""One line of a scanner's result, whatever the scanner. Readers yield these; nothing else of a file is kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SEVERITIES = ("info", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """One weakness seen at one place.

    ``rule``: the scanner's own identifier (Nessus plugin, NVT OID, ZAP alert, Nuclei template, SARIF rule, Nmap script);
    with ``tool`` it tells weaknesses apart. ``severity``: one of ``SEVERITIES``, as the scanner rates it. ``score`` and
    ``vector`` belong to ``cvss`` ("2.0", "3.1", "4.0" …; '' where none is given). ``host``: address or host name as scanned, ''
    for results about files (SARIF). ``location``: URL, path or file:line. ``seen_at``: aware, UTC.
    """

    tool: str
    rule: str
    title: str
    severity: str
    host: str = ""
    host_name: str = ""
    port: int | None = None
    protocol: str = ""
    service: str = ""
    location: str = ""
    score: float | None = None
    vector: str = ""
    cvss: str = ""
    cves: tuple[str, ...] = ()
    cwes: tuple[str, ...] = ()
    description: str = ""
    solution: str = ""
    output: str = ""
    references: tuple[str, ...] = ()
    operating_system: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScannedHost:
    """One host a scan reached, also when nothing was found on it: only so can "not seen any more" be told from "not
    looked at"."""

    host: str
    host_name: str = ""
    operating_system: str = ""
    seen_at: datetime | None = None
