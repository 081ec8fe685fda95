"""Whether a form that comes back was filled in over what still stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenken.common.refusals import Stale


def require_seen(request: HttpRequest, row: Any) -> None:
    """Raise ``Stale`` when the form was shown with another ``version`` than *row* has now."""
    if request.method == "POST" and request.POST.get("version", str(row.version)) != str(row.version):
        raise Stale("ほかの人が先に変更しました。ページを開き直して、内容を確かめてください。")
