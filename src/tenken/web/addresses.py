"""Addresses of pages in other rooms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(name: str, *args: Any, **query: Any) -> str:
    """Return the address of the page called *name* with a query; '' when there is no such page (then no link is drawn)."""
    try:
        url = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url
