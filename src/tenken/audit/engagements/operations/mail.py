"""Mail to the audited and to who audits. Written inside the operation's transaction, sent after it; past days tell nobody."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from tenken.audit.engagements.queries.scope import engagement_name
from tenken.audit.models import Engagement
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common import clock
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on


def tell_auditee(*, by: Principal, engagement: Engagement, what: str, body: str, on: date) -> None:
    """Tell who answers for the audited section itself, or for what became of it."""
    if on == clock.today():
        roles = [
            role.pk
            for role in Role.objects.filter(city=by.city_id)
            if ANSWER_AUDITORS.code in role.capabilities
        ]
        heirs = by.tree.lineage_forward([engagement.unit_id])
        posts = PostRole.objects.filter(valid_on(on), role__in=roles, unit__in=heirs).values("post_id")
        _queue(by, engagement, what, body, Assignment.objects.filter(valid_on(on), post__in=posts))


def tell_auditors(*, by: Principal, engagement: Engagement, what: str, body: str, on: date) -> None:
    """Tell the employees who audit."""
    if on == clock.today():
        people = engagement.appointments.filter(valid_to__isnull=True, auditor__person__isnull=False)
        _queue(
            by,
            engagement,
            what,
            body,
            Assignment.objects.filter(valid_on(on), person__in=people.values("auditor__person")),
        )


def _queue(by: Principal, engagement: Engagement, what: str, body: str, seats: QuerySet[Assignment]) -> None:
    people = (
        Assignment.objects.filter(pk__in=seats)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("person__number", "person__email")
        .distinct()
    )
    recipients = [Recipient(code=number, address=address) for number, address in people]
    if recipients:
        queue(
            by=by,
            city_code=by.city_code,
            kind="audit.engagement",
            recipients=recipients,
            subject=f"【監査】{engagement_name(engagement, by)}：{what}"[:190],
            body=body,
            link=f"/audits/{engagement.pk}/",
        )
