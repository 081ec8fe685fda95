"""Every write of auditors."""

from tenken.audit.competence.operations.records import (
    add_conflict,
    add_experience,
    add_qualification,
    strike,
)
from tenken.audit.competence.operations.register import save_auditor, save_settings
from tenken.audit.competence.operations.reminding import remind_of_expiry

__all__ = [
    "add_conflict",
    "add_experience",
    "add_qualification",
    "remind_of_expiry",
    "save_auditor",
    "save_settings",
    "strike",
]
