"""GLPI agents' own JSON: a contact, then inventories, most of them partial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.wire.inventories import inventory_of
from tenken.telemetry.wire.values import bounded_json

_DROPPED: Final = frozenset({"envs", "processes"})


@dataclass(frozen=True)
class GlpiMessage:
    """``action``: contact, inventory or another of the agent's. ``parsed`` holds one inventory for inventory, else nothing."""

    action: str
    agent_id: str
    partial: bool
    parsed: Parsed


def read_glpi(body: bytes, *, agent_id: str, received: datetime) -> GlpiMessage:
    """Return the message in *body* (inflated). ``Invalid`` for what is no GLPI message.

    *agent_id* is the header's ``GLPI-Agent-ID``. The message's ``deviceid``, which the same agent's XML bears too, goes
    before it.
    """
    message = json_object(body)
    device_id = str(message.get("deviceid") or agent_id).strip()
    if not device_id:
        raise Invalid("GLPIエージェントのデータに、エージェントの名前（deviceid）がありません。")
    action = str(message.get("action") or "inventory").strip().lower()
    content = message.get("content")
    if action != "inventory" or not isinstance(content, Mapping):
        if action == "inventory":
            raise Invalid("GLPIエージェントのデータに、構成情報（content）がありません。")
        return GlpiMessage(action, device_id, False, Parsed())
    partial = message.get("partial") is True
    inventory = inventory_of(
        _sections(content),
        agent_id=device_id,
        received=received,
        tag=str(message.get("tag") or ""),
        partial=partial,
    )
    return GlpiMessage(action, device_id, partial, Parsed(inventories=(inventory,)))


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in *body*; ``Invalid`` for anything else, ``TooLarge`` for one of too many parts."""
    import orjson

    bounded_json(body)
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Invalid("JSONとして読み取れません。") from None
    if not isinstance(message, dict):
        raise Invalid("JSONのオブジェクトではありません。")
    return message


def _sections(content: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, section in content.items():
        if name.lower() in _DROPPED:
            continue
        parts = section if isinstance(section, list) else [section]
        found[name.lower()] = [
            {key.lower(): value for key, value in part.items()} for part in parts if isinstance(part, Mapping)
        ]
    return found
