"""A clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stops_on_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call *stop* at the first SIGTERM or SIGINT; a second one ends the process at once."""
    before: dict[signal.Signals, signal.Handlers | Callable[..., object] | int | None] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, signal.SIG_DFL)
        stop()

    for one in (signal.SIGTERM, signal.SIGINT):
        before[one] = signal.signal(one, handle)
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
