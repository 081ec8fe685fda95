"""What the journal's page calls the operations of lists."""

from typing import Final

LABELS: Final = {
    "telemetry.list.make": "検知用リストを作成",
    "telemetry.list.add": "検知用リストに追加",
    "telemetry.list.change": "検知用リストの値を変更",
    "telemetry.list.remove": "検知用リストから削除",
    "telemetry.list.replace": "検知用リストをファイルから取込み",
    "telemetry.duty.set": "執務時間を設定",
}
