"""Addresses below ``audits/``: auditors."""

from __future__ import annotations

from django.urls import URLPattern, path

from tenken.web.audits import auditors

_ONE = "auditors/<int:auditor_id>/"

urlpatterns: list[URLPattern] = [
    path("auditors/", auditors.register, name="audits-auditors"),
    path("auditors/new/", auditors.auditor_new, name="audits-auditor-new"),
    path("auditors/settings/", auditors.settings, name="audits-settings"),
    path(_ONE, auditors.auditor, name="audits-auditor"),
    path(f"{_ONE}change/", auditors.auditor_change, name="audits-auditor-change"),
    path(f"{_ONE}qualifications/new/", auditors.qualification_new, name="audits-qualification-new"),
    path(f"{_ONE}experiences/new/", auditors.experience_new, name="audits-experience-new"),
    path(f"{_ONE}conflicts/new/", auditors.conflict_new, name="audits-conflict-new"),
    path(
        "auditors/records/<slug:kind>/<int:record_id>/strike/",
        auditors.record_strike,
        name="audits-record-strike",
    ),
]
