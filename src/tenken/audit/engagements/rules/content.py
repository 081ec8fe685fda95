"""What a draft and a report say, as plain data under a hash: from it they are shown and printed, whatever changes later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tenken.audit.engagements.rules.numbering import Numbered, in_report_order, numbers
from tenken.audit.engagements.rules.viewpoints import worded
from tenken.audit.models import Appointment, Engagement, FactAnswer, ReportItem
from tenken.journal.canonical import canonical_json, sha256

_HEAD = [
    "kind",
    "conduct",
    "conducted_with",
    "special",
    "ordered_by_name",
    "ordered_on",
    "ordered_because",
    "theme",
    "purpose",
    "scope",
    "criteria",
    "method",
    "chosen_because",
    "starts_on",
    "ends_on",
    "began_on",
    "letter_number",
    "letter_on",
    "summary",
    "opinion",
]
_ITEM = [
    "kind",
    "viewpoint",
    "perspective",
    "title",
    "detail",
    "recommendation",
    "aspect",
    "item_code",
    "due_on",
    "reference",
    "version",
]


def draft_content(engagement: Engagement, items: Sequence[ReportItem]) -> dict[str, Any]:
    """Return what a draft says: its head and *items*, in the order of the report."""
    viewpoints = worded(engagement.viewpoints)
    return {
        "audit": _said(engagement),
        "viewpoints": [{"code": code, "text": text} for code, text in viewpoints.items()],
        "items": [
            {"key": item.pk} | {name: _plain(getattr(item, name)) for name in _ITEM}
            for item in in_report_order(items, list(viewpoints))
        ],
    }


def report_content(
    engagement: Engagement,
    items: Sequence[ReportItem],
    appointments: Iterable[Appointment],
    differences: Iterable[FactAnswer],
) -> dict[str, Any]:
    """Return what a report says: the draft's parts, who audited when, and what the audited held to be otherwise."""
    return draft_content(engagement, items) | {
        "auditors": [
            {
                "name": row.name,
                "title": row.title,
                "part": row.part,
                "from": _plain(row.valid_from),
                "to": _plain(row.valid_to),
                "ended_because": row.ended_because,
            }
            for row in appointments
        ],
        "differences": [
            {
                "item": row.item_id,
                "title": row.item.title,
                "words": row.words,
                "by": row.answered_by_name,
                "on": _plain(row.answered_on),
                "outcome": row.outcome,
                "reply": row.reply,
            }
            for row in differences
        ],
    }


def sealed(content: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of *content*."""
    return sha256(canonical_json(content))


def give_numbers(engagement: Engagement, items: Sequence[ReportItem]) -> list[ReportItem]:
    """Return *items* in the order of the report, each with its number (``reference``); nothing is saved."""
    ordered = in_report_order(items, list(worded(engagement.viewpoints)))
    given = numbers([Numbered(item.pk, item.kind, item.viewpoint) for item in ordered])
    for item in ordered:
        item.reference = given[item.pk]
    return ordered


def _said(engagement: Engagement) -> dict[str, Any]:
    return {
        "number": str(engagement),
        "unit": engagement.unit.name,
        "system": engagement.system.name if engagement.system else "",
    } | {name: _plain(getattr(engagement, name)) for name in _HEAD}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
