"""Weaknesses on what the report of an audit is going to say."""

from __future__ import annotations

from django.db import transaction

from tenken.audit.engagements.operations import propose_item
from tenken.audit.models import Engagement, ReportItem, Weakness, WeaknessPlace
from tenken.audit.technical.operations.opening import finding_detail, finding_title, origin_key
from tenken.audit.technical.queries.reach import find_weakness, require_judge
from tenken.common.refusals import Invalid
from tenken.findings.models import Finding
from tenken.journal.operations import record
from tenken.organization.access import Principal


@transaction.atomic
def propose_weakness(
    *, by: Principal, weakness: Weakness, engagement: Engagement, kind: str = Finding.Kind.EXCEPTION
) -> ReportItem:
    """Add *weakness* to the report of *engagement*, which must be of its system; return the item (the one that stands,
    when it is there already)."""
    weakness = find_weakness(by, weakness.pk)
    require_judge(by, weakness.system)
    if engagement.system_id != weakness.system_id:
        raise Invalid("この監査の対象は、ほかの情報システムです。")
    hosts = WeaknessPlace.objects.filter(weakness=weakness, not_seen_since=None).exclude(host="")
    item = propose_item(
        by=by,
        engagement=engagement,
        kind=kind,
        title=finding_title(weakness.system, weakness),
        detail=finding_detail(
            weakness, list(hosts.order_by("host").values_list("host", flat=True).distinct())
        ),
        aspect=Finding.Aspect.TECHNICAL,
        origin_key=origin_key(weakness),
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.weakness.propose",
        subject=("audit.weakness", weakness.pk),
        changes={"engagement": str(engagement), "item": item.pk},
    )
    return item
