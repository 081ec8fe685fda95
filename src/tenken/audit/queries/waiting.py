"""Visits that wait for a person."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from tenken.audit.models import Visit, VisitAuditor
from tenken.audit.models.visits import VisitQuerySet
from tenken.audit.permissions import CONFIRM_FACTS, MANAGE_VISITS, RECORD_VISITS
from tenken.audit.states import IN_PROGRESS, NOTIFIED, PLANNED, VISITED
from tenken.organization.access import Principal


def waiting_visits(by: Principal) -> VisitQuerySet:
    """Return the visits *by* has something to do with now: to plan, to make, to ask or answer for the facts, to report."""
    asked = Q(status=VISITED, facts_asked_on__isnull=False, facts_answer="")
    to_ask = Q(status=VISITED, facts_asked_on=None)
    to_report = Q(status=VISITED) & (~Q(facts_answer="") | Q(facts_due_on__lt=by.on))
    to_make = Q(status=IN_PROGRESS) | Q(status=NOTIFIED, planned_on__lte=by.on)
    mine = Exists(VisitAuditor.objects.filter(visit=OuterRef("pk"), person=by.person_id))
    return (
        Visit.objects.restrict(by, CONFIRM_FACTS).filter(asked)
        | Visit.objects.restrict(by, MANAGE_VISITS).filter(Q(status=PLANNED) | to_report)
        | Visit.objects.restrict(by, RECORD_VISITS).filter(mine & (to_make | to_ask | to_report))
    )


def next_step(by: Principal, visit: Visit) -> str:
    """Return what *by* has to do with a waiting visit, in words."""
    if visit.status != VISITED:
        return {PLANNED: "訪問を計画する", NOTIFIED: "訪問する"}.get(visit.status, "確認項目を記録する")
    if visit.facts_asked_on is None:
        return "事実の確認を求める"
    return "報告する" if by.holds(RECORD_VISITS) or by.holds(MANAGE_VISITS) else "事実を確認する"
