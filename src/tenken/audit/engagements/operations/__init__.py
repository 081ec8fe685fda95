"""Every write of audits."""

from tenken.audit.engagements.operations.appointing import appoint, end_appointment
from tenken.audit.engagements.operations.drafting import (
    ItemAnswer,
    answer_draft,
    reply_to_difference,
    save_head,
    send_draft,
)
from tenken.audit.engagements.operations.issuing import close_engagement, issue_engagement
from tenken.audit.engagements.operations.items import (
    ItemData,
    add_item,
    change_item,
    drop_item,
    move_item,
    propose_item,
    take_over_observations,
)
from tenken.audit.engagements.operations.planning import (
    EngagementData,
    cancel_engagement,
    change_engagement,
    choose_viewpoints,
    order_engagement,
    plan_engagement,
)
from tenken.audit.engagements.operations.telling import (
    begin_engagement,
    link_visit,
    notify_engagement,
    plan_visit_of,
)

__all__ = [
    "EngagementData",
    "ItemAnswer",
    "ItemData",
    "add_item",
    "answer_draft",
    "appoint",
    "begin_engagement",
    "cancel_engagement",
    "change_engagement",
    "change_item",
    "choose_viewpoints",
    "close_engagement",
    "drop_item",
    "end_appointment",
    "issue_engagement",
    "link_visit",
    "move_item",
    "notify_engagement",
    "order_engagement",
    "plan_engagement",
    "plan_visit_of",
    "propose_item",
    "reply_to_difference",
    "save_head",
    "send_draft",
    "take_over_observations",
]
