"""Documents → versions → chapters → clauses; check items → revisions; the ministry's guideline by edition."""

from tenken.policy.models.bank import CheckCategory, CheckItem, CheckItemRevision, UnaskedClause
from tenken.policy.models.documents import (
    Chapter,
    Clause,
    PolicyDocument,
    PolicyDocumentQuerySet,
    PolicyVersion,
)
from tenken.policy.models.guidelines import GuidelineEdition, GuidelineRequirement, RequirementMapping

__all__ = [
    "Chapter",
    "CheckCategory",
    "CheckItem",
    "CheckItemRevision",
    "Clause",
    "GuidelineEdition",
    "GuidelineRequirement",
    "PolicyDocument",
    "PolicyDocumentQuerySet",
    "PolicyVersion",
    "RequirementMapping",
    "UnaskedClause",
]
