"""Conditions that count, as Sigma wrote them before it had correlations: ``selection | count() by user > 5`` and a
``timeframe``. Such a rule becomes two: what is counted, and the correlation that counts it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

_COUNTED: Final = UUID("2d4a1f6c-98f1-5a0e-8c1b-0f6d7c3b5e21")
_SHAPE: Final = re.compile(
    r"(?P<search>[^|]+)\|\s*(?P<function>count|sum|avg)\s*\(\s*(?P<field>[\w.-]*)\s*\)"
    r"(?:\s+by\s+(?P<group>[\w.,\s-]+?))?\s*(?P<sign><=|>=|==|=|<|>)\s*(?P<number>\d+)\s*"
)
_TYPES: Final = {"count": "value_count", "sum": "value_sum", "avg": "value_avg"}
_SIGNS: Final = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "=": "eq", "==": "eq"}


def counted(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the rule that is counted and the correlation, which keeps the id, the name and the level; None when *data*
    counts nothing, or in a way that no correlation does (``min``, ``max``, ``near``; without a ``timeframe``)."""
    detection = data.get("detection")
    if not isinstance(detection, dict) or "timeframe" not in detection:
        return None
    said = _SHAPE.fullmatch(str(detection.get("condition", "")).strip())
    if said is None or (said["function"] != "count" and not said["field"]):
        return None
    identity = data.get("id") or data.get("name") or f"{data.get('title')}\n{data.get('logsource')}"
    code = str(uuid5(_COUNTED, str(identity)))
    searched = {key: value for key, value in detection.items() if key != "timeframe"}
    rule = {key: value for key, value in data.items() if key not in ("name", "level", "tenken")}
    rule |= {
        "id": code,
        "level": "informational",
        "detection": {**searched, "condition": said["search"].strip()},
    }
    condition: dict[str, Any] = {_SIGNS[said["sign"]]: int(said["number"])}
    if said["field"]:
        condition["field"] = said["field"]
    counting: dict[str, Any] = {
        "type": _TYPES[said["function"]] if said["field"] else "event_count",
        "rules": [code],
        "timespan": str(detection["timeframe"]),
        "condition": condition,
    }
    if said["group"]:
        counting["group-by"] = [one.strip() for one in said["group"].split(",")]
    others = {key: value for key, value in data.items() if key not in ("logsource", "detection")}
    return rule, {"id": str(uuid5(_COUNTED, f"{identity}#")), **others, "correlation": counting}
