"""Numbers of a report's items, as document 002 prints them: 「指摘1(3)①」.

Part 1 holds what was seen from a viewpoint (着眼点), by the viewpoint's number, and ①② where it has several of a kind; part
2 what was seen from 3E・合規性 or from none, by (1)(2) within the kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

RISK, THREE_E = "1", "2"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
_KINDS = {
    "exception": "指摘",
    "opinion": "意見",
    "potential": "リスク",
    "assessment": "評価",
    "good_practice": "優良事例",
}


@dataclass(frozen=True)
class Numbered:
    """An item's kind and viewpoint, in the order of the report. ``key``: whatever tells it apart."""

    key: Hashable
    kind: str
    viewpoint: str = ""


def in_report_order(items: Sequence[Any], viewpoints: Sequence[str]) -> list[Any]:
    """Return *items* (with ``kind``, ``viewpoint``) as a report prints them: kind by kind, in each first by viewpoint in
    the order of *viewpoints*, then the rest; within these as given."""
    kinds, places = list(_KINDS), {code: place for place, code in enumerate(viewpoints)}

    def place(item: Any) -> tuple[int, int]:
        seen_from = places.get(item.viewpoint, len(places)) if item.viewpoint else len(places) + 1
        return kinds.index(item.kind), seen_from

    return sorted(items, key=place)


def numbers(items: Sequence[Numbered]) -> dict[Hashable, str]:
    """Return the number of each of *items* by its key. Each is given once."""
    groups: dict[tuple[str, str], list[Hashable]] = defaultdict(list)
    for item in items:
        groups[item.kind, item.viewpoint].append(item.key)
    found: dict[Hashable, str] = {}
    for (kind, viewpoint), keys in groups.items():
        for place, key in enumerate(keys, start=1):
            if not viewpoint:
                found[key] = f"{_KINDS[kind]}{THREE_E}({place})"
            else:
                mark = _circled(place) if len(keys) > 1 else ""
                found[key] = f"{_KINDS[kind]}{RISK}{viewpoint}{mark}"
    return found


def _circled(place: int) -> str:
    return _CIRCLED[place - 1] if place <= len(_CIRCLED) else f"-{place}"
