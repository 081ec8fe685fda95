"""Reading approvals."""

from __future__ import annotations

from collections.abc import Iterator

from tenken.approvals.models import ApprovalRequest, Snapshot


def trail(subject: tuple[str, int]) -> list[ApprovalRequest]:
    """Return every round of *subject*, the first first, with route, steps and decisions loaded (three queries)."""
    return list(
        ApprovalRequest.objects.filter(subject_type=subject[0], subject_id=subject[1])
        .select_related("route", "snapshot")
        .prefetch_related("decisions", "route__steps")
        .order_by("round")
    )


def snapshots_of_city(city_code: str) -> Iterator[Snapshot]:
    """Yield every snapshot of a city, for verification."""
    return Snapshot.objects.filter(request__city__code=city_code).order_by("pk").iterator(chunk_size=500)
