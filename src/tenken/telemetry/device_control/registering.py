"""What this package asks of the house when the application starts."""

from __future__ import annotations

from tenken.jobs.registry import register_job
from tenken.journal.labels import register_operation_labels
from tenken.telemetry.device_control.labels import LABELS


def register_device_control() -> None:
    """Register labels of operations, and the job that makes settings for many places."""
    from tenken.telemetry.device_control.operations.handouts import HANDOUT_JOB, make_handouts

    register_operation_labels(LABELS)
    register_job(HANDOUT_JOB, make_handouts)
