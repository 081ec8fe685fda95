"""100,000 results of a scanner, from the file to what stands, beside ways one would write it first."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import xml.dom.minidom
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.bars import Figure
from benchmarks.scan_files import write
from tenken.assets.models import InformationSystem
from tenken.audit.models import Weakness, WeaknessPlace
from tenken.audit.technical.operations import apply_scan, read_scan, receive_scan
from tenken.audit.technical.readers import read
from tenken.audit.technical.records import ScanRecord
from tenken.audit.technical.rules.identity import host_key, place_key, tool_and_rule
from tenken.common import clock
from tenken.common.identifiers import local_government_check_digit
from tenken.journal.actor import Actor
from tenken.organization.access import Principal, system_principal
from tenken.organization.models import Unit
from tenken.organization.operations import found_city

RESULTS = 100_000
SAMPLE = 2_000
SECONDS = 60
MEGABYTES = 500
FOUNDED = date(2005, 4, 1)


_CHILD = "import django; django.setup(); from benchmarks.technical import main; main()"


class _Founder:
    actor = Actor(code="system:benchmark", name="ベンチマーク")


def measure(home: Path) -> Iterator[Figure]:
    """Write the files, run the import in a process of its own (its memory is what is measured), then the others."""
    first, second = home / "first.nessus", home / "second.nessus"
    size = write(first, "nessus", RESULTS)
    next_scan(first, second)
    print(f"# {RESULTS:,} results, {size / 1e6:.0f} MB", file=sys.stderr)
    system = _system()
    megabytes, reading, applying = _child("import", first, system)
    yield Figure(f"import of {RESULTS:,} results, reading and difference", reading, "s")
    yield Figure("  applying: the writer's lock is held for", applying, "s")
    yield Figure("  from the file to what stands", reading + applying, "s", SECONDS)
    yield Figure("  peak memory of the process", megabytes, "MB", MEGABYTES)
    again, reading_again, applying_again = _child("import", second, system)
    yield Figure("the scan of a month later", reading_again + applying_again, "s", SECONDS)
    yield Figure("  peak memory of the process", again, "MB", MEGABYTES)
    yield Figure(
        "  not seen any more", WeaknessPlace.objects.filter(not_seen_since__isnull=False).count(), "rows"
    )
    whole, seconds, _ = _child("dom", first, system)
    yield Figure("peer: the file as a DOM (minidom), memory", whole, "MB")
    yield Figure("  times the memory of the import", whole / megabytes, "x")
    yield Figure("  its time, parsing alone", seconds, "s")
    _, one_by_one, _ = _child("rows", first, system)
    projected = one_by_one * RESULTS / SAMPLE
    yield Figure(f"peer: get_or_create row by row, {SAMPLE:,} results, projected", projected, "s")
    yield Figure("  times the time of the import", projected / (reading + applying), "x")


def next_scan(first: Path, second: Path) -> None:
    """Write the scan of a month later: every tenth plugin has given way to another."""
    with first.open(encoding="utf-8") as old, second.open("w", encoding="utf-8") as new:
        for line in old:
            later = line.replace("Mon Oct 12 03:00:00 2026", "Thu Nov 12 03:00:00 2026")
            new.write(later.replace('7" pluginName=', '79" pluginName='))


def _system() -> InformationSystem:
    code = "99103" + local_government_check_digit("99103")
    city = found_city(by=_Founder(), code=code, name="しんだん市", on=FOUNDED)
    root = Unit.objects.get(city=city, kind__rank=0)
    return InformationSystem.objects.create(
        city=city, code="SYS-01", name="窓口システム", owner=root, valid_from=FOUNDED
    )


def _child(what: str, path: Path, system: InformationSystem) -> tuple[float, float, float]:
    """Run one of the ways in a process of its own; return its peak memory in MB and two durations in seconds."""
    said = subprocess.run(
        [sys.executable, "-c", _CHILD, what, str(path), str(system.pk)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak, first, second = map(float, said.stdout.split())
    return peak, first, second


def _import(by: Principal, system: InformationSystem, path: Path) -> tuple[float, float]:
    start = time.perf_counter()
    with path.open("rb") as stream:
        scan = receive_scan(by=by, system=system, stream=stream, name=path.name)
    scan = read_scan(by=by, scan=scan)
    read_at = time.perf_counter()
    scan = apply_scan(by=by, scan=scan, version=scan.version)
    assert scan.figures["results"] == RESULTS
    return read_at - start, time.perf_counter() - read_at


def _dom(path: Path) -> tuple[float, float]:
    start = time.perf_counter()
    tree = xml.dom.minidom.parse(str(path))
    assert len(tree.getElementsByTagName("ReportItem")) == RESULTS
    return time.perf_counter() - start, 0.0


def _rows(system: InformationSystem, path: Path) -> tuple[float, float]:
    """The same records as the ORM's own words put it: look, then insert, each its own transaction."""
    other = InformationSystem.objects.create(
        city=system.city, code="SYS-02", name="比べる相手", owner=system.owner, valid_from=FOUNDED
    )
    moment = clock.now()
    start = time.perf_counter()
    taken = 0
    for record in read(path, "nessus"):
        if not isinstance(record, ScanRecord):
            continue
        tool, rule = tool_and_rule(record)
        seen = {"first_seen_at": moment, "last_seen_at": moment}
        weakness, _ = Weakness.objects.get_or_create(
            system=other,
            tool=tool,
            rule=rule,
            defaults={"title": record.title, "severity": record.severity, **seen},
        )
        WeaknessPlace.objects.get_or_create(
            weakness=weakness,
            key=place_key(record),
            defaults={"host": host_key(record.host), "port": record.port, "output": record.output, **seen},
        )
        taken += 1
        if taken == SAMPLE:
            break
    return time.perf_counter() - start, 0.0


def _peak() -> float:
    """Return this process's peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run one of the ways and print peak memory and durations."""
    what, path, key = sys.argv[1:]
    system = InformationSystem.objects.select_related("city", "owner").get(pk=key)
    if what == "import":
        times = _import(system_principal(system.city, "benchmark"), system, Path(path))
    elif what == "dom":
        times = _dom(Path(path))
    else:
        times = _rows(system, Path(path))
    print(_peak(), *times)
