"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_PROGRAMMES = capability("inspection.programmes.view", "点検の予定を見る")
MANAGE_PROGRAMMES = capability("inspection.programmes.manage", "点検を計画し実施する")
VIEW_SHEETS = capability("inspection.sheets.view", "点検シートを見る")
FILL_SHEETS = capability("inspection.sheets.fill", "点検シートに記入する")
APPROVE_SHEETS = capability("inspection.sheets.approve", "点検シートを承認する")
ACCEPT_SHEETS = capability("inspection.sheets.accept", "点検シートを受け付ける")
