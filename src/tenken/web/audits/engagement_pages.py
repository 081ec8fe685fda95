"""What the pages of audits and of auditors share: the one way a change is asked for."""

from __future__ import annotations

from django.urls import reverse

from tenken.assets.models import InformationSystem
from tenken.audit.engagements.queries import engagement_name
from tenken.audit.models import Engagement
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on
from tenken.organization.queries.naming import names_with_bureau
from tenken.web import changing

change_page = changing.change_page


def to_index() -> dict[str, str]:
    return {"label": "監査", "url": reverse("audits-index")}


def to_engagement(by: Principal, engagement: Engagement) -> list[dict[str, str]]:
    """Return the crumbs down to an audit's page."""
    name = engagement_name(engagement, by)
    return [to_index(), {"label": name, "url": reverse("audits-engagement", args=[engagement.pk])}]


def section_choices(by: Principal) -> list[tuple[str, str]]:
    """Return the sections that answer sheets, by code, each with its bureau."""
    units = Unit.objects.filter(valid_on(by.on), city=by.city_id, kind__answers_sheets=True).order_by("code")
    keys = list(units.values_list("pk", flat=True))
    names = names_with_bureau(by.city, keys, by.on)
    return [(str(key), names[key]) for key in keys]


def system_choices(by: Principal) -> list[tuple[str, str]]:
    """Return the systems of the ledger, each with the section that owns it."""
    rows = InformationSystem.objects.filter(valid_on(by.on), city=by.city_id).order_by("code")
    found = list(rows.values_list("pk", "name", "owner_id"))
    names = names_with_bureau(by.city, {owner for _, _, owner in found}, by.on)
    return [(str(key), f"{name}（{names.get(owner, '')}）") for key, name, owner in found]
