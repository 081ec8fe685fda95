"""OCS, FusionInventory and GLPI agents: one address for what they all post, plain, zlib or gzip, XML or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenken.receivers.bodies import held_body
from tenken.receivers.doors import INVENTORIES, peer_of, sender_of
from tenken.receivers.intake import Intake
from tenken.receivers.limits import MB, spread
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.models import Source
from tenken.telemetry.wire.glpi import read_glpi
from tenken.telemetry.wire.inflating import deflate
from tenken.telemetry.wire.ocs import inventory_reply, prolog_reply, read_ocs

# What agents are configured with by habit, and ours.
PATHS: Final = (
    "/inventory",
    "/ocsinventory",
    "/glpi",
    "/glpi/",
    "/glpi/front/inventory.php",
    "/front/inventory.php",
    "/plugins/fusioninventory",
    "/plugins/fusioninventory/",
    "/plugins/glpiinventory",
    "/plugins/glpiinventory/",
    "/glpi/plugins/fusioninventory",
    "/glpi/plugins/fusioninventory/",
)
_LIMIT: Final = 16 * MB
_INFLATED: Final = 48 * MB
_MEDIA: Final = {
    "": "application/xml",
    "zlib": "application/x-compress-zlib",
    "gzip": "application/x-compress-gzip",
}
_HOURS: Final = 24


@dataclass(frozen=True)
class _Message:
    """``kind``: xml or json; ``said``: PROLOG, INVENTORY, contact, inventory …"""

    kind: str
    said: str


async def receive_inventory(request: Request) -> Response:
    """Take in what an agent posts and answer as its protocol does, in the compression of the request."""
    intake: Intake = request.app.state.intake
    sender = await sender_of(request, intake, INVENTORIES)
    agent_id = request.headers.get("glpi-agent-id", "")

    def read(body: bytes, received: datetime) -> tuple[_Message, Parsed]:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            glpi = read_glpi(body, agent_id=agent_id, received=received)
            return _Message("json", glpi.action), glpi.parsed
        ocs = read_ocs(body, received=received)
        return _Message("xml", ocs.query), ocs.parsed

    async with held_body(request, intake.known, limit=_LIMIT) as raw:
        taken = await intake.take_in(sender, raw, read, limit=_INFLATED, peer=peer_of(request))
    message = taken.message
    headers = {
        name: value
        for name in ("GLPI-Request-ID", "GLPI-Agent-ID")
        if (value := request.headers.get(name, ""))
    }
    if message.kind == "json" or (
        agent_id and message.said == "PROLOG" and sender.protocol == Source.Protocol.GLPI
    ):
        # In hours. Answered so, an agent that began with XML goes on in JSON.
        return JSONResponse({"status": "ok", "message": "", "expiration": _come_again()}, headers=headers)
    reply = prolog_reply(hours=_come_again()) if message.said == "PROLOG" else inventory_reply()
    return Response(deflate(reply, taken.how), media_type=_MEDIA[taken.how], headers=headers)


def _come_again() -> int:
    """Return in how many hours an agent is to send again: a day or so, not all at one moment."""
    return _HOURS - 2 + spread(1)
