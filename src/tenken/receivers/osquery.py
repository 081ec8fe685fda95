"""osquery's TLS remote API: enrolment, configuration, logs, distributed queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.organization.models import City
from tenken.receivers.bodies import held_body
from tenken.receivers.doors import OSQUERY, peer_of, wrong_key
from tenken.receivers.intake import Intake, TurnedAway
from tenken.receivers.limits import MB
from tenken.receivers.osquery_schedule import machine_queries, schedule
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.inventory.operations import record_inventory
from tenken.telemetry.reception.nodes import Node, enroll_node
from tenken.telemetry.reception.senders import Sender
from tenken.telemetry.wire.inflating import inflate
from tenken.telemetry.wire.osquery import (
    EnrollRequest,
    enrolled_inventory,
    read_distributed_write,
    read_enroll,
    read_log,
    read_node_key,
)

_LIMIT: Final = 8 * MB
_INFLATED: Final = 32 * MB
_SMALL: Final = 1 * MB


class _NodeInvalid(Exception):  # noqa: N818 - an answer to a host
    """No host of ours shows this key: it is to enrol again."""


async def enroll(request: Request) -> Response:
    """Give a host that knows the source's secret a key of its own."""
    intake: Intake = request.app.state.intake
    received = clock.now()
    async with held_body(request, intake.unknown, limit=_SMALL) as raw:
        try:
            asked = read_enroll(inflate(raw, limit=_SMALL)[0])
        except Invalid as refusal:
            raise TurnedAway(413 if refusal.status == 413 else 400, refusal.message) from None
    sender = await intake.senders.with_key(asked.secret) if asked.secret else None
    if sender is None or sender.protocol not in OSQUERY:
        wrong_key(request, intake)
        return _invalid()
    key = await intake.database.ask(_enroll, sender, asked, received)
    if found := await intake.nodes.with_key(key):
        request.app.state.newly_enrolled.add(found[0].pk)
    intake.tallies.heard(sender, at=received, peer=peer_of(request))
    return JSONResponse({"node_key": key, "node_invalid": False})


def _enroll(sender: Sender, asked: EnrollRequest, received: datetime) -> str:
    terminal = record_inventory(
        city=City.objects.get(code=sender.city),
        source_code=sender.code,
        inventory=enrolled_inventory(asked, received=received),
        received=received,
    )
    return enroll_node(
        source_id=sender.source_id,
        host_identifier=asked.host_identifier,
        terminal_id=terminal.pk,
        received=received,
    )


async def config(request: Request) -> Response:
    """Tell an enrolled host what to report."""
    try:
        await _asked(request)
    except _NodeInvalid:
        return _invalid()
    return JSONResponse({**schedule(), "node_invalid": False})


async def distributed_read(request: Request) -> Response:
    """Ask a host that enrolled just now what machine it is; the others nothing."""
    try:
        node = await _asked(request)
    except _NodeInvalid:
        return _invalid()
    newly: set[int] = request.app.state.newly_enrolled
    queries = machine_queries() if node.pk in newly else {}
    newly.discard(node.pk)
    return JSONResponse({"queries": queries, "node_invalid": False})


async def log(request: Request) -> Response:
    """Take in results and status lines."""
    return await _take_in(
        request,
        lambda body, node, received: read_log(
            body, device=node.device, received=received, host=node.host_identifier
        ),
    )


async def distributed_write(request: Request) -> Response:
    """Take in the answers to distributed queries."""
    return await _take_in(
        request,
        lambda body, node, received: read_distributed_write(
            body, device=node.device, received=received, host=node.host_identifier
        ),
    )


async def _asked(request: Request) -> Node:
    intake: Intake = request.app.state.intake
    async with held_body(request, intake.unknown, limit=_SMALL) as raw:
        node, _ = await _node(request, raw, _SMALL)
    return node


async def _take_in(request: Request, reader: Any) -> Response:
    intake: Intake = request.app.state.intake
    async with held_body(request, intake.unknown, limit=_LIMIT) as raw:
        try:
            node, sender = await _node(request, raw, _INFLATED)
        except _NodeInvalid:
            return _invalid()

        def read(body: bytes, received: datetime) -> tuple[str, Parsed]:
            return "log", reader(body, node, received)[1]

        await intake.take_in(
            sender, raw, read, limit=_INFLATED, peer=peer_of(request), salt=f"node-{node.pk}"
        )
    return JSONResponse({"node_invalid": False})


async def _node(request: Request, raw: bytes, limit: int) -> tuple[Node, Sender]:
    """Return the host that shows its key in the header, as newer osquery does, or in the body."""
    intake: Intake = request.app.state.intake
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "nodekey":
        try:
            key = await intake.read_unknown(lambda: read_node_key(inflate(raw, limit=limit)[0]))
        except Invalid as refusal:
            raise TurnedAway(413 if refusal.status == 413 else 400, refusal.message) from None
    found = await intake.nodes.with_key(key.strip()) if key.strip() else None
    if found is None:
        wrong_key(request, intake)
        raise _NodeInvalid
    return found


def _invalid() -> Response:
    return JSONResponse({"node_invalid": True})
