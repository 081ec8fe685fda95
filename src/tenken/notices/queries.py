"""Reading the mails of a city."""

from __future__ import annotations

from django.db.models import QuerySet

from tenken.notices.models import Notice


def notices(city_code: str, *, status: str = "", recipient_code: str = "") -> QuerySet[Notice]:
    """Return the mails of a city, newest first, of one status or one recipient if given."""
    found = Notice.objects.filter(city_code=city_code).order_by("-pk")
    if status:
        found = found.filter(status=status)
    if recipient_code:
        found = found.filter(recipient_code=recipient_code)
    return found
