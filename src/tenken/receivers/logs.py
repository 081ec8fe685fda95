"""OpenTelemetry logs (OTLP/HTTP) and JSON lines."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenken.receivers.bodies import held_body
from tenken.receivers.doors import LINES, OTLP, peer_of, sender_of
from tenken.receivers.intake import Intake, TurnedAway
from tenken.receivers.limits import MB
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.wire.json_lines import read_json_lines
from tenken.telemetry.wire.otlp import otlp_reply, read_otlp

_LIMIT: Final = 16 * MB
_INFLATED: Final = 64 * MB
PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"


async def receive_otlp(request: Request) -> Response:
    """Take in ``ExportLogsServiceRequest`` as protobuf or JSON; what could not be understood is a partial success."""
    intake: Intake = request.app.state.intake
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (PROTOBUF, JSON):
        raise TurnedAway(415, f"{PROTOBUF}か{JSON}で送ってください。")
    sender = await sender_of(request, intake, OTLP)

    def read(body: bytes, received: datetime) -> tuple[int, Parsed]:
        parsed = read_otlp(body, content_type=content_type, received=received)
        return len(parsed.rejects), parsed

    async with held_body(request, intake.known, limit=_LIMIT) as raw:
        taken = await intake.take_in(sender, raw, read, limit=_INFLATED, peer=peer_of(request))
    rejected = taken.message
    words = f"{rejected}件は読み取れなかったため、別に保管しました。" if rejected else ""
    return Response(otlp_reply(content_type, rejected, words), media_type=content_type)


async def receive_lines(request: Request) -> Response:
    """Take in JSON lines; the answer says how many were understood."""
    intake: Intake = request.app.state.intake
    sender = await sender_of(request, intake, LINES)

    def read(body: bytes, received: datetime) -> tuple[str, Parsed]:
        return "lines", read_json_lines(body, dialect=sender.dialect, received=received)

    async with held_body(request, intake.known, limit=_LIMIT) as raw:
        taken = await intake.take_in(sender, raw, read, limit=_INFLATED, peer=peer_of(request))
    receipt = taken.receipt
    return JSONResponse(
        {
            "accepted": receipt.events if receipt else 0,
            "quarantined": receipt.quarantined if receipt else 0,
            "repeated": bool(receipt and receipt.repeated),
        }
    )


def otlp_status(content_type: str, message: str) -> Response | None:
    """Return ``google.rpc.Status`` with *message* as OTLP wants of an error; None for what is no OTLP content type."""
    if content_type == JSON:
        return JSONResponse({"message": message})
    if content_type != PROTOBUF:
        return None
    text = message[:1000].encode()
    length = bytes([len(text)]) if len(text) < 0x80 else bytes([len(text) & 0x7F | 0x80, len(text) >> 7])
    return Response(b"\x12" + length + text, media_type=PROTOBUF)
