"""Audits as one person may see them. The audited see theirs once they are written to; auditors what they audit; nobody but
who works on it sees what a report is going to say."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenken.audit.engagement_states import CANCELLED, PLANNED, SAID
from tenken.audit.models import Appointment, Engagement
from tenken.audit.models.engagements import EngagementQuerySet
from tenken.audit.permissions import (
    ANSWER_AUDITORS,
    MANAGE_AUDITS,
    ORDER_AUDITS,
    RECORD_AUDITS,
    VIEW_AUDITS,
)
from tenken.audit.queries.auditors import conflict_of
from tenken.common.refusals import Missing
from tenken.organization.access import Principal, decide
from tenken.organization.queries.naming import name_with_bureau


def engagements_for(by: Principal) -> EngagementQuerySet:
    """Return the audits *by* may see: who plans and who orders them, all; an auditor, those they are appointed to;
    others with the capability to see audits, those of their units once these were written to."""
    city = Engagement.objects.filter(city=by.city_id).select_related("city", "unit", "system")
    if by.everywhere(MANAGE_AUDITS) or by.everywhere(ORDER_AUDITS):
        return city.filter(pk__in=Engagement.objects.restrict(by, VIEW_AUDITS).values("pk"))
    told = Q(unit__in=_units_told(by), letter_on__isnull=False) & ~Q(status=PLANNED)
    if by.person_id is None or not by.holds(RECORD_AUDITS):
        return city.filter(told)
    return city.filter(
        told | Q(Exists(appointments_of(by.person_id, by.on).filter(engagement=OuterRef("pk"))))
    )


def find_engagement(by: Principal, pk: int) -> Engagement:
    """Return an audit that *by* may see; ``Missing`` otherwise."""
    found = engagements_for(by).filter(pk=pk).first()
    if found is None:
        raise Missing("監査がないか、見ることのできる範囲にありません。")
    return found


def appointments_of(person_id: int, on: date) -> QuerySet[Appointment]:
    """Return the appointments of a person that stand on a date or are to come."""
    return Appointment.objects.filter(auditor__person=person_id).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    )


def is_appointed(by: Principal, engagement: Engagement) -> bool:
    """Tell whether *by* is one of the audit's auditors now and may record."""
    return (
        by.person_id is not None
        and by.holds(RECORD_AUDITS)
        and appointments_of(by.person_id, by.on)
        .filter(engagement=engagement, valid_from__lte=max(by.on, engagement.starts_on))
        .exists()
    )


def may_work_on(by: Principal, engagement: Engagement) -> bool:
    """Tell whether *by* may write down what is found: an auditor appointed to it, or who plans audits; never somebody
    who is not independent of what is audited."""
    return not refusal_to_work(by, engagement)


def refusal_to_work(by: Principal, engagement: Engagement) -> str:
    """Return why *by* may not work on the audit; '' when they may."""
    if engagement.city_id != by.city_id:
        return "ほかの市の情報は扱えません。"
    if not (decide(by, MANAGE_AUDITS) or is_appointed(by, engagement)):
        return "この監査の監査人ではありません。"
    if by.person_id is None:
        return ""
    why = conflict_of(by.city, by.person_id, engagement.unit, by.on, vendor=vendor_of(engagement))
    return f"独立性がないため、この監査の調書と報告書を扱えません。{why}" if why else ""


def may_read_working(by: Principal, engagement: Engagement) -> bool:
    """Tell whether *by* may read what the report is going to say, before it is sent to the audited."""
    return may_work_on(by, engagement)


def is_auditee(by: Principal, engagement: Engagement) -> bool:
    """Tell whether *by* answers for what is audited, and the audit has been told to them."""
    return (
        engagement.city_id == by.city_id
        and engagement.letter_on is not None
        and engagement.status not in (PLANNED, CANCELLED)
        and not decide(by, MANAGE_AUDITS)
        and bool(decide(by, ANSWER_AUDITORS, unit=engagement.unit))
    )


def may_read_report(by: Principal, engagement: Engagement) -> bool:
    """Tell whether *by*, who may see the audit, may read its report: everybody once it is issued."""
    return engagement.status in SAID or may_work_on(by, engagement)


def vendor_of(engagement: Engagement) -> str:
    """Return who looks after the audited system; '' where none is audited."""
    return engagement.system.vendor if engagement.system else ""


def engagement_name(engagement: Engagement, by: Principal) -> str:
    """Return 「まちづくり局 企画課（住民情報システム）」."""
    name = name_with_bureau(by.city, engagement.unit_id, by.on)
    return f"{name}（{engagement.system.name}）" if engagement.system else name


def _units_told(by: Principal) -> frozenset[int]:
    """Return the units whose audits *by* may read as one of the audited, or of those above them: what an auditor's role
    allows does not count, an auditor reads what they audit."""
    granted = {
        grant.unit_id
        for grant in by.grants
        if VIEW_AUDITS.code in grant.capabilities and RECORD_AUDITS.code not in grant.capabilities
    }
    return by.tree.lineage_back(by.tree.below(granted))
