"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_VISITS = capability("audit.visits.view", "訪問調査を見る")
MANAGE_VISITS = capability("audit.visits.manage", "訪問調査を計画する")
RECORD_VISITS = capability("audit.visits.record", "訪問調査の結果を記録する")
CONFIRM_FACTS = capability("audit.facts.confirm", "訪問調査の事実を確認する")

VIEW_AUDITS = capability("audit.engagements.view", "監査を見る")
MANAGE_AUDITS = capability("audit.engagements.manage", "監査を計画する")
ORDER_AUDITS = capability("audit.engagements.order", "特命監査を命じる")
RECORD_AUDITS = capability("audit.engagements.record", "監査の調書を記録する")
ANSWER_AUDITORS = capability("audit.questions.answer", "監査人の質問に答える")
VIEW_ROTATION = capability("audit.rotation.view", "監査対象の選定を見る")
MANAGE_ROTATION = capability("audit.rotation.manage", "監査対象を選定する")
VIEW_AUDITORS = capability("audit.auditors.view", "監査人の名簿を見る")
MANAGE_AUDITORS = capability("audit.auditors.manage", "監査人の名簿を管理する")
JUDGE_WEAKNESSES = capability("audit.weaknesses.judge", "ぜい弱性の緊急度を判断する")
