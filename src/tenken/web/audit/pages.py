"""What the pages of this room share: the one way a change is asked for."""

from __future__ import annotations

from django.urls import reverse

from tenken.audit.models import Visit
from tenken.audit.queries import visit_name
from tenken.web import changing
from tenken.web.principal import SignedInRequest

change_page = changing.change_page


def to_list() -> dict[str, str]:
    return {"label": "訪問調査", "url": reverse("audit-visits")}


def to_visit(request: SignedInRequest, visit: Visit) -> list[dict[str, str]]:
    """Return the crumbs down to a visit's page."""
    name = visit_name(visit, request.principal)
    return [to_list(), {"label": name, "url": reverse("audit-visit", args=[visit.pk])}]
