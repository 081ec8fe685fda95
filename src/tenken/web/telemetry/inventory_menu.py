"""The way between the pages of terminals and what is on them."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse

from tenken.organization.access import Principal
from tenken.telemetry.inventory.queries import doubts_for
from tenken.telemetry.permissions import VIEW_TERMINALS

LEDGER: Final = "端末台帳"
_PAGES: Final = (
    (LEDGER, "telemetry-terminals"),
    ("ソフトウェア", "telemetry-software"),
    ("サポート終了", "telemetry-support"),
    ("ライセンス", "telemetry-licences"),
    ("同じかもしれない端末", "telemetry-doubts"),
    ("台数の突合", "telemetry-reconciliations"),
)


def inventory_tabs(by: Principal, here: str) -> list[dict[str, Any]]:
    """Return the pages *by* may open; reconciliations are of the whole city. One query for the doubts that wait."""
    waiting = doubts_for(by).count()
    return [
        {
            "label": label,
            "url": reverse(name),
            "current": name == here,
            "badge": waiting if name == "telemetry-doubts" else 0,
        }
        for label, name in _PAGES
        if name != "telemetry-reconciliations" or by.everywhere(VIEW_TERMINALS)
    ]
