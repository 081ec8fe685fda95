"""Changes of one city's organisation come one after the other: each holds the city's row until it commits."""

from __future__ import annotations

import secrets

from django.db.models import F

from tenken.organization.access import Principal
from tenken.organization.models import City


def lock_city(by: Principal) -> City:
    """Lock and return the city of *by*; call first in the transaction, before reading what the change decides on."""
    return City.objects.select_for_update().get(pk=by.city_id)


def raise_version(by: Principal) -> None:
    """Raise the city's ``organization_version``; what *by* computes from here on sees the change.

    The step is random: a version that was rolled back, from which a tree may have been kept in memory, is never
    given to another state of the organisation.
    """
    City.objects.filter(pk=by.city_id).update(
        organization_version=F("organization_version") + 1 + secrets.randbelow(1 << 20)
    )
    by.city.refresh_from_db(fields=["organization_version"])
