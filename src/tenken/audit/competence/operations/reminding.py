"""Qualifications that expire soon: the secretariat is told ninety, thirty and seven days before, and on the last day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from tenken.audit.competence.kinds import qualification_name
from tenken.audit.competence.queries.register import expiring
from tenken.audit.models import AuditorQualification
from tenken.audit.permissions import MANAGE_AUDITORS
from tenken.common.era import era_date
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal
from tenken.organization.models import Assignment, PostRole, Role
from tenken.organization.models.validity import valid_on

TOLD_BEFORE: Final = (90, 30, 7, 0)


@transaction.atomic
def remind_of_expiry(*, by: Principal, on: date) -> list[AuditorQualification]:
    """Tell the secretariat in one mail which qualifications came nearer to their end than they were told of last; return
    these. What no day told (nothing ran) is told on the next."""
    due = []
    rows = expiring(by.city, on, within=timedelta(days=TOLD_BEFORE[0]))
    for row in rows.select_for_update(of=("self",)):
        assert row.expires_on is not None
        step = min(days for days in TOLD_BEFORE if (row.expires_on - on).days <= days)
        if row.told_days is None or step < row.told_days:
            row.told_days = step
            due.append(row)
    if not due:
        return []
    AuditorQualification.objects.bulk_update(due, ["told_days"])
    lines = "\n".join(
        f"・{row.auditor.name}　{qualification_name(row.kind, row.kind_name)}　{era_date(row.expires_on)}まで"
        for row in due
        if row.expires_on
    )
    queue(
        by=by,
        city_code=by.city_code,
        kind="audit.expiry",
        recipients=_keepers(by, on),
        subject="【監査人】資格の有効期限が近づいています",
        body=f"次の資格の有効期限が近づいています。更新したときは、監査人の名簿に記録してください。\n{lines}",
        link="/audits/auditors/",
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="audit.auditor.remind",
        subject=("audit.auditor", "expiry"),
        changes={"qualifications": [[row.pk, row.told_days] for row in due]},
        business_date=on,
    )
    return due


def _keepers(by: Principal, on: date) -> list[Recipient]:
    roles = [
        role.pk for role in Role.objects.filter(city=by.city_id) if MANAGE_AUDITORS.code in role.capabilities
    ]
    posts = PostRole.objects.filter(valid_on(on), role__in=roles).values("post_id")
    people = (
        Assignment.objects.filter(valid_on(on), post__in=posts, person__city=by.city_id)
        .exclude(person__email="")
        .order_by("person__number")
        .values_list("person__number", "person__email")
        .distinct()
    )
    return [Recipient(code=number, address=address) for number, address in people]
