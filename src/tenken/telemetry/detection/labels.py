"""What the journal calls the operations on rules."""

from typing import Final

LABELS: Final = {
    "telemetry.rule.save": "検知ルールを保存",
    "telemetry.rule.settings": "検知ルールの設定を変更",
    "telemetry.rule.on": "検知ルールを有効化",
    "telemetry.rule.off": "検知ルールを無効化",
    "telemetry.rule.fail": "検知ルールが異常で停止",
    "telemetry.rule.try": "検知ルールを過去の操作ログで試行",
    "telemetry.rule.import": "検知ルールを取込み",
}
