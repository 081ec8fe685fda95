"""The pages, room by room."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from tenken.web.home import views as home

_ROOMS = (
    ("inspection/", "inspection"),
    ("findings/", "findings"),
    ("policy/", "policy"),
    ("organization/", "organization"),
    ("papers/", "reports"),
    ("journal/", "journal"),
    ("jobs/", "jobs"),
    ("files/", "files"),
    ("components/", "components"),
)


def _exists(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("health/", home.health, name="health"),
    path("accounts/", include("tenken.web.accounts.urls")),
]
urlpatterns += [
    path(prefix, include(f"tenken.web.{room}.urls"))
    for prefix, room in _ROOMS
    if _exists(f"tenken.web.{room}.urls")
]
