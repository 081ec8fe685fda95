"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_PROGRAMMES = capability("inspection.programmes.view", "点検の予定を見る")
MANAGE_PROGRAMMES = capability("inspection.programmes.manage", "点検を計画し実施する")
VIEW_SHEETS = capability("inspection.sheets.view", "点検シートを見る")
FILL_SHEETS = capability("inspection.sheets.fill", "点検シートに記入する")
# The owner of a system or network inspects it himself (document 004, article 109); the section's own sheets stay closed.
FILL_SYSTEM_SHEETS = capability("inspection.system_sheets.fill", "情報システムの点検シートに記入する")
FILL_NETWORK_SHEETS = capability("inspection.network_sheets.fill", "ネットワークの点検シートに記入する")
APPROVE_SHEETS = capability("inspection.sheets.approve", "点検シートを承認する")
ACCEPT_SHEETS = capability("inspection.sheets.accept", "点検シートを受け付ける")
