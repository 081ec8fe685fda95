"""Who sees what of an audit's fieldwork: its auditors and the secretariat all; a section what is addressed to it."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.audit.engagements.queries import may_work_on
from tenken.audit.models import Appointment, Engagement
from tenken.audit.models.questions import Withheld
from tenken.audit.permissions import ANSWER_AUDITORS, MANAGE_AUDITS
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, decide


@dataclass(frozen=True)
class Sight:
    """What one reader sees of one audit. ``works``: an auditor of it or the secretariat; ``leads``: 主任監査人 or the
    secretariat."""

    by: Principal
    works: bool
    leads: bool

    def answers_for(self, unit_id: int) -> bool:
        """Whether the reader answers auditors for this section (or for what it came from)."""
        return self.by.everywhere(ANSWER_AUDITORS) or unit_id in self.by.units_with(ANSWER_AUDITORS)

    def sees(self, unit_id: int) -> bool:
        """Whether the reader sees what is addressed to this section."""
        return self.works or self.answers_for(unit_id)

    def reads(self, one: Withheld, unit_id: int) -> bool:
        """Whether the reader reads *one*, a part of an answer of this section, in full."""
        if not one.is_withheld:
            return self.sees(unit_id)
        if self.answers_for(unit_id):
            return True
        return self.leads if one.audience == Withheld.Audience.LEAD else self.works


def sight_of(by: Principal, engagement: Engagement) -> Sight:
    """Return what *by* sees of *engagement*. Nothing of another city's."""
    if engagement.city_id != by.city_id:
        raise Missing("監査が見つかりません。")
    manages = bool(decide(by, MANAGE_AUDITS))
    works = may_work_on(by, engagement)
    leads = works and (
        manages
        or Appointment.objects.filter(
            engagement=engagement,
            part=Appointment.Part.LEAD,
            valid_to__isnull=True,
            auditor__person=by.person_id,
            auditor__person__isnull=False,
        ).exists()
    )
    return Sight(by, works, leads)
