"""The receiver as it runs: uvicorn on a thread of its own, with the syslog listeners in its lifespan."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from tenken.receivers.intake import Intake
from tenken.receivers.listening import BACKLOG, Listening, Sockets, open_sockets
from tenken.receivers.reporting import Reporter
from tenken.receivers.syslog import SyslogListener

if TYPE_CHECKING:
    from tenken.telemetry.ingest.pipeline import Pipeline

logger = logging.getLogger("tenken.receivers")
_KEEP_ALIVE_SECONDS: Final = 75
_FINISH_SECONDS: Final = 25
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 60.0
_MOST_CONNECTIONS: Final = 30_000


class Receiver:
    """One receiver. The pipeline must run before ``start`` and until after ``stop``."""

    def __init__(self, where: Listening, pipeline: Pipeline) -> None:
        import uvicorn

        from tenken.receivers.application import application
        from tenken.receivers.protocol import BoundedHttp, bound_tls_buffers

        self._pipeline = pipeline
        self.intake: Intake
        self.reporter: Reporter
        self.loop: asyncio.AbstractEventLoop
        self.sockets: Sockets = open_sockets(where)
        tls = self.sockets.tls
        if tls is not None:
            bound_tls_buffers()
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._server = uvicorn.Server(
            uvicorn.Config(
                application(self._make_intake, self._beside),
                http=BoundedHttp,
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_FINISH_SECONDS,
                ssl_context_factory=(lambda config, default: tls) if tls is not None else None,
            )
        )
        self._thread = threading.Thread(target=self._run, name="tenken-receiver", daemon=True)

    def start(self) -> None:
        """Start and return when it receives. ``RuntimeError`` when it does not come up."""
        self._thread.start()
        waited = 0.0
        while not self._server.started:
            self._thread.join(0.02)
            waited += 0.02
            if not self._thread.is_alive() or waited > _START_SECONDS:
                raise RuntimeError("the receiver did not come up")

    def stop(self) -> None:
        """Take no more, finish what has begun, and return."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive():
            logger.warning("the receiver did not end in time")
        self.sockets.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve([self.sockets.http]))
        except SystemExit:
            logger.error("the receiver could not start")

    def _make_intake(self) -> Intake:
        self.intake = Intake(self._pipeline)
        return self.intake

    @contextlib.asynccontextmanager
    async def _beside(self, intake: Intake) -> AsyncIterator[Reporter]:
        syslog = SyslogListener(intake)
        await syslog.start(self.sockets.syslog)
        self.loop = asyncio.get_running_loop()
        self.reporter = Reporter(
            intake,
            addresses=self.sockets.addresses(),
            connections=lambda: (len(self._server.server_state.connections), syslog.connections),
        )
        try:
            yield self.reporter
        finally:
            await syslog.stop()
