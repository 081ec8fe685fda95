"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_FINDINGS = capability("findings.view", "課題を見る")
IMPROVE_FINDINGS = capability("findings.improve", "改善の計画と報告をする")
CHECK_FINDINGS = capability("findings.check", "改善報告を確認する")
