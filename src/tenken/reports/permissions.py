"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_PAPERS = capability("reports.view", "報告書を見る")
EDIT_PAPERS = capability("reports.edit", "報告書の文章を直す")
ISSUE_PAPERS = capability("reports.issue", "報告書を確定する")
