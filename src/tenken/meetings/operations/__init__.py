"""Every write of this room."""

from tenken.meetings.operations.defaults import adopt_default_councils_and_duties
from tenken.meetings.operations.duties import record_duty, retract_duty_record, save_duty
from tenken.meetings.operations.meetings import (
    AgendaItem,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meeting,
)

__all__ = [
    "AgendaItem",
    "adopt_default_councils_and_duties",
    "cancel_meeting",
    "change_meeting",
    "hold_meeting",
    "plan_meeting",
    "record_duty",
    "retract_duty_record",
    "save_duty",
]
