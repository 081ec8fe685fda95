"""The life of an approval. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.common.refusals import Stale

PENDING, APPROVED, RETURNED, WITHDRAWN = "pending", "approved", "returned", "withdrawn"


@dataclass(frozen=True)
class Position:
    """Where a request stands: its status and, while pending, the order of the step that decides next."""

    status: str
    step: int | None


def after(position: Position, outcome: str, steps: tuple[int, ...]) -> Position:
    """Return where a request stands after *outcome* ("approved", "returned" or "withdrawn") at its present step.

    *steps* are the orders of the route's steps. ``Stale`` when nothing is pending any more.
    """
    if position.status != PENDING or position.step is None:
        raise Stale("この決裁はすでに終わっています。ページを開き直してください。")
    if outcome == RETURNED:
        return Position(RETURNED, None)
    if outcome == WITHDRAWN:
        return Position(WITHDRAWN, None)
    if outcome != APPROVED:
        raise ValueError(f"{outcome} is no outcome of a step")
    later = [step for step in sorted(steps) if step > position.step]
    return Position(PENDING, later[0]) if later else Position(APPROVED, None)
