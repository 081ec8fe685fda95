"""Reading approvals."""

from __future__ import annotations

from tenken.approvals.models import ApprovalRequest


def trail(subject: tuple[str, int]) -> list[ApprovalRequest]:
    """Return every round of *subject*, the first first, with route, steps and decisions loaded (three queries)."""
    return list(
        ApprovalRequest.objects.filter(subject_type=subject[0], subject_id=subject[1])
        .select_related("route")
        .prefetch_related("decisions", "route__steps")
        .order_by("round")
    )
