"""What this package asks of the house when the application starts."""

from __future__ import annotations

from tenken.jobs.models import Job
from tenken.jobs.registry import Result, register_job
from tenken.journal.labels import register_operation_labels


def register_mappings() -> None:
    """Register the labels of operations and the job that takes files in."""
    from tenken.telemetry.mappings.operations import IMPORT_JOB, LABELS

    register_operation_labels(LABELS)
    register_job(IMPORT_JOB, _run)


def _run(job: Job) -> Result:
    from tenken.telemetry.mappings.importing import run_import  # the pipeline is not for every start

    return run_import(job)
