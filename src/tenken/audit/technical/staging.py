"""A file of a scanner into rows of its import: as a stream, in batches, each its own short transaction.

Nothing here reaches what stands of a system: that is ``applying``. Memory grows with the number of kinds of weaknesses and
of hosts, never with the number of results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from tenken.assets.support import Support
from tenken.audit.models import HostScan, ReportedPlace, ReportedWeakness, ScanDifference, ScanImport
from tenken.audit.technical.readers.end_of_support import support_ended
from tenken.audit.technical.records import SEVERITIES, ScannedHost, ScanRecord
from tenken.audit.technical.rules.identity import exposed, host_key, place_key, tool_and_rule
from tenken.audit.technical.words import SUPPORT
from tenken.common.era import era_date
from tenken.common.refusals import Invalid
from tenken.telemetry.inventory.queries import support_table

BATCH: Final = 2_000
MAX_RESULTS: Final = 2_000_000
_MAX_OUTPUT: Final = 2_000
_MAX_CVES: Final = 200

_Key = tuple[str, str]


@dataclass
class Staged:
    """What was read: the tools, how much, and when the scan ended by its own words (None: it does not say)."""

    tools: set[str] = field(default_factory=set)
    results: int = 0
    scanned_at: datetime | None = None


@dataclass
class _Host:
    name: str = ""
    operating_system: str = ""
    tools: set[str] = field(default_factory=set)


def clear(scan: ScanImport) -> None:
    """Remove what was read of *scan* before."""
    reported = ReportedWeakness.objects.filter(scan=scan)
    for rows in (
        ReportedPlace.objects.filter(reported__in=reported.values("pk")),
        reported,
        HostScan.objects.filter(scan=scan),
        ScanDifference.objects.filter(scan=scan),
    ):
        rows._raw_delete(
            rows.db
        )  # straight in the database: a hundred thousand rows are not fetched to be deleted


def stage(
    scan: ScanImport, found: Iterable[ScannedHost | ScanRecord], *, default_tool: str, on: date
) -> Staged:
    """Write what *found* yields as rows of *scan* and return what it was.

    *default_tool* is the tool of hosts in a file without a single result. *on*: the day by which an operating system's
    support has ended or not, where the file does not say when it was scanned. ``Invalid`` for what a reader refuses.
    """
    return _Stage(scan, default_tool, on).take(found)


class _Stage:
    def __init__(self, scan: ScanImport, default_tool: str, on: date) -> None:
        self.scan, self.default_tool, self.on = scan, default_tool, on
        self.staged = Staged()
        self.known: dict[_Key, tuple[int, int]] = {}  # the row's key, the highest severity so far
        self.raised: dict[_Key, ScanRecord] = {}
        self.hosts: dict[str, _Host] = {}

    def take(self, found: Iterable[ScannedHost | ScanRecord]) -> Staged:
        batch: list[ScanRecord] = []
        for one in found:
            if one.seen_at is not None:
                self.staged.scanned_at = max(self.staged.scanned_at or one.seen_at, one.seen_at)
            self._host(one)
            if isinstance(one, ScanRecord):
                batch.append(one)
                if len(batch) == BATCH:
                    self._write(batch)
                    batch = []
        self._write(batch)
        self._write_hosts()
        return self.staged

    def _host(self, one: ScannedHost | ScanRecord) -> None:
        host = self.hosts.setdefault(host_key(one.host), _Host())
        host.name = host.name or one.host_name
        host.operating_system = host.operating_system or one.operating_system
        if isinstance(one, ScanRecord):
            host.tools.add(tool_and_rule(one)[0])

    def _write(self, batch: list[ScanRecord]) -> None:
        self.staged.results += len(batch)
        if self.staged.results > MAX_RESULTS:
            raise Invalid(f"結果が多すぎます（{MAX_RESULTS:,}件まで）。分けて取り込んでください。")
        keyed = [(tool_and_rule(record), record) for record in batch]
        fresh = {key: record for key, record in reversed(keyed) if key not in self.known}
        made = ReportedWeakness.objects.bulk_create(
            [_weakness(self.scan, key, record) for key, record in fresh.items()]
        )
        for row in made:
            self.known[row.tool, row.rule] = row.pk, SEVERITIES.index(row.severity)
            self.staged.tools.add(row.tool)
        for key, record in keyed:
            self._raise(key, record)
        self._raise_written()
        ReportedPlace.objects.bulk_create(
            [_place(self.known[key][0], record) for key, record in keyed], ignore_conflicts=True
        )

    def _raise(self, key: _Key, record: ScanRecord) -> None:
        """Where one weakness is rated differently from place to place, the highest counts."""
        pk, severity = self.known[key]
        if SEVERITIES.index(record.severity) > severity:
            self.known[key] = pk, SEVERITIES.index(record.severity)
            self.raised[key] = record

    def _raise_written(self) -> None:
        for key, record in self.raised.items():
            ReportedWeakness.objects.filter(pk=self.known[key][0]).update(
                severity=record.severity, score=record.score, vector=record.vector, cvss=record.cvss
            )
        self.raised.clear()

    def _write_hosts(self) -> None:
        """Hosts without a result were looked at by every tool of the file; those with an OS also by its support."""
        public = self.scan.system.public
        tools = self.staged.tools or {self.default_tool}
        self.staged.tools = set(tools)
        day = self.staged.scanned_at.date() if self.staged.scanned_at else self.on
        rows: list[HostScan] = []
        ended: dict[str, list[ScanRecord]] = {}
        dates = support_table(self.scan.system.city)
        for key, host in self.hosts.items():
            support = support_ended(host.operating_system, day, dates) if host.operating_system else None
            looked = host.tools or tools
            for tool in (*sorted(looked), *((SUPPORT,) if host.operating_system else ())):
                rows.append(
                    HostScan(
                        scan=self.scan,
                        tool=tool,
                        host=key,
                        host_name=host.name[:255],
                        operating_system=host.operating_system[:500],
                        support_ended_on=support.on if support else None,
                        exposed=exposed(key, system_public=public),
                    )
                )
            if support:
                ended.setdefault(support.product, []).append(_out_of_support(key, host, support))
        for start in range(0, len(rows), BATCH):
            HostScan.objects.bulk_create(rows[start : start + BATCH])
        for records in ended.values():
            for start in range(0, len(records), BATCH):
                self._write(records[start : start + BATCH])
        self.staged.results -= sum(map(len, ended.values()))
        self.staged.tools.discard(SUPPORT)


def _out_of_support(key: str, host: _Host, support: Support) -> ScanRecord:
    return ScanRecord(
        tool=SUPPORT,
        rule=support.product,
        title=f"サポートが終了したOS（{support.product}）",
        severity="critical",
        host=key,
        host_name=host.name,
        description=f"サポートは{era_date(support.on)}に終わりました。新しいぜい弱性が見つかっても、修正は提供されません。"
        + (f"有償の延長サポートは{era_date(support.extended_to)}までです。" if support.extended_to else ""),
        solution="サポートのあるOSに更新してください。更新するまでは、外部から届かないようにしてください。",
        output=host.operating_system,
        references=(support.source,),
    )


def _weakness(scan: ScanImport, key: _Key, record: ScanRecord) -> ReportedWeakness:
    return ReportedWeakness(
        scan=scan,
        tool=key[0],
        rule=key[1],
        title=(record.title.strip() or key[1])[:500],
        severity=record.severity,
        score=record.score,
        vector=record.vector[:300],
        cvss=record.cvss[:8],
        cves=list(record.cves[:_MAX_CVES]),
        cwes=list(record.cwes[:_MAX_CVES]),
        description=record.description,
        solution=record.solution,
        links=list(record.references[:50]),
        end_of_support=key[0] == SUPPORT,
    )


def _place(reported: int, record: ScanRecord) -> ReportedPlace:
    return ReportedPlace(
        reported_id=reported,
        key=place_key(record),
        host=host_key(record.host),
        port=record.port,
        protocol=record.protocol[:20],
        service=record.service[:100],
        location=record.location[:2000],
        output=record.output[:_MAX_OUTPUT],
    )


def in_batches(rows: Iterator[ScanDifference]) -> Iterator[list[ScanDifference]]:
    """Yield *rows* in lists of ``BATCH`` at most."""
    batch: list[ScanDifference] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
