"""Whose jobs one sees: one's own; the secretariat sees its city's."""

from __future__ import annotations

from django.db.models import QuerySet

from tenken.jobs.models import Job
from tenken.organization.access import Principal
from tenken.organization.permissions import MANAGE_SETTINGS


def visible_jobs(by: Principal, jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return those of *jobs* that *by* may see."""
    rows = jobs.filter(city_code=by.city_code)
    return rows if by.everywhere(MANAGE_SETTINGS) else rows.filter(requested_by=by.actor.code)
