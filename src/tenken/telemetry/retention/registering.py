"""What retention tells the rest of the house when it starts."""

from __future__ import annotations

from tenken.jobs.registry import register_job
from tenken.jobs.schedule import register_daily
from tenken.journal.labels import register_operation_labels
from tenken.telemetry.retention import tasks


def register_retention() -> None:
    """Register the night's work, its jobs, and what the journal calls the writes."""
    register_job(tasks.NIGHTLY, tasks.run_night)
    register_job(tasks.RESTORE, tasks.restore)
    register_daily(
        "telemetry.retention", at=tasks.NIGHT, cities=tasks.cities_with_events, function=tasks.ask_for_night
    )
    register_operation_labels(
        {
            "telemetry.retention.adopt": "操作ログの保存区分を用意",
            "telemetry.retention.change": "操作ログの保存区分を変更",
            "telemetry.hold.order": "操作ログを保全",
            "telemetry.hold.release": "操作ログの保全を解除",
            "telemetry.archive.make": "操作ログの保管ファイルを作成",
            "telemetry.archive.verify": "操作ログの保管ファイルを検証",
            "telemetry.archive.restore": "操作ログを復元",
            "telemetry.archive.forget": "操作ログの復元を終了",
            "telemetry.archive.discard": "操作ログの保管ファイルを廃棄",
            "telemetry.events.delete": "操作ログを保存期間により削除",
            "telemetry.hits.delete": "検知の記録を保存期間により削除",
        }
    )
