"""Taking a CSV file in, as a job: chunk by chunk through the same pipeline as everything that is received."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.files.models import StoredFile
from tenken.files.operations import open_file
from tenken.jobs.models import Job
from tenken.jobs.operations import progress
from tenken.jobs.registry import Result
from tenken.telemetry.ingest.identity import payload_number
from tenken.telemetry.ingest.parcels import Parcel, Parsed, Receipt
from tenken.telemetry.ingest.pipeline import Busy, Pipeline, pipeline
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.reception.activity import Tally, add_tallies
from tenken.telemetry.wire.csv_files import read_csv
from tenken.telemetry.wire.csv_mappings import CsvMapping

_AT_ONCE: Final = 4
_PATIENCE_SECONDS: Final = 120.0
_DURABLE_SECONDS: Final = 300.0
_CLOSED: Final = "受信の処理が動いていないか混み合っているため、取り込めません。しばらくしてからもう一度取り込んでください（取り込んだ分は重複しません）。"


@dataclass
class _Counts:
    events: int = 0
    refused: int = 0
    repeated: int = 0

    def add(self, receipt: Receipt) -> None:
        if receipt.repeated:
            self.repeated += receipt.events
        else:
            self.events += receipt.events
            self.refused += receipt.quarantined

    def told(self) -> str:
        said = [f"{self.events:,}件を取り込みました"]
        if self.refused:
            said.append(f"{self.refused:,}件は読み取れないため「読み取れなかった受信」に置きました")
        if self.repeated:
            said.append(f"{self.repeated:,}件は前に取り込んだものと同じです")
        return "。".join(said) + "。"


def run_import(job: Job) -> Result:
    """Take in the file that *job* names. Asked for again after a stop, it goes on: what is there is not doubled."""
    arguments = job.arguments
    stored = StoredFile.objects.get(pk=arguments["file"])
    source = Source.objects.select_related("city").get(pk=arguments["source"])
    layout = CsvLayout.objects.get(pk=arguments["layout"])
    counts = _Counts()
    waiting: deque[tuple[Future[Receipt], int]] = deque()
    road = pipeline()
    with open_file(stored) as file:
        parsed = read_csv(file, CsvMapping.from_data(arguments["mapping"]), received=clock.now())
        for parcel in _parcels(parsed, stored, source, layout.name):
            waiting.append((_submitted(road, parcel), file.tell()))
            while len(waiting) >= _AT_ONCE:
                _settle(job, waiting, counts, stored.size)
    while waiting:
        _settle(job, waiting, counts, stored.size)
    _tally(source, stored, counts)
    return Result(counts.told())


def _parcels(parsed: Iterator[Parsed], stored: StoredFile, source: Source, layout: str) -> Iterator[Parcel]:
    received = clock.now()
    for number, part in enumerate(parsed):
        # Chunks are cut by the file alone, so that a mended mapping does not bring the same rows again.
        key = f"{source.city.code}/{source.code}"
        yield Parcel(
            city=source.city.code,
            source=source.code,
            retention=source.retention_class,
            payload=payload_number(key, f"{stored.sha256}/{number}".encode()),
            received=received,
            parsed=part,
            peer=layout,
        )


def _submitted(road: Pipeline, parcel: Parcel) -> Future[Receipt]:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return road.submit(parcel)
        except Busy as busy:
            if time.monotonic() + busy.retry_after > until:
                raise Invalid(_CLOSED) from None
            time.sleep(busy.retry_after)


def _settle(job: Job, waiting: deque[tuple[Future[Receipt], int]], counts: _Counts, size: int) -> None:
    """Wait for the oldest chunk to be durable."""
    future, position = waiting.popleft()
    try:
        counts.add(future.result(timeout=_DURABLE_SECONDS))
    except TimeoutError:
        raise Invalid(_CLOSED) from None
    progress(job, min(position, size), size, counts.told())


def _tally(source: Source, stored: StoredFile, counts: _Counts) -> None:
    now = clock.now()
    tally = Tally(
        payloads=1,
        events=counts.events,
        size=stored.size,
        repeated=counts.repeated,
        quarantined=counts.refused,
        last_received_at=now,
        last_peer=stored.name[:64],
    )
    add_tallies({(source.pk, now.astimezone(clock.JAPAN).date()): tally})
