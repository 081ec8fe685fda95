"""Reading audits."""

from tenken.audit.engagements.queries.scope import (
    engagement_name,
    engagements_for,
    find_engagement,
    is_appointed,
    is_auditee,
    may_read_report,
    may_read_working,
    may_work_on,
    refusal_to_work,
)

__all__ = [
    "engagement_name",
    "engagements_for",
    "find_engagement",
    "is_appointed",
    "is_auditee",
    "may_read_report",
    "may_read_working",
    "may_work_on",
    "refusal_to_work",
]
