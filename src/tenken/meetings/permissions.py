"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_MEETINGS = capability("meetings.view", "会議の予定と記録を見る")
MANAGE_MEETINGS = capability("meetings.manage", "会議と職務の予定を決め、記録する")
VIEW_DUTIES = capability("meetings.duties.view", "職務の実施状況を見る")
RECORD_DUTIES = capability("meetings.duties.record", "自分の職務の実施を記録する")
