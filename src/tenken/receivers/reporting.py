"""What a receiving process says of itself, every few seconds, for the board 受信の状態."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from tenken.common import clock
from tenken.receivers.intake import Intake
from tenken.telemetry.reception.activity import add_tallies, tell_state


class Reporter:
    """Writes down what was counted and how things are. *connections*: (HTTP, syslog) open now."""

    def __init__(
        self, intake: Intake, *, addresses: dict[str, Any], connections: Callable[[], tuple[int, int]]
    ) -> None:
        self._intake = intake
        self._addresses = addresses
        self._connections = connections
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started = clock.now()

    async def tell(self, *, stopped: bool = False) -> None:
        """Write it down; what cannot be written now is counted the next time."""
        intake = self._intake
        taken = intake.tallies.take()
        try:
            await intake.database.ask(add_tallies, taken)
        except BaseException:
            intake.tallies.give_back(taken)
            raise
        await intake.nodes.sweep()
        await intake.database.ask(
            tell_state, name=self._name, started_at=self._started, state=self.state(), stopped=stopped
        )

    def state(self) -> dict[str, Any]:
        """Return how this process is, as JSON can hold it."""
        intake = self._intake
        http, syslog = self._connections()
        return {
            "addresses": self._addresses,
            "connections": {"http": http, "syslog": syslog},
            "in_memory": intake.known.total - intake.known.free + intake.unknown.total - intake.unknown.free,
            "in_memory_most": intake.known.total + intake.unknown.total,
            "waiting": intake.known.waiting + intake.unknown.waiting,
            "turned_away": intake.tallies.turned_away,
            "wrong_keys": intake.wrong_keys.total,
            "wrong_from": intake.wrong_keys.recent(),
            "pipeline": _plain(intake.pipeline.state()),
            "disk": _disk(),
        }


def _plain(state: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(state), cls=DjangoJSONEncoder))
    return plain


def _disk() -> dict[str, int]:
    """Return the free and the whole space where the operation logs lie; {} when they lie on a server of their own."""
    if settings.CLICKHOUSE_URL:
        return {}
    usage = shutil.disk_usage(settings.HOME)
    return {"free": usage.free, "total": usage.total}
