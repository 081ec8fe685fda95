"""What the tests of the readers share: a file read to its end, as hosts and records."""

from __future__ import annotations

from pathlib import Path

from tenken.audit.technical import readers
from tenken.audit.technical.records import ScannedHost, ScanRecord

DATA = Path(__file__).parents[1] / "data"
SAMPLES = sorted(path for path in DATA.glob("*/*.*") if path.suffix != ".txt")


def read_all(path: Path, format: str = "") -> tuple[str, list[ScannedHost], list[ScanRecord]]:
    format = format or readers.recognise(path, path.name)
    hosts: list[ScannedHost] = []
    records: list[ScanRecord] = []
    for found in readers.read(path, format):
        if isinstance(found, ScannedHost):
            hosts.append(found)
        else:
            records.append(found)
    return format, hosts, records
