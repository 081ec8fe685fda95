"""Which function does which kind of job. Rooms register theirs when the application starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenken.jobs.models import Job


@dataclass(frozen=True)
class Result:
    """What came of a job: a sentence for who asked, and the stored file that holds it, if any."""

    message: str = ""
    file_id: int | None = None


JobFunction = Callable[[Job], Result | None]
_functions: dict[str, JobFunction] = {}


def register_job(kind: str, function: JobFunction) -> None:
    """Let *function* do the jobs of *kind*: it gets the job (``arguments``, ``requested_by``), calls
    ``jobs.operations.progress`` as it goes, and raises a refusal to fail with its message and problems.

    ``ValueError`` when the kind is taken.
    """
    if kind in _functions:
        raise ValueError(f"job kind {kind} is registered twice")
    _functions[kind] = function


def function_of(kind: str) -> JobFunction | None:
    """Return the function for *kind*, or None."""
    return _functions.get(kind)


def kinds() -> list[str]:
    """Return every registered kind."""
    return sorted(_functions)
