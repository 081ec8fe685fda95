"""Hosts that enrol with a source's secret and then show a key of their own (osquery)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Missing
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.models import EnrolledNode
from tenken.telemetry.permissions import MANAGE_SOURCES
from tenken.telemetry.reception.keys import key_hash, new_key_text


@dataclass(frozen=True)
class Node:
    """An enrolled host as the receiver knows it. ``device``: 端末機番号, '' while no terminal is known."""

    pk: int
    source_id: int
    host_identifier: str
    device: str


@transaction.atomic
def enroll_node(*, source_id: int, host_identifier: str, terminal_id: int | None, received: datetime) -> str:
    """Enrol a host, or enrol it anew, and return its key. What a machine does leaves its row, no journal entry."""
    key = new_key_text()
    EnrolledNode.objects.update_or_create(
        source_id=source_id,
        host_identifier=host_identifier[:200],
        defaults={
            "key_hash": key_hash(key),
            "terminal_id": terminal_id,
            "enrolled_at": received,
            "last_seen_at": received,
            "revoked_at": None,
        },
    )
    return key


@transaction.atomic
def revoke_node(*, by: Principal, node_id: int) -> EnrolledNode:
    """Take a host's key away: at its next call it is told to enrol again."""
    require(by, MANAGE_SOURCES)
    rows = EnrolledNode.objects.restrict(by, MANAGE_SOURCES).select_for_update()
    node = rows.filter(pk=node_id).first()
    if node is None:
        raise Missing("登録されたホストがありません。")
    node.revoked_at = clock.now()
    node.save(update_fields=["revoked_at"])
    record(
        by=by,
        city_code=by.city_code,
        operation="telemetry.node.revoke",
        subject=("telemetry.enrollednode", node.pk),
        changes={"host": node.host_identifier, "source": node.source_id},
    )
    return node


def find_node(key: str) -> Node | None:
    """Return the host that shows *key*; None when there is none or it was taken away."""
    hashed = key_hash(key)
    return find_nodes([hashed]).get(hashed)


def find_nodes(hashes: Collection[str]) -> dict[str, Node]:
    """Return the hosts whose keys have *hashes*, by hash; those taken away are none. One query."""
    rows = EnrolledNode.objects.filter(key_hash__in=hashes, revoked_at=None, source__enabled=True)
    return {
        hashed: Node(pk, source, host, number or "")
        for hashed, pk, source, host, number in rows.values_list(
            "key_hash", "pk", "source_id", "host_identifier", "terminal__number"
        )
    }


def revoked_since(moment: datetime) -> list[int]:
    """Return the hosts whose key was taken away since *moment*."""
    return list(EnrolledNode.objects.filter(revoked_at__gte=moment).values_list("pk", flat=True))


def hosts_seen(seen: dict[int, datetime]) -> None:
    """Keep when hosts were last heard."""
    nodes = [EnrolledNode(pk=pk, last_seen_at=moment) for pk, moment in seen.items()]
    EnrolledNode.objects.bulk_update(nodes, ["last_seen_at"], batch_size=500)
