"""An audit of each section, its draft sent and a difference open; written directly, as ``rows``."""

from __future__ import annotations

from typing import Any

from tests.factories import Scenario

from tenken.audit.engagements.rules.content import draft_content
from tenken.audit.models import (
    Appointment,
    Auditor,
    AuditorExperience,
    Engagement,
    FactAnswer,
    ReportDraft,
    ReportItem,
)
from tenken.common import clock
from tenken.organization.models import Unit

Places = dict[str, dict[str, tuple[Any, ...]]]


def engagement_places(scenario: Scenario) -> Places:
    """Return the place-holders of the pages of audits: *inside* is 企画課, *outside* 保険課; both are audited by the
    scenario's auditor."""
    person = scenario.people["auditor"]
    auditor, _ = Auditor.objects.get_or_create(
        city=scenario.city, person=person, defaults={"name": person.name, "valid_from": clock.today()}
    )
    made = {
        "inside": _audit(scenario, auditor, 901, scenario.section_a1),
        "outside": _audit(scenario, auditor, 902, scenario.section_b1),
    }
    experience = AuditorExperience.objects.create(
        auditor=auditor, what="監査", starts_on=clock.today(), recorded_by="1", recorded_at=clock.now()
    )
    places: Places = {
        name: {where: (rows[name],) for where, rows in made.items()}
        for name in ("engagement", "appointment", "report_item", "fact_answer")
    }
    return places | {
        "auditor": {"inside": (auditor.pk,)},
        "auditor_record": {"inside": ("experience", experience.pk)},
    }


def _audit(scenario: Scenario, auditor: Auditor, number: int, unit: Unit) -> dict[str, int]:
    day = clock.today()
    audit = Engagement.objects.create(
        city=scenario.city,
        fiscal_year=day.year,
        number=number,
        kind="section",
        unit=unit,
        theme="管理",
        purpose="目的",
        starts_on=day,
        ends_on=day,
        status="drafted",
        letter_on=day,
        began_on=day,
        summary="概要",
    )
    appointment = Appointment.objects.create(
        engagement=audit, auditor=auditor, part="lead", name=auditor.name, valid_from=day
    )
    item = ReportItem.objects.create(
        engagement=audit,
        kind="exception",
        title="題",
        detail="内容",
        drafted_by="1",
        drafted_by_name=auditor.name,
    )
    draft = ReportDraft.objects.create(
        engagement=audit,
        number=1,
        sent_on=day,
        due_on=day.replace(year=day.year + 1),
        content=draft_content(audit, [item]),
        sha256="0" * 64,
        sent_by="1",
        sent_by_name=auditor.name,
        recorded_at=clock.now(),
    )
    answer = FactAnswer.objects.create(
        draft=draft,
        item=item,
        answer="differs",
        words="違う",
        answered_by="1",
        answered_by_name="課長",
        answered_on=day,
    )
    return {
        "engagement": audit.pk,
        "appointment": appointment.pk,
        "report_item": item.pk,
        "fact_answer": answer.pk,
    }
