"""What the receivers count: by source and day, and how each receiving process is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from tenken.common import clock
from tenken.telemetry.models import ReceiverState, SourceDay

_KEPT: Final = timedelta(days=1)


@dataclass
class Tally:
    """What one source sent since it was last told (``SourceDay``)."""

    payloads: int = 0
    events: int = 0
    size: int = 0
    repeated: int = 0
    quarantined: int = 0
    refused: int = 0
    turned_away: int = 0
    last_received_at: datetime | None = None
    last_peer: str = ""


_COUNTED: Final = ("payloads", "events", "size", "repeated", "quarantined", "refused", "turned_away")


@transaction.atomic
def add_tallies(tallies: Mapping[tuple[int, date], Tally]) -> None:
    """Add *tallies* to what stands, by source and day in Japan."""
    for (source_id, day), tally in tallies.items():
        row, _ = SourceDay.objects.get_or_create(source_id=source_id, day=day)
        changes: dict[str, Any] = {name: F(name) + getattr(tally, name) for name in _COUNTED}
        if tally.last_received_at:
            changes |= {"last_received_at": tally.last_received_at, "last_peer": tally.last_peer[:64]}
        SourceDay.objects.filter(pk=row.pk).update(**changes)


@transaction.atomic
def tell_state(*, name: str, started_at: datetime, state: Mapping[str, Any], stopped: bool = False) -> None:
    """Say how the receiving process *name* is. Those that ended more than a day ago are forgotten."""
    now = clock.now()
    ReceiverState.objects.filter(told_at__lt=now - _KEPT).delete()
    ReceiverState.objects.update_or_create(
        name=name,
        defaults={
            "started_at": started_at,
            "told_at": now,
            "stopped_at": now if stopped else None,
            "state": dict(state),
        },
    )
