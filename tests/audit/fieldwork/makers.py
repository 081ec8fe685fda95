"""An audit being held, as the fieldwork's tests need it."""

from __future__ import annotations

from datetime import date

from tenken.audit.engagements.operations import EngagementData, plan_engagement
from tenken.audit.models import Appointment, Auditor, Engagement
from tenken.organization.models import Unit
from tests.factories import Scenario

NOTIFIED = date(2026, 11, 2)


def held_engagement(
    city: Scenario, unit: Unit, theme: str = "ウイルス対策", status: str = "fieldwork"
) -> Engagement:
    """An audit of *unit* that was notified and is being held, with the city's auditor as 主任監査人."""
    made = plan_engagement(
        by=city.by("secretariat"),
        data=EngagementData(
            fiscal_year=2026,
            kind="section",
            unit_id=unit.pk,
            system_id=None,
            theme=theme,
            purpose="対策が適切に行われているか。",
            scope="",
            criteria="",
            method="",
            chosen_because="順番",
            starts_on=date(2026, 11, 1),
            ends_on=date(2027, 3, 31),
        ),
    )
    Engagement.objects.filter(pk=made.pk).update(status=status, letter_on=NOTIFIED, began_on=NOTIFIED)
    auditor, _ = Auditor.objects.get_or_create(
        city=city.city,
        person=city.people["auditor"],
        defaults={"name": city.people["auditor"].name, "valid_from": date(2020, 4, 1)},
    )
    Appointment.objects.create(
        engagement=made, auditor=auditor, part=Appointment.Part.LEAD, name=auditor.name, valid_from=NOTIFIED
    )
    made.refresh_from_db()
    return made
