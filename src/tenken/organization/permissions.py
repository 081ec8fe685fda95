"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_UNITS = capability("organization.units.view", "組織を見る")
CHANGE_UNITS = capability("organization.units.change", "組織を変更する")
VIEW_PEOPLE = capability("organization.people.view", "職員の一覧を見る")
CHANGE_PEOPLE = capability("organization.people.change", "職員・発令を変更する")
WRITE_EMERGENCY_PROCEDURE = capability("organization.emergency.write", "不在時の対応を定める")
MANAGE_SETTINGS = capability("organization.settings.change", "市の設定（役割・閉庁日など）を変更する")
VIEW_JOURNAL = capability("journal.view", "操作証跡を見る")
