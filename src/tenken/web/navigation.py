"""What every page shows around its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tenken.assets.permissions import VIEW_ASSETS
from tenken.audit.permissions import VIEW_AUDITS, VIEW_VISITS
from tenken.findings.permissions import VIEW_CASES, VIEW_FINDINGS
from tenken.inspection.permissions import VIEW_PROGRAMMES
from tenken.meetings.permissions import VIEW_MEETINGS
from tenken.organization.access import Principal
from tenken.organization.capabilities import Capability
from tenken.organization.permissions import VIEW_JOURNAL, VIEW_UNITS
from tenken.plans.permissions import VIEW_PLANS
from tenken.policy.permissions import VIEW_POLICY
from tenken.reports.permissions import VIEW_PAPERS
from tenken.telemetry.permissions import VIEW_TERMINALS
from tenken.web.addresses import address
from tenken.web.home.tasks import Waiting, waiting
from tenken.web.telemetry.room import room_nav


@dataclass(frozen=True)
class _Entry:
    """One room in the menu: shown to who holds the capability, wherever; *waits* is its number of open tasks."""

    label: str
    page: str
    capability: Capability | None = None
    waits: Callable[[Waiting], int] | None = None


_TERMINALS = "端末と操作ログ"
_ENTRIES = (
    _Entry("ホーム", "home"),
    _Entry("点検", "inspection-index", VIEW_PROGRAMMES, lambda counts: counts.sheets),
    _Entry("訪問調査", "audit-visits", VIEW_VISITS, lambda counts: counts.visits),
    _Entry("監査", "audits-index", VIEW_AUDITS, lambda counts: counts.audits),
    _Entry(_TERMINALS, "telemetry-boards", VIEW_TERMINALS, lambda counts: counts.alerts),
    _Entry("課題", "findings-list", VIEW_FINDINGS, lambda counts: counts.findings),
    _Entry("事例集", "cases-index", VIEW_CASES),
    _Entry("台帳", "assets-list", VIEW_ASSETS),
    _Entry("規程と点検項目", "policy-documents", VIEW_POLICY),
    _Entry("組織", "organization-units", VIEW_UNITS),
    _Entry("会議と職務", "meetings-index", VIEW_MEETINGS),
    _Entry("年間計画", "plans-index", VIEW_PLANS),
    _Entry("資料", "reports-index", VIEW_PAPERS),
    _Entry("操作証跡", "journal-list", VIEW_JOURNAL),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return ``site``, ``main_nav`` and, where a room has a menu of its own, ``local_nav`` and ``room_crumb`` for the base
    template. Nothing is asked before a page draws them."""
    return {
        "site": SimpleLazyObject(lambda: _site(request)),
        "main_nav": SimpleLazyObject(lambda: _menu(request)),
        "local_nav": SimpleLazyObject(lambda: _room(request)),
        "room_crumb": SimpleLazyObject(lambda: _room_crumb(request)),
    }


def _site(request: HttpRequest) -> dict[str, Any]:
    principal = getattr(request, "principal", None)
    if not principal:
        return {"signed_in": False, "help_url": address("help")}
    return {
        "signed_in": True,
        "city_name": principal.city.name,
        "person_name": principal.actor.name,
        "person_url": address("account_me"),
        "unit_name": principal.grants[0].post_title if principal.grants else "",
        "help_url": address("help"),
        "logout_url": address("account_logout"),
    }


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    principal: Principal | None = getattr(request, "principal", None)
    if not principal:
        return []
    counts = waiting_of(request)
    return [
        {
            "label": entry.label,
            "url": url,
            "current": _is_current(request.path, url),
            "badge": entry.waits(counts) if entry.waits else 0,
        }
        for entry in _ENTRIES
        if (entry.capability is None or principal.holds(entry.capability)) and (url := address(entry.page))
    ]


def _room(request: HttpRequest) -> list[dict[str, Any]]:
    principal: Principal | None = getattr(request, "principal", None)
    if principal and _is_current(request.path, address("telemetry-boards")):
        return room_nav(principal, request.path)
    return []


def _room_crumb(request: HttpRequest) -> dict[str, str]:
    """Return the room as the first step of the way to one of its pages, without an address for whom it would refuse;
    nothing on its first page, which says its name itself."""
    principal: Principal | None = getattr(request, "principal", None)
    first = address("telemetry-boards")
    if not principal or not _is_current(request.path, first) or request.path == first:
        return {}
    return {"label": _TERMINALS, "url": first if principal.holds(VIEW_TERMINALS) else ""}


def waiting_of(request: HttpRequest) -> Waiting:
    """Return what waits for the one who asks, counted once per request."""
    if not hasattr(request, "_waiting"):
        request._waiting = waiting(request.principal)  # type: ignore[attr-defined]
    return request._waiting  # type: ignore[attr-defined]


def _is_current(path: str, url: str) -> bool:
    """Tell whether *path* is in the room whose first page is *url*: its first folder is the same."""
    return path.split("/")[1] == url.split("/")[1]
