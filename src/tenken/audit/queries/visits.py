"""Visits as one person may see them."""

from __future__ import annotations

from tenken.audit.models import Visit, VisitAuditor
from tenken.audit.models.visits import VisitQuerySet
from tenken.audit.permissions import RECORD_VISITS, VIEW_VISITS
from tenken.audit.states import CANCELLED, PLANNED
from tenken.common.refusals import Missing
from tenken.findings.states import TREATED, VERIFIED, WITHDRAWN
from tenken.organization.access import Principal
from tenken.organization.queries.naming import name_with_bureau

# A finding that needs nothing more before its visit may close.
SETTLED = frozenset({VERIFIED, TREATED, WITHDRAWN})


def visits_for(by: Principal) -> VisitQuerySet:
    """Return the visits *by* may see, with what their pages name. A section and its bureau see theirs once notified."""
    rows = Visit.objects.restrict(by, VIEW_VISITS).select_related("stage__programme__city", "unit", "system")
    if not by.everywhere(VIEW_VISITS):
        # Who has not been written to does not know yet; nor of a visit called off before.
        rows = rows.exclude(status=PLANNED).exclude(status=CANCELLED, letter_on=None)
    return rows


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
