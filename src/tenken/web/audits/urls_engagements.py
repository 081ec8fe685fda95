"""Addresses below ``audits/``: engagements."""

from __future__ import annotations

from django.urls import URLPattern, path

from tenken.web.audits import engagement, engagements

urlpatterns: list[URLPattern] = [
    path("", engagements.index, name="audits-index"),
    path("<int:engagement_id>/", engagement.detail, name="audits-engagement"),
]
