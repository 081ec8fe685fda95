"""Reading findings. Lists for people are restricted; counts for the programme's own papers are of the whole city."""

from tenken.findings.queries.counts import (
    CategoryCount,
    SectionCount,
    YearCounts,
    category_counts,
    status_counts,
)
from tenken.findings.queries.lineage import Relapse, earlier_findings, relapsed
from tenken.findings.queries.lists import (
    FindingFilter,
    StatusSummary,
    Task,
    findings_for,
    is_overdue,
    my_tasks,
    not_improved_at_close,
    open_by_age,
    status_summary,
    unfinished_in_stage,
    waiting_for_check,
    years_of,
)
from tenken.findings.queries.records import FindingRecord, ItemReference, finding_record, item_reference

__all__ = [
    "CategoryCount",
    "FindingFilter",
    "FindingRecord",
    "ItemReference",
    "Relapse",
    "SectionCount",
    "StatusSummary",
    "Task",
    "YearCounts",
    "category_counts",
    "earlier_findings",
    "finding_record",
    "findings_for",
    "is_overdue",
    "item_reference",
    "my_tasks",
    "not_improved_at_close",
    "open_by_age",
    "relapsed",
    "status_counts",
    "status_summary",
    "unfinished_in_stage",
    "waiting_for_check",
    "years_of",
]
