"""Results of scanners, read as a stream. No database, no network; memory does not grow with the file.

``recognise`` says which format a file has, ``read`` yields its hosts and records in the order of the file. A host may
come before or after its records, and more than once. Results about files (SARIF) belong to the host ''. Whatever is
wrong with a file is raised as ``Invalid``, in Japanese and with the place; what was yielded before must then be undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tenken.audit.technical.readers.end_of_support import says_unsupported, support_ended
from tenken.audit.technical.readers.gvm import read_gvm
from tenken.audit.technical.readers.nessus import read_nessus
from tenken.audit.technical.readers.nmap import read_nmap
from tenken.audit.technical.readers.nuclei import read_nuclei
from tenken.audit.technical.readers.recognising import recognise
from tenken.audit.technical.readers.sarif import read_sarif
from tenken.audit.technical.readers.sources import Told, opened
from tenken.audit.technical.readers.tables import (
    TableHeader,
    TableMapping,
    read_table,
    severity_words,
    table_header,
)
from tenken.audit.technical.readers.zap import read_zap_json, read_zap_xml
from tenken.audit.technical.records import ScannedHost, ScanRecord
from tenken.common.refusals import Invalid

__all__ = [
    "FORMATS",
    "TableHeader",
    "TableMapping",
    "Told",
    "read",
    "recognise",
    "says_unsupported",
    "severity_words",
    "support_ended",
    "table_header",
]

FORMATS: Final = {
    "nessus": "Nessus（.nessus）",
    "gvm": "OpenVAS・GVM（XML）",
    "zap_xml": "ZAP（XML）",
    "zap_json": "ZAP（JSON）",
    "nuclei": "Nuclei（JSONL・JSON）",
    "sarif": "SARIF 2.1.0（JSON）",
    "nmap": "Nmap（XML）",
    "table": "表（CSV・Excel）",
}

_READERS: Final = {
    "gvm": read_gvm,
    "nessus": read_nessus,
    "nmap": read_nmap,
    "nuclei": read_nuclei,
    "zap_json": read_zap_json,
    "zap_xml": read_zap_xml,
}


def read(
    path: Path, format: str, *, mapping: TableMapping | None = None, told: Told | None = None
) -> Iterator[ScannedHost | ScanRecord]:
    """Yield what *path* holds, read as *format* (a key of ``FORMATS``).

    *mapping* says which column of a table is what; without one it is proposed from the header. *told* is called with
    (bytes read, bytes in all) as the reading goes on. ``Invalid`` for what cannot be read.
    """
    if format == "table":
        yield from read_table(path, mapping, told)
        return
    if format == "sarif":
        yield from read_sarif(path, told)
        return
    if format not in _READERS:
        raise Invalid("読み取れない形式です。")
    with opened(path, told) as source:
        yield from _READERS[format](source)
