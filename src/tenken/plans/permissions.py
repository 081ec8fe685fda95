"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_PLANS = capability("plans.view", "年間計画を見る")
CHANGE_PLANS = capability("plans.change", "年間計画を作り、決定する")
