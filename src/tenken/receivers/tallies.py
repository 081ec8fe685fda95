"""What came in since it was last written down, by source and day in Japan."""

from __future__ import annotations

from datetime import date, datetime

from tenken.common.clock import JAPAN
from tenken.telemetry.ingest.parcels import Receipt
from tenken.telemetry.reception.activity import Tally
from tenken.telemetry.reception.senders import Sender


class Tallies:
    """Of one event loop: nothing here waits."""

    def __init__(self) -> None:
        self._by_day: dict[tuple[int, date], Tally] = {}
        self.turned_away = 0

    def received(self, sender: Sender, receipt: Receipt, *, size: int, at: datetime, peer: str) -> None:
        """Count a payload that is durable."""
        tally = self._of(sender, at)
        tally.payloads += 1
        tally.size += size
        tally.last_received_at, tally.last_peer = at, peer
        if receipt.repeated:
            tally.repeated += 1
            return
        tally.events += receipt.events
        tally.quarantined += receipt.quarantined

    def heard(self, sender: Sender, *, at: datetime, peer: str) -> None:
        """Keep that a sender spoke, of nothing to be kept."""
        tally = self._of(sender, at)
        tally.last_received_at, tally.last_peer = at, peer

    def refused(self, sender: Sender, *, at: datetime) -> None:
        self._of(sender, at).refused += 1

    def told_to_wait(self, sender: Sender, *, at: datetime) -> None:
        self._of(sender, at).turned_away += 1
        self.turned_away += 1

    def _of(self, sender: Sender, at: datetime) -> Tally:
        return self._by_day.setdefault((sender.source_id, at.astimezone(JAPAN).date()), Tally())

    def take(self) -> dict[tuple[int, date], Tally]:
        """Return what was counted and begin anew."""
        taken, self._by_day = self._by_day, {}
        return taken

    def give_back(self, taken: dict[tuple[int, date], Tally]) -> None:
        """Count again what could not be written down."""
        for key, before in taken.items():
            now = self._by_day.setdefault(key, Tally())
            for name in ("payloads", "events", "size", "repeated", "quarantined", "refused", "turned_away"):
                setattr(now, name, getattr(now, name) + getattr(before, name))
            if now.last_received_at is None:
                now.last_received_at, now.last_peer = before.last_received_at, before.last_peer
