"""Memory does not grow with the file, and reading keeps its speed."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from benchmarks.scan_files import FORMATS, write

from tenken.audit.technical import readers
from tenken.audit.technical.records import ScanRecord


@pytest.mark.parametrize("format", FORMATS)
def test_memory_stays_while_the_file_grows(tmp_path: Path, format: str) -> None:
    """About 10 MB of Nessus, and a few thousand results of the other formats."""
    path = tmp_path / "result"
    results = 10_000 if format == "nessus" else 4_000
    size = write(path, format, results)
    assert size > 9_000_000 or format != "nessus"
    assert readers.recognise(path, "result") == format
    tracemalloc.start()
    try:
        count = sum(isinstance(found, ScanRecord) for found in readers.read(path, format))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == results
    # SARIF's rules are kept: results name them. All else is what one piece of the file needs.
    assert peak < (8_000_000 if format == "sarif" else 4_000_000)
