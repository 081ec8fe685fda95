from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "tenken.findings"
    verbose_name = "課題と措置"

    def ready(self) -> None:
        from tenken.findings import permissions  # noqa: F401 - registers the capabilities
        from tenken.journal.labels import register_operation_labels

        register_operation_labels(
            {
                "findings.batch.open": "課題を登録（一括）",
                "findings.batch.history": "過去の課題を取込み",
                "findings.batch.withdraw": "課題を取下げ（一括）",
                "findings.batch.stage_closed": "改善取組を終了",
                "findings.batch.verified": "改善を確認（一括）",
                "findings.batch.returned": "改善報告を差戻し（一括）",
                "findings.finding.planned": "改善計画を提出",
                "findings.finding.replanned": "改善計画を見直し",
                "findings.finding.reported": "改善を報告",
                "findings.finding.evidence": "課題に証拠を追加",
                "findings.finding.verified": "改善を確認",
                "findings.finding.returned": "改善報告を差戻し",
                "findings.finding.not_improved": "未改善を届出",
                "findings.finding.stage_closed": "改善取組の終了（未改善）",
                "findings.finding.withdrawn": "課題を取下げ",
            }
        )
