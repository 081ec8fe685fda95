"""Addresses of audits, below ``audits/``: one file a subject."""

from __future__ import annotations

from tenken.web.audits import (
    urls_auditors,
    urls_engagements,
    urls_fieldwork,
    urls_rotation,
    urls_technical,
)

urlpatterns = [
    *urls_engagements.urlpatterns,
    *urls_rotation.urlpatterns,
    *urls_auditors.urlpatterns,
    *urls_fieldwork.urlpatterns,
    *urls_technical.urlpatterns,
]
