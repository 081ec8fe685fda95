"""What this package asks of the house when the application starts."""

from __future__ import annotations

from datetime import time

from tenken.jobs.registry import register_job
from tenken.jobs.schedule import register_daily
from tenken.journal.labels import register_operation_labels

MORNING = time(8, 30)

LABELS = {
    "telemetry.purpose.stated": "操作ログを検索する目的を申告",
    "telemetry.purpose.ended": "操作ログの検索を終了",
    "telemetry.search.made": "操作ログを検索",
    "telemetry.search.exported": "操作ログを出力",
    "telemetry.saved_search.saved": "操作ログの検索条件を保存",
    "telemetry.saved_search.removed": "操作ログの検索条件を削除",
    "telemetry.sample.drawn": "業務データの閲覧を抜取り",
    "telemetry.sample.reviewed": "抜き取った閲覧を確認",
    "telemetry.overrides.rule": "解除件数の通知の設定を変更",
    "telemetry.overrides.told": "解除件数を所属長に通知",
}


def register_search() -> None:
    """Register labels of operations, the job that writes exports, and the monthly notice of overrides."""
    from tenken.telemetry.search.exports import EXPORT_JOB, write_export
    from tenken.telemetry.search.overrides import DAILY, due_cities, tell_month_before

    register_operation_labels(LABELS)
    register_job(EXPORT_JOB, write_export)
    register_daily(DAILY, at=MORNING, cities=due_cities, function=tell_month_before)
