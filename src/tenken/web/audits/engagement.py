"""One audit: its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenken.audit.engagements.queries import engagement_name, find_engagement
from tenken.web.audits.engagement_labels import STATUSES, steps, timeline
from tenken.web.principal import SignedInRequest, signed_in


@signed_in
@require_safe
def detail(request: SignedInRequest, engagement_id: int) -> HttpResponse:
    """Show one audit as far as the reader may."""
    by = request.principal
    engagement = find_engagement(by, engagement_id)
    context = {
        "engagement": engagement,
        "title": engagement_name(engagement, by),
        "status": STATUSES[engagement.status],
        "steps": steps(engagement, None),
        "events": timeline(engagement.events.all()),
    }
    return render(request, "web/audits/engagement.html", context)
