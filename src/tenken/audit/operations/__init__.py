"""Every write of visits."""

from tenken.audit.operations.history import record_past_visit
from tenken.audit.operations.observing import (
    answer_practice_permission,
    ask_permission,
    drop_observation,
    drop_practice,
    propose_practice,
    save_observation,
    save_practice,
)
from tenken.audit.operations.planning import cancel_visit, choose_items, notify_visit, plan_visit
from tenken.audit.operations.recording import (
    add_evidence,
    finish_visit,
    record_item,
    remove_evidence,
)
from tenken.audit.operations.reporting import (
    answer_facts,
    ask_facts,
    close_visit,
    hold_report_meeting,
    report_visit,
)
from tenken.audit.operations.selecting import (
    add_unit,
    adopt_selection,
    choose_by_hand,
    discard_selection,
    draw_units,
    remove_unit,
)

__all__ = [
    "add_evidence",
    "add_unit",
    "adopt_selection",
    "answer_facts",
    "answer_practice_permission",
    "ask_facts",
    "ask_permission",
    "cancel_visit",
    "choose_by_hand",
    "choose_items",
    "close_visit",
    "discard_selection",
    "draw_units",
    "drop_observation",
    "drop_practice",
    "finish_visit",
    "hold_report_meeting",
    "notify_visit",
    "plan_visit",
    "propose_practice",
    "record_item",
    "record_past_visit",
    "remove_evidence",
    "remove_unit",
    "report_visit",
    "save_observation",
    "save_practice",
]
