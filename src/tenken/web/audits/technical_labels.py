"""How results of scanners are spoken of on their pages."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenken.audit.models import ScanImport, Weakness
from tenken.audit.technical.words import (
    CHANGES,
    CRITICAL,
    FEWER,
    GONE,
    HIGH,
    LOW,
    MEDIUM,
    MORE,
    NEW,
    NONE,
    RETURNED,
    SAME,
    SEVERITY_LABELS,
    URGENCY_LABELS,
)
from tenken.common.clock import JAPAN
from tenken.common.era import era_date

_URGENCY_TONES = {CRITICAL: "red", HIGH: "red", MEDIUM: "yellow", LOW: "neutral", NONE: "neutral"}
URGENCIES = {str(code): (label, _URGENCY_TONES[code]) for code, label in URGENCY_LABELS.items()}
_SEVERITY_TONES = {"critical": "red", "high": "red", "medium": "yellow", "low": "neutral", "info": "neutral"}
SEVERITIES = {code: (label, _SEVERITY_TONES[code]) for code, label in SEVERITY_LABELS.items()}
_CHANGE_TONES = {NEW: "red", RETURNED: "red", MORE: "yellow", FEWER: "blue", SAME: "neutral", GONE: "green"}
CHANGE_LABELS = {code: (label, _CHANGE_TONES[code]) for code, label in CHANGES.items()}
_STATUS_TONES = {
    "received": "neutral",
    "reading": "blue",
    "ready": "yellow",
    "applied": "green",
    "refused": "red",
    "discarded": "neutral",
}
SCAN_STATUSES = {code: (str(label), _STATUS_TONES[code]) for code, label in ScanImport.Status.choices}


def day_of(moment: datetime | None) -> date | None:
    """Return the day in Japan of *moment*."""
    return moment.astimezone(JAPAN).date() if moment else None


def era_day(moment: datetime | None) -> str:
    """Return the day of *moment* as offices write it, '' for none."""
    return era_date(day) if (day := day_of(moment)) else ""


def tag(code: object, labels: dict[str, tuple[str, str]]) -> SafeString:
    """Return *code* as a small label."""
    label, tone = labels.get(str(code), (str(code), "neutral"))
    return format_html('<span class="tag tag--{}" data-status="{}">{}</span>', tone, code, label)


def standing_words(weakness: Weakness) -> str:
    """Return whether and since when a weakness stands."""
    if weakness.not_seen_since is not None:
        return f"{era_day(weakness.not_seen_since)}から見つからない"
    if weakness.returned_at is not None:
        return f"{era_day(weakness.returned_at)}に再び見つかった"
    return "見つかる"
