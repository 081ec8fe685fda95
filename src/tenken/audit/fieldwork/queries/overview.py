"""The fieldwork of one audit at a glance, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from tenken.audit.fieldwork.queries.checklist import has_visit_lines
from tenken.audit.fieldwork.queries.papers import retention_years
from tenken.audit.fieldwork.queries.questions import questions_of, requests_of
from tenken.audit.fieldwork.queries.reconciliations import reconciliations_of
from tenken.audit.fieldwork.queries.tables import flags_of
from tenken.audit.fieldwork.rules.retention import kept_until
from tenken.audit.fieldwork.seeing import Sight
from tenken.audit.models import Engagement, EvidenceRequest, Question, Reconciliation, VisitItem


@dataclass(frozen=True)
class Overview:
    """Counts of an audit's fieldwork as one reader sees them; what only auditors see is 0 for others."""

    questions: int
    waiting: int
    overdue: int
    requests: int
    requests_waiting: int
    reconciliations: int
    reconciliations_open: int
    papers: int = 0
    lines: int = 0
    lines_done: int = 0
    issues: int = 0
    from_visit: bool = False
    tables: int = 0
    flags: int = 0
    kept_until: date | None = None


def fieldwork_overview(engagement: Engagement, sight: Sight) -> Overview:
    """Return the counts of *engagement* for a reader: two dozen figures in at most nine queries."""
    questions = questions_of(engagement, sight)
    waiting = questions.filter(status=Question.Status.ASKED)
    requests = requests_of(engagement, sight)
    asked = requests.aggregate(
        number=Count("pk"), waiting=Count("pk", filter=Q(status=EvidenceRequest.Status.REQUESTED))
    )
    counted = reconciliations_of(engagement, sight).aggregate(
        number=Count("pk"),
        open=Count("pk", filter=Q(status__in=(Reconciliation.Status.OPEN, Reconciliation.Status.EXPLAINED))),
    )
    seen = {
        "questions": questions.count(),
        "waiting": waiting.count(),
        "overdue": waiting.filter(rounds__answered_on__isnull=True, rounds__due_on__lt=sight.by.on).count(),
        "requests": asked["number"],
        "requests_waiting": asked["waiting"],
        "reconciliations": counted["number"],
        "reconciliations_open": counted["open"],
    }
    return Overview(**seen) if not sight.works else Overview(**seen, **_working(engagement))


def _working(engagement: Engagement) -> dict[str, Any]:
    from_visit = has_visit_lines(engagement)
    if from_visit:
        lines = VisitItem.objects.filter(visit=engagement.visit_id).aggregate(
            number=Count("pk"),
            done=Count("pk", filter=~Q(seen="")),
            issues=Count("pk", filter=Q(seen=VisitItem.Seen.DISAGREE)),
        )
    else:
        lines = engagement.lines.aggregate(
            number=Count("pk"),
            done=Count("pk", filter=~Q(result="")),
            issues=Count("pk", filter=Q(result="issue")),
        )
    tables = list(engagement.tables.all())
    return {
        "papers": engagement.papers.count(),
        "lines": lines["number"],
        "lines_done": lines["done"],
        "issues": lines["issues"],
        "from_visit": from_visit,
        "tables": len(tables),
        "flags": sum(len(flags_of(table)) for table in tables),
        "kept_until": kept_until(engagement.issued_on, retention_years(engagement.city_id)),
    }
