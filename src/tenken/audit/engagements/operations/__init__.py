"""Every write of audits."""

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

__all__ = [
    "EngagementData",
    "ItemData",
    "add_item",
    "cancel_engagement",
    "change_engagement",
    "change_item",
    "choose_viewpoints",
    "drop_item",
    "move_item",
    "order_engagement",
    "plan_engagement",
    "propose_item",
    "take_over_observations",
]
