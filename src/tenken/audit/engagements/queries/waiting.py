"""Audits that wait for a person."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from tenken.audit.engagement_states import DRAFTED, FIELDWORK, NOTIFIED, PLANNED
from tenken.audit.engagements.queries.scope import appointments_of
from tenken.audit.models import Engagement, FactAnswer
from tenken.audit.models.engagements import EngagementQuerySet
from tenken.audit.permissions import ANSWER_AUDITORS, MANAGE_AUDITS, RECORD_AUDITS
from tenken.organization.access import Principal


def waiting_engagements(by: Principal) -> EngagementQuerySet:
    """Return the audits *by* has something to do with now: to notify, to make, to answer a draft, to deal with what came
    back or to issue."""
    answered = Exists(FactAnswer.objects.filter(draft__engagement=OuterRef("pk")))
    to_report = Q(answered) | Q(drafts__due_on__lt=by.on)
    rows = Engagement.objects.none()
    if not by.everywhere(MANAGE_AUDITS):
        rows |= Engagement.objects.restrict(by, ANSWER_AUDITORS).filter(~answered, status=DRAFTED)
    if by.person_id is not None and by.holds(RECORD_AUDITS):
        mine = Exists(appointments_of(by.person_id, by.on).filter(engagement=OuterRef("pk")))
        to_make = Q(status=FIELDWORK) | Q(status=NOTIFIED, starts_on__lte=by.on)
        rows |= Engagement.objects.filter(mine, city=by.city_id).filter(
            to_make | Q(status=DRAFTED) & to_report
        )
    rows |= Engagement.objects.restrict(by, MANAGE_AUDITS).filter(status=PLANNED, starts_on__lte=by.on)
    return rows.distinct()


def next_step(by: Principal, engagement: Engagement) -> str:
    """Return what *by* has to do with a waiting audit, in words."""
    if engagement.status != DRAFTED:
        steps = {
            PLANNED: "課公所に通知する",
            NOTIFIED: "監査を始める",
            FIELDWORK: "結果を記録し、報告書案を送る",
        }
        return steps[engagement.status]
    return "回答に対応し、報告する" if by.holds(RECORD_AUDITS) else "報告書案を確認する"
