"""When each terminal was heard last, written now and then for many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from tenken.telemetry.models import Terminal

_AT_ONCE: Final = 500


class Heard:
    """Terminals heard since the last writing, and the moment the newest of it was received."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terminals: set[int] = set()
        self._newest: datetime | None = None

    def note(self, terminals: Iterable[int], received: datetime) -> None:
        with self._lock:
            self._terminals.update(terminals)
            self._newest = max(self._newest or received, received)

    def write(self) -> int:
        """Write the moments: that of the newest payload for all of them, which is right to the few seconds between two
        writings. Return how many terminals there were. What fails is kept for the next time."""
        with self._lock:
            terminals, newest = self._terminals, self._newest
            self._terminals, self._newest = set(), None
        if newest is None:
            return 0
        keys = sorted(terminals)
        try:
            for at in range(0, len(keys), _AT_ONCE):
                earlier = Q(last_seen__isnull=True) | Q(last_seen__lt=newest)
                Terminal.objects.filter(earlier, pk__in=keys[at : at + _AT_ONCE]).update(
                    first_seen=Coalesce(F("first_seen"), newest), last_seen=newest
                )
        except BaseException:
            self.note(terminals, newest)
            raise
        return len(keys)
