"""The ASGI application: addresses, what is answered when something is not taken in, and what runs beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from tenken.common.refusals import Refusal
from tenken.receivers import osquery
from tenken.receivers.bodies import Gone
from tenken.receivers.intake import Intake, TurnedAway
from tenken.receivers.inventories import PATHS, receive_inventory
from tenken.receivers.limits import spread
from tenken.receivers.logs import otlp_status, receive_lines, receive_otlp
from tenken.receivers.reporting import Reporter

logger = logging.getLogger("tenken.receivers")
TELL_SECONDS: Final = 5.0
_SENTENCES: Final = {404: "この宛先では受信していません。", 405: "この宛先にはPOSTで送ってください。"}


def application(
    intake: Callable[[], Intake], beside: Callable[[Intake], contextlib.AbstractAsyncContextManager[Reporter]]
) -> Starlette:
    """Return the application. *beside* runs from before the first request until after the last (syslog)."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.intake = made = intake()
        app.state.newly_enrolled = set()
        try:
            async with beside(made) as reporter:
                telling = asyncio.create_task(_tell(reporter))
                try:
                    yield
                finally:
                    telling.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await telling
            await reporter.tell(stopped=True)
        finally:
            made.close()

    return Starlette(
        routes=_routes(),
        lifespan=lifespan,
        exception_handlers={
            TurnedAway: _turned_away,
            Gone: _gone,
            Refusal: _refusal,
            HTTPException: _http_exception,
            Exception: _defect,
        },
    )


def _routes() -> list[Route | Mount]:
    posts: list[Route | Mount] = [Route(path, receive_inventory, methods=["POST"]) for path in PATHS]
    posts.append(Route("/v1/logs", receive_otlp, methods=["POST"]))
    posts.append(Route("/lines", receive_lines, methods=["POST"]))
    # For agents that know nothing but an address: the key is a part of it.
    keyed = Mount("/k/{key}", routes=list(posts))
    enrolled: list[Route | Mount] = [
        Route(f"/osquery/{path}", endpoint, methods=["POST"])
        for path, endpoint in (
            ("enroll", osquery.enroll),
            ("config", osquery.config),
            ("log", osquery.log),
            ("distributed/read", osquery.distributed_read),
            ("distributed/write", osquery.distributed_write),
        )
    ]
    return [*posts, keyed, *enrolled, Route("/health", _health, methods=["GET"])]


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _tell(reporter: Reporter) -> None:
    while True:
        try:
            await reporter.tell()
        except Exception:
            logger.exception("the receiver's state could not be written; trying again")
        await asyncio.sleep(TELL_SECONDS)


async def _turned_away(request: Request, away: Exception) -> Response:
    assert isinstance(away, TurnedAway)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    plain = JSONResponse({"message": away.message})
    answer = (
        otlp_status(content_type, away.message) if request.url.path.endswith("/v1/logs") else None
    ) or plain
    answer.status_code = away.status
    if away.retry_after:
        answer.headers["Retry-After"] = str(away.retry_after)
    if away.status == 401:
        # Agents of the FusionInventory family read the realm from the start of this header.
        answer.headers["WWW-Authenticate"] = 'Basic realm="Tenken"'
    if away.close:
        answer.headers["Connection"] = "close"
    return answer


async def _gone(request: Request, gone: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it


async def _refusal(request: Request, refusal: Exception) -> Response:
    """What a domain refused: the store or the database is away, or the content is wrong."""
    assert isinstance(refusal, Refusal)
    later = refusal.status >= 500
    return await _turned_away(
        request, TurnedAway(503 if later else 400, refusal.message, retry_after=spread(20) if later else 0)
    )


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = _SENTENCES.get(error.status_code, str(error.detail))
    return JSONResponse({"message": sentence}, status_code=error.status_code, headers=error.headers)


async def _defect(request: Request, error: Exception) -> Response:
    """Nothing was acknowledged: the sender keeps what it has and comes again."""
    return await _turned_away(
        request, TurnedAway(503, "いまは受け取れません。後で送り直してください。", retry_after=spread(20))
    )
