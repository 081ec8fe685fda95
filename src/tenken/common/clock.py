"""The one place that asks what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in Japan: the business date when nothing else is said."""
    return datetime.now(JAPAN).date()
