"""The journal's daily work."""

from __future__ import annotations

import logging
from datetime import timedelta

from tenken.common import clock
from tenken.journal.models import Chain, Seal
from tenken.journal.operations import seal_day

logger = logging.getLogger("tenken.journal")


def seal_ended_day() -> int:
    """Seal yesterday (in Japan) for every city that has no seal of it yet; return how many were sealed.

    Meant to be called every few minutes by whatever runs: the first call after midnight does the work.
    """
    day = clock.today() - timedelta(days=1)
    sealed = set(Seal.objects.filter(sealed_on=day).values_list("city_code", flat=True))
    waiting = [
        code for code in Chain.objects.values_list("pk", flat=True).order_by("pk") if code not in sealed
    ]
    for city_code in waiting:
        seal_day(city_code=city_code, day=day)
    if waiting:
        logger.info("sealed the journal of %s for %d cities", day, len(waiting))
    return len(waiting)
