"""What receiving tells the rest of the house when it starts."""

from __future__ import annotations

from tenken.jobs.models import Job
from tenken.jobs.registry import Result, register_job
from tenken.journal.labels import register_operation_labels
from tenken.telemetry.reception.labels import LABELS

REPLAY_JOB = "telemetry.quarantine.replay"


def register_reception() -> None:
    """Register the labels of operations and the job that reads the quarantine again."""
    register_operation_labels(LABELS)
    register_job(REPLAY_JOB, _replay)


def _replay(job: Job) -> Result:
    from tenken.telemetry.reception.replaying import run_replay  # the pipeline is not for every start

    return run_replay(job)
