"""Who is sending: the key or the certificate a request shows, or nobody. Denied unless it is a source's own."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from starlette.requests import Request

from tenken.receivers.intake import Intake, TurnedAway
from tenken.telemetry.models import Source
from tenken.telemetry.reception.senders import Sender

INVENTORIES: Final = frozenset({Source.Protocol.OCS.value, Source.Protocol.GLPI.value})
OSQUERY: Final = frozenset({Source.Protocol.OSQUERY.value})
OTLP: Final = frozenset({Source.Protocol.OTLP.value})
LINES: Final = frozenset({Source.Protocol.JSON_LINES.value})
SYSLOG: Final = frozenset({Source.Protocol.SYSLOG.value})


class Unknown(TurnedAway):
    """Nobody's key, or none (401). Agents that know only Basic show theirs after this answer."""

    def __init__(self, message: str) -> None:
        super().__init__(401, message)


def peer_of(request: Request) -> str:
    """Return the address a request came from."""
    return request.client.host if request.client else ""


async def sender_of(request: Request, intake: Intake, protocols: frozenset[str]) -> Sender:
    """Return the source that shows itself in *request*, by its key or by its certificate.

    ``Unknown`` when it is nobody's; ``TurnedAway`` 403 when it is a source of another protocol, 429 when the address
    showed too many wrong ones.
    """
    key = key_of(request)
    if key:
        sender = await intake.senders.with_key(key)
        if sender is None:
            wrong_key(request, intake)
            raise Unknown("送信元の鍵が違います。")
        if sender.protocol not in protocols:
            raise TurnedAway(403, f"「{sender.name}」は、この方式の送信元ではありません。")
        return sender
    fingerprint = request.scope.get("state", {}).get("certificate", "")
    if fingerprint:
        found = (await intake.senders.all()).with_certificate(fingerprint, protocols)
        if found is not None:
            return found
        wrong_key(request, intake)
    raise Unknown("送信元の鍵がありません。")


def wrong_key(request: Request, intake: Intake) -> None:
    """Count a wrong key; ``TurnedAway`` 429 when there were too many from this address."""
    if intake.wrong_keys.count(peer_of(request)):
        raise TurnedAway(429, "違う鍵が続いたため、しばらく受け付けません。", retry_after=60, close=True)


def key_of(request: Request) -> str:
    """Return the key that *request* shows, '' for none: in its path, as a bearer, in a header of our own, or as the
    password of Basic (its user name does not matter)."""
    if key := request.path_params.get("key", ""):
        return str(key)
    if key := request.headers.get("x-tenken-key", ""):
        return key.strip()
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
