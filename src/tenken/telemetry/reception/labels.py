"""What the journal calls this room's operations."""

from typing import Final

LABELS: Final = {
    "telemetry.source.register": "ログの送信元を登録",
    "telemetry.source.change": "ログの送信元を変更",
    "telemetry.source.renew_key": "ログの送信元の鍵を変更",
    "telemetry.source.stop": "ログの送信元を停止",
    "telemetry.source.resume": "ログの送信元を再開",
    "telemetry.node.revoke": "登録されたホストの鍵を取消し",
    "telemetry.quarantine.replay": "読み取れなかった受信を読み取り直し",
    "telemetry.quarantine.give_up": "読み取れなかった受信を処理せず終了",
}
