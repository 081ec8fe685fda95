"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return ``site`` and ``main_nav`` for the base template."""
    principal = getattr(request, "principal", None)
    if not principal:
        return {"site": {"signed_in": False}, "main_nav": []}
    return {
        "site": {
            "signed_in": True,
            "city_name": principal.city.name,
            "person_name": principal.actor.name,
            "unit_name": principal.grants[0].post_title if principal.grants else "",
        },
        "main_nav": [],
    }
