"""Mappings as those who manage sources see them, and what a mapping makes of a sample."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.journal.queries import contents, entries
from tenken.organization.access import Principal, require
from tenken.telemetry.ingest.parcels import Parsed, Reject
from tenken.telemetry.mappings.operations import SUBJECT
from tenken.telemetry.models import CsvLayout, Source
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.wire.csv_files import read_csv
from tenken.telemetry.wire.csv_mappings import CsvMapping

PREVIEWED: Final = 20
# A sample is looked at, not taken in.
SAMPLE_BYTES: Final = 512 * 1024


@dataclass(frozen=True)
class Preview:
    """The first events a mapping makes of a sample, and the first of what it cannot read."""

    events: tuple[dict[str, Any], ...]
    rejects: tuple[Reject, ...]
    read: int
    refused: int


@dataclass(frozen=True)
class LayoutVersion:
    """One version of a mapping as the journal has it; ``data`` is empty where only its use was switched."""

    version: int
    changed_at: datetime
    by: str
    operation: str
    data: dict[str, Any]


def layouts(by: Principal, *, text: str = "", in_use: bool | None = None) -> QuerySet[CsvLayout]:
    """Return the city's mappings by name."""
    require(by, MANAGE_SOURCES)
    rows = CsvLayout.objects.restrict(by, MANAGE_SOURCES)
    if text:
        rows = rows.filter(name__icontains=text) | rows.filter(note__icontains=text)
    return rows if in_use is None else rows.filter(in_use=in_use)


def find_layout(by: Principal, layout_id: int) -> CsvLayout:
    """Return a mapping; ``Missing`` when there is none this person may know of."""
    require(by, MANAGE_SOURCES)
    layout = CsvLayout.objects.restrict(by, MANAGE_SOURCES).filter(pk=layout_id).first()
    if layout is None:
        raise Missing("対応づけがありません。")
    return layout


def csv_sources(by: Principal) -> list[Source]:
    """Return the sources that files may be taken in for."""
    require(by, MANAGE_SOURCES)
    rows = Source.objects.restrict(by, MANAGE_SOURCES)
    return list(rows.filter(protocol=Source.Protocol.CSV, enabled=True))


def versions(by: Principal, layout: CsvLayout) -> list[LayoutVersion]:
    """Return what the journal has of *layout*, newest first. Two queries."""
    require(by, MANAGE_SOURCES)
    page = list(entries(by.city_code, operation="telemetry.csv_layout.", subject=(SUBJECT, layout.pk))[:200])
    said = contents(page)
    found = []
    for entry in page:
        if content := said.get(entry.pk):
            changes = content.changes
            found.append(
                LayoutVersion(
                    int(changes.get("version", 0)),
                    entry.recorded_at,
                    content.name,
                    entry.operation,
                    changes.get("data", {}),
                )
            )
    return found


def preview(sample: bytes, mapping: CsvMapping, *, received: datetime | None = None) -> Preview:
    """Return what *mapping* makes of *sample*. ``Invalid`` when the sample's headings are not the mapping's."""
    piece = sample[:SAMPLE_BYTES]
    if len(sample) > SAMPLE_BYTES:  # the last line may be cut
        piece = piece[: piece.rfind(b"\n") + 1] or piece
    read = list(islice(read_csv(io.BytesIO(piece), mapping, received=received or clock.now()), 1))
    parsed = read[0] if read else Parsed()
    events = parsed.events
    rows = events.slice(0, PREVIEWED).to_pylist() if events is not None else []
    return Preview(
        tuple(rows),
        parsed.rejects[:PREVIEWED],
        events.num_rows if events is not None else 0,
        len(parsed.rejects),
    )


def read_part(*, city_code: str, layout_name: str, raw: bytes, received: datetime) -> Parsed:
    """Return a quarantined part of a file (its headings and the record) read anew by the mapping *layout_name* as it is
    now. ``Missing`` when there is no such mapping, ``Invalid`` when its headings are others."""
    layout = CsvLayout.objects.filter(city__code=city_code, name=layout_name).first()
    if layout is None:
        raise Missing(f"対応づけ「{layout_name}」がありません。")
    mapping = CsvMapping.from_data(layout.data)
    return next(read_csv(io.BytesIO(raw), mapping, received=received), Parsed())
