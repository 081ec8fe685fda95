"""Reading findings. Lists for people are restricted; counts for the programme's own papers are of the whole city."""

from tenken.findings.queries.counts import (
    CategoryCount,
    SectionCount,
    YearCounts,
    category_counts,
    status_counts,
)

__all__ = ["CategoryCount", "SectionCount", "YearCounts", "category_counts", "status_counts"]
