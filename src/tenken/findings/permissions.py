"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_FINDINGS = capability("findings.view", "課題を見る")
IMPROVE_FINDINGS = capability("findings.improve", "改善の計画と報告をする")
CHECK_FINDINGS = capability("findings.check", "改善報告を確認する")
CONFIRM_REASONS = capability("findings.confirm", "改善困難の理由を確認する")
MANAGE_TRACES = capability("findings.trace", "追跡調査をする")
VIEW_CASES = capability("findings.cases.view", "課題・対策事例集を見る")
PROPOSE_CASES = capability("findings.cases.propose", "事例を提案する")
MANAGE_CASES = capability("findings.cases.manage", "課題・対策事例集を作る")
REPORT_MEASURES = capability("findings.measures.report", "措置を報告する")
MANAGE_REPORTS = capability("findings.reports.manage", "監査結果と措置を管理する")
MANAGE_EXTENT = capability("findings.extent.manage", "横展開を行う")
