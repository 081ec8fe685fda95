"""What the journal's page calls the operations of alerts."""

from typing import Final

LABELS: Final = {
    "telemetry.alert.raise": "アラートが発生",
    "telemetry.alert.assign": "アラートの担当者を決定",
    "telemetry.alert.take": "アラートへの対応を開始",
    "telemetry.alert.close": "アラートを完了",
    "telemetry.alert.reopen": "アラートを再開",
    "telemetry.alert.note": "アラートに記録を追加",
    "telemetry.alert.exclude": "アラートの除外を登録",
    "telemetry.alert.end_exclusion": "アラートの除外を打切り",
    "telemetry.alert.open_incident": "アラートからインシデントを登録",
    "telemetry.alert.open_finding": "アラートを課題に登録",
    "telemetry.alert.settings": "アラートの設定を変更",
}
