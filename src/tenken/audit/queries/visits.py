"""Visits as one person may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tenken.audit.models import Observation, Visit, VisitAuditor, VisitItem, VisitSelection
from tenken.audit.models.visits import VisitQuerySet
from tenken.audit.permissions import MANAGE_VISITS, RECORD_VISITS, VIEW_VISITS
from tenken.audit.states import CANCELLED, PLANNED
from tenken.common.refusals import Missing
from tenken.findings.states import STATUS_LABELS, TREATED, VERIFIED, WITHDRAWN
from tenken.inspection.models import Stage
from tenken.organization.access import Principal
from tenken.organization.queries.naming import name_with_bureau

# A finding that needs nothing more before its visit may close.
SETTLED = frozenset({VERIFIED, TREATED, WITHDRAWN})
LEFT = frozenset(STATUS_LABELS) - SETTLED


def visits_for(by: Principal) -> VisitQuerySet:
    """Return the visits *by* may see, with what their pages name. A section and its bureau see theirs once notified."""
    rows = Visit.objects.restrict(by, VIEW_VISITS).select_related("stage__programme__city", "unit", "system")
    if not by.everywhere(VIEW_VISITS):
        # Who has not been written to does not know yet; nor of a visit called off before.
        rows = rows.exclude(status=PLANNED).exclude(status=CANCELLED, letter_on=None)
    return rows


def counted(rows: VisitQuerySet) -> VisitQuerySet:
    """Add to each visit its day (``day``), its 主任 (``lead_name``), how many lines its checklist has, how many disagree,
    how many 指摘事項 stand, and how many findings of them are not settled (``…_count``); the newest year first, by day."""

    def count(model: type[Model], **conditions: Any) -> Coalesce:
        of_visit = model._default_manager.filter(visit=OuterRef("pk"), **conditions).order_by()
        number = of_visit.values("visit").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(number, output_field=IntegerField()), 0)

    lead = VisitAuditor.objects.filter(visit=OuterRef("pk"), lead=True)
    return rows.annotate(
        day=Coalesce("visited_on", "planned_on"),
        lead_name=Subquery(lead.values("name")[:1]),
        item_count=count(VisitItem),
        disagree_count=count(VisitItem, seen=VisitItem.Seen.DISAGREE),
        observation_count=count(Observation, dropped_because=""),
        left_count=count(Observation, finding__status__in=LEFT),
    ).order_by("-stage__programme__fiscal_year", Coalesce("visited_on", "planned_on"), "unit__code")


def find_visit(by: Principal, visit_id: int) -> Visit:
    """Return a visit that *by* may see; ``Missing`` otherwise."""
    visit = visits_for(by).filter(pk=visit_id).first()
    if visit is None:
        raise Missing("訪問調査がないか、見ることのできる範囲にありません。")
    return visit


def visit_name(visit: Visit, by: Principal) -> str:
    """Return 「財政局 税制課」, with the system's name when that is what is visited."""
    name = name_with_bureau(by.city, visit.unit_id, by.on)
    return f"{name}（{visit.system.name}）" if visit.system else name


def may_read_results(by: Principal, visit: Visit) -> bool:
    """Tell whether *by*, who may see the visit, may read what was seen: its section once it is asked for the facts."""
    return visit.disclosed or by.everywhere(VIEW_VISITS)


def is_assigned(by: Principal, visit: Visit) -> bool:
    """Tell whether *by* is one of the visit's auditors and may record."""
    return (
        by.person_id is not None
        and by.holds(RECORD_VISITS)
        and VisitAuditor.objects.filter(visit=visit, person=by.person_id).exists()
    )


def find_selection(by: Principal, selection_id: int) -> VisitSelection:
    """Return a selection of the reader's city, for who plans visits; ``Missing`` otherwise."""
    rows = VisitSelection.objects.restrict(by, MANAGE_VISITS).select_related("stage__programme__city")
    found = rows.filter(pk=selection_id).first()
    if found is None:
        raise Missing("訪問先の選定がないか、見ることのできる範囲にありません。")
    return found


def find_visit_stage(by: Principal, stage_id: int) -> Stage:
    """Return a visit stage of the reader's city; ``Missing`` otherwise."""
    stage = (
        Stage.objects.filter(pk=stage_id, kind=Stage.Kind.VISIT, programme__city=by.city_id)
        .select_related("programme__city")
        .first()
    )
    if stage is None or not by.holds(VIEW_VISITS):
        raise Missing("訪問調査の段階がないか、見ることのできる範囲にありません。")
    return stage
