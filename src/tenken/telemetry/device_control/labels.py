"""What the operations of device control are called in 操作証跡."""

LABELS = {
    "telemetry.device_policy.draft": "外部媒体の使用制限の下書きを作成",
    "telemetry.device_policy.save": "外部媒体の使用制限の下書きを変更",
    "telemetry.device_policy.drop": "外部媒体の使用制限の下書きを破棄",
    "telemetry.device_policy.publish": "外部媒体の使用制限を公布",
    "telemetry.device.apply": "外部媒体の使用を申請",
    "telemetry.device.apply_again": "外部媒体の使用を再申請",
    "telemetry.device.drop": "外部媒体の使用の申請を取下げ",
    "telemetry.device.decide": "外部媒体の使用を決裁",
    "telemetry.device.register": "外部媒体を台帳に登録",
    "telemetry.device.change": "外部媒体の台帳を変更",
    "telemetry.device.return": "外部媒体を返却",
    "telemetry.device.withdraw": "外部媒体の許可を取消し",
    "telemetry.device_handout.make": "外部媒体の設定ファイルを払出し",
    "telemetry.remote.record": "リモート保守を記録",
    "telemetry.remote.strike": "リモート保守の記録を取消し",
}
