"""Where a sheet is, and its form as a browser without JavaScript sends it."""

from __future__ import annotations

import re
from typing import Any

from tenken.inspection.models import Sheet


def url_of(sheet: Sheet, tail: str = "") -> str:
    return f"/inspection/sheets/{sheet.pk}/{tail}"


def form_of(page: str) -> dict[str, Any]:
    """Read the fields of the sheet's form as a browser without JavaScript would send them."""
    body = page[page.index('<form class="sheet"') :]
    body = body[: body.index("</form>")]
    sent: dict[str, Any] = {"version": re.findall(r'name="version" id="[^"]*" value="([^"]*)"', body)}
    for name in ("shown", "show"):
        found = re.search(rf'name="{name}" value="([^"]*)"', body)
        assert found
        sent[name] = found[1]
    for name, value in re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', body):
        sent[name] = value
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', body):
        sent[name] = text
    return sent
