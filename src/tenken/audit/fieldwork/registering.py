"""What the fieldwork tells the rest of the house when it starts: its words, its sealed papers, its daily work."""

from __future__ import annotations

from datetime import time
from typing import Final

from tenken.audit.fieldwork.operations.reminding import cities_with_audits, remind_answers_of
from tenken.audit.fieldwork.sealing import SUBJECT, WRITE, seal_now, seal_recorded, sealed_rows
from tenken.audit.fieldwork.words import OPERATION_LABELS
from tenken.jobs.schedule import register_daily
from tenken.journal.labels import register_operation_labels
from tenken.journal.sealed import SealedTable, register

MORNING: Final = time(8, 30)


def register_fieldwork() -> None:
    """Register all of it; once (``audit/apps.py``)."""
    register_operation_labels(OPERATION_LABELS)
    register_daily("audit.answers_due", at=MORNING, cities=cities_with_audits, function=remind_answers_of)
    register(
        SealedTable(
            code=SUBJECT,
            label="監査調書",
            rows=sealed_rows,
            expected=seal_now,
            stored=seal_recorded,
            written_by=WRITE,
        )
    )
