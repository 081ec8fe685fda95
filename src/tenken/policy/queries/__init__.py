"""Reading policies, items and how they hang together. Constant in queries, whatever the size."""

from tenken.policy.queries.bank import (
    ItemOnDate,
    categories_of,
    item_by_code,
    items_on,
    revisions_of,
    standing_items,
)
from tenken.policy.queries.traceability import (
    TraceRow,
    clauses_by_code,
    clauses_not_asked,
    items_asking,
    traceability,
)
from tenken.policy.queries.versions import (
    ChapterView,
    DocumentView,
    clauses_by_chapter,
    compare_versions,
    document_views,
    draft_of,
    published_versions,
    role_names,
    version_before,
    version_for,
    version_in_force,
    versions_in_force,
    visible_documents,
)

__all__ = [
    "ChapterView",
    "DocumentView",
    "ItemOnDate",
    "TraceRow",
    "categories_of",
    "clauses_by_chapter",
    "clauses_by_code",
    "clauses_not_asked",
    "compare_versions",
    "document_views",
    "draft_of",
    "item_by_code",
    "items_asking",
    "items_on",
    "published_versions",
    "revisions_of",
    "role_names",
    "standing_items",
    "traceability",
    "version_before",
    "version_for",
    "version_in_force",
    "versions_in_force",
    "visible_documents",
]
