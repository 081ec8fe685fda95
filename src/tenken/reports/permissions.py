"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_PAPERS = capability("reports.view", "資料を見る")
EDIT_PAPERS = capability("reports.edit", "資料の文章を直す")
ISSUE_PAPERS = capability("reports.issue", "資料を発行する")
