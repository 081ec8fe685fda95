"""The capabilities of this room."""

from tenken.organization.capabilities import capability

VIEW_TERMINALS = capability("telemetry.terminals.view", "端末を見る")
MANAGE_TERMINALS = capability("telemetry.terminals.manage", "端末の台帳を管理する")
MANAGE_SOURCES = capability("telemetry.sources.manage", "ログの送信元を管理する")
SEARCH_EVENTS = capability("telemetry.events.search", "操作ログを検索する")
VIEW_SEARCHES = capability("telemetry.searches.view", "操作ログの検索の記録を見る")
VIEW_ALERTS = capability("telemetry.alerts.view", "アラートを見る")
HANDLE_ALERTS = capability("telemetry.alerts.handle", "アラートに対応する")
MANAGE_RULES = capability("telemetry.rules.manage", "検知ルールを管理する")
VIEW_DEVICES = capability("telemetry.devices.view", "外部媒体の制御を見る")
APPLY_DEVICES = capability("telemetry.devices.apply", "外部媒体の使用を申請する")
APPROVE_DEVICES = capability("telemetry.devices.approve", "外部媒体の使用を承認する")
MANAGE_DEVICES = capability("telemetry.devices.manage", "外部媒体の制御を管理する")
RECORD_REMOTE = capability("telemetry.remote.record", "リモート保守を記録する")
MANAGE_RETENTION = capability("telemetry.retention.manage", "操作ログの保存を管理する")
