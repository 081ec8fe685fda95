"""Reading audits."""

from tenken.audit.engagements.queries.held import (
    AuditCounts,
    HeldAudit,
    Workload,
    audit_counts,
    audits_held,
    workloads,
)
from tenken.audit.engagements.queries.papers import (
    AuditReportData,
    NoticeData,
    audit_report_data,
    notice_data,
)
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
    "AuditCounts",
    "AuditReportData",
    "HeldAudit",
    "NoticeData",
    "Workload",
    "audit_counts",
    "audit_report_data",
    "audits_held",
    "engagement_name",
    "engagements_for",
    "find_engagement",
    "is_appointed",
    "is_auditee",
    "may_read_report",
    "may_read_working",
    "may_work_on",
    "notice_data",
    "refusal_to_work",
    "workloads",
]
