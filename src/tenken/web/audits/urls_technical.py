"""Addresses below ``audits/``: technical."""

from __future__ import annotations

from django.urls import URLPattern, path

from tenken.web.audits import technical, technical_scans, technical_weakness

_SCAN = "technical/scans/<int:scan_id>/"
_SYSTEM = "technical/systems/<int:system_id>/"
_WEAKNESS = "technical/weaknesses/<int:weakness_id>/"

urlpatterns: list[URLPattern] = [
    path("technical/", technical.index, name="audits-technical"),
    path("technical/new/", technical_scans.new, name="audits-technical-new"),
    path(_SCAN, technical_scans.scan, name="audits-technical-scan"),
    path(f"{_SCAN}mapping/", technical_scans.mapping, name="audits-technical-mapping"),
    path(f"{_SCAN}read/", technical_scans.read_again, name="audits-technical-read"),
    path(f"{_SCAN}apply/", technical_scans.apply, name="audits-technical-apply"),
    path(f"{_SCAN}discard/", technical_scans.discard, name="audits-technical-discard"),
    path(_SYSTEM, technical.system, name="audits-technical-system"),
    path(f"{_SYSTEM}hosts/", technical.hosts, name="audits-technical-hosts"),
    path(f"{_SYSTEM}scans/", technical.scans, name="audits-technical-scans"),
    path(f"{_SYSTEM}compare/", technical.compare, name="audits-technical-compare"),
    path(f"{_SYSTEM}findings/", technical_weakness.open_many, name="audits-technical-findings"),
    path(_WEAKNESS, technical_weakness.detail, name="audits-technical-weakness"),
    path(f"{_WEAKNESS}judge/", technical_weakness.judge, name="audits-technical-judge"),
    path(f"{_WEAKNESS}finding/", technical_weakness.open_one, name="audits-technical-finding"),
    path(f"{_WEAKNESS}item/", technical_weakness.propose, name="audits-technical-item"),
]
