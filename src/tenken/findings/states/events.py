"""What stands of a finding, and what may happen to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Snapshot:
    """What stands of a finding, as far as its life depends on it. ``since``: no step may be dated before it."""

    status: str
    since: date
    cause: str = ""
    immediate_action: str = ""
    plan: str = ""
    plan_owner: str = ""
    plan_due_on: date | None = None
    plan_needs_budget: bool = False
    action: str = ""
    action_on: date | None = None
    not_improved_reason: str = ""
    not_improved_note: str = ""
    measure_level: str = ""
    measure_bureau_id: int | None = None
    budget_yen: int | None = None
    budget_year: int | None = None
    compensating_measure: str = ""
    residual_risk: str = ""
    residual_risk_note: str = ""
    review_on: date | None = None
    confirmed_by: str = ""
    confirmed_by_name: str = ""
    confirmed_on: date | None = None
    confirmed_how: str = ""
    closed_as_not_improved: bool = False
    closed_on: date | None = None


@dataclass(frozen=True)
class Plan:
    """The section says what it will do, who and until when. Said again, it is a revision.

    ``level``: one of ``MEASURE_LEVELS``, '' leaves what stands; ``bureau_id``: whose environment it is. ``cause`` (原因)
    and ``immediate_action`` (応急処置): None leaves what stands.
    """

    text: str
    owner: str
    due_on: date | None
    needs_budget: bool = False
    level: str = ""
    bureau_id: int | None = None
    budget_yen: int | None = None
    budget_year: int | None = None
    cause: str | None = None
    immediate_action: str | None = None


@dataclass(frozen=True)
class Report:
    """The section says what it did, and when."""

    action: str
    action_on: date | None


@dataclass(frozen=True)
class AddEvidence:
    """A file is laid beside; nothing else changes."""

    name: str


@dataclass(frozen=True)
class Verify:
    """The secretariat finds it improved."""

    comment: str = ""


@dataclass(frozen=True)
class Return:
    """The secretariat sends the report back, and says why."""

    comment: str


@dataclass(frozen=True)
class NotImproved:
    """The section says that it cannot improve it within the stage, and why."""

    reason: str
    note: str = ""
    level: str = ""
    bureau_id: int | None = None


@dataclass(frozen=True)
class CannotFix:
    """The section says that it cannot be fixed and why, what lowers the risk instead, what risk is left, and when that
    is looked at again. ``residual_risk``: one of ``RISKS``; None only for what was declared before it was asked."""

    reason: str
    note: str
    compensating_measure: str
    review_on: date | None
    residual_risk: str | None = None
    residual_risk_note: str = ""


@dataclass(frozen=True)
class Confirm:
    """The secretariat or an auditor finds that reason true. *how*: what it was held against."""

    how: str
    by_code: str
    by_name: str


@dataclass(frozen=True)
class Refuse:
    """The reason is not found true, and why: it goes back to the section."""

    comment: str


@dataclass(frozen=True)
class Reopen:
    """What could not be fixed can be now, or must be: it goes back to planning."""

    comment: str


@dataclass(frozen=True)
class StageClosed:
    """The improvement stage ends. *reason* '' keeps the one the section gave."""

    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Withdraw:
    """What it came from is gone: the sheet was returned, the answer changed."""

    reason: str = ""


Event = (
    Plan
    | Report
    | AddEvidence
    | Verify
    | Return
    | NotImproved
    | CannotFix
    | Confirm
    | Refuse
    | Reopen
    | StageClosed
    | Withdraw
)


@dataclass(frozen=True)
class Outcome:
    """What stands after an event, the event's code (``EVENT_LABELS``) and the words kept in the trail."""

    snapshot: Snapshot
    event: str
    comment: str
