"""What the journal's page calls the operations of the inventory."""

from __future__ import annotations

from typing import Final

LABELS: Final = {
    "telemetry.terminal.find": "新しい端末を受信",
    "telemetry.terminal.recognise": "端末を判別",
    "telemetry.terminal.add": "端末を台帳に登録",
    "telemetry.terminal.change": "端末の台帳を変更",
    "telemetry.terminal.assign": "端末を配置",
    "telemetry.terminal.retire": "端末を廃棄・返却",
    "telemetry.terminal.lose": "端末を所在不明と記録",
    "telemetry.terminal.return": "端末の状態を使用中・予備に戻す",
    "telemetry.terminal.import": "端末台帳のファイルを取込み",
    "telemetry.terminal.follow": "組織改正により端末の配置を引継ぎ",
    "telemetry.terminal.merge": "同じ端末と判断",
    "telemetry.terminal.distinguish": "別の端末と判断",
    "telemetry.terminal.split": "同じ端末との判断を取消し",
    "telemetry.inventory.settings": "構成情報の設定を変更",
    "telemetry.support.save": "サポート終了日を登録",
    "telemetry.support.remove": "サポート終了日の登録を取消し",
    "telemetry.licence.add": "ライセンスを登録",
    "telemetry.licence.change": "ライセンスを変更",
    "telemetry.licence.end": "ライセンスを終了",
    "telemetry.reconciliation.open": "台数の突合を開始",
    "telemetry.reconciliation.count": "台数を数え直し",
    "telemetry.reconciliation.explain": "台数の差を説明",
    "telemetry.reconciliation.strike": "台数の差の説明を取消し",
    "telemetry.reconciliation.close": "台数の突合を完了",
}
