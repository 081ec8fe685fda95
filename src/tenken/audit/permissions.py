"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_VISITS = capability("audit.visits.view", "訪問調査を見る")
MANAGE_VISITS = capability("audit.visits.manage", "訪問調査を計画する")
RECORD_VISITS = capability("audit.visits.record", "訪問調査の結果を記録する")
CONFIRM_FACTS = capability("audit.facts.confirm", "訪問調査の事実を確認する")
