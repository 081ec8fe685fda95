from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "tenken.findings"
    verbose_name = "課題と措置"

    def ready(self) -> None:
        from tenken.findings import permissions  # noqa: F401 - registers the capabilities
        from tenken.findings.tasks import MORNING, open_cities, remind, remind_of_measures
        from tenken.jobs.schedule import register_daily
        from tenken.journal.labels import register_operation_labels

        register_daily("findings.extent_reminders", at=MORNING, cities=open_cities, function=remind)
        register_daily(
            "findings.measure_reminders", at=MORNING, cities=open_cities, function=remind_of_measures
        )
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
                "findings.finding.cannot_fix": "改善困難を届出",
                "findings.finding.confirmed": "改善困難の理由を確認",
                "findings.finding.refused": "改善困難を認めず",
                "findings.finding.reopened": "改善を再開",
                "findings.case.propose": "事例を提案",
                "findings.case.edit": "事例を修正",
                "findings.case.ask": "事例の課名掲載を照会",
                "findings.case.permission": "事例の課名掲載に回答",
                "findings.case.publish": "事例を公開",
                "findings.case.withdraw": "事例を取下げ",
                "findings.trace.open": "追跡調査を開始",
                "findings.trace.confirmed": "追跡調査の回答を確認（一括）",
                "findings.trace.close": "追跡調査を終了",
                "findings.trace.extend": "追跡調査の期限を変更",
                "findings.trace_line.answered": "追跡調査に回答",
                "findings.trace_line.proof": "追跡調査に証拠を追加",
                "findings.trace_line.confirmed": "追跡調査の回答を確認",
                "findings.trace_line.returned": "追跡調査の回答を差戻し",
                "findings.extent.make": "横展開の確認を作成",
                "findings.extent.edit": "横展開の確認を修正",
                "findings.extent.choose": "横展開の対象を選択",
                "findings.extent.remove": "横展開の対象から外す",
                "findings.extent.send": "横展開の確認を依頼",
                "findings.extent.withdraw": "横展開の確認を取りやめ",
                "findings.extent.close": "横展開の確認を終了",
                "findings.extent.remind": "横展開の確認を督促",
                "findings.extent_target.answered": "横展開の確認に回答",
                "findings.extent_target.confirmed": "横展開の回答を確認",
                "findings.extent_target.returned": "横展開の回答を差戻し",
                "findings.import": "改善報告をExcelから取込み",
                "findings.finding.followed": "続きを新しい課題として登録",
                "findings.measure.proposed": "措置を報告",
                "findings.measure.added": "措置を登録",
                "findings.measure.decided": "措置の報告を受付け",
                "findings.measure.returned": "措置の報告を差戻し",
                "findings.measure.corrected": "措置を訂正",
                "findings.measure.evidence": "措置の証拠を追加",
                "findings.measure.budget": "措置の予算の段階を記録",
                "findings.measure.kept": "予定を果たしたと報告",
                "findings.measure.confirmed": "措置を確認",
                "findings.measure.import": "措置をExcelから取込み",
                "findings.report.registered": "監査結果報告書を登録",
                "findings.report.corrected": "監査結果報告書を訂正",
                "findings.report.findings": "監査結果報告書の課題を登録",
                "findings.report.date_set": "措置の報告日を設定",
                "findings.report.date_dropped": "措置の報告日を取消し",
                "findings.report.reminded": "措置の報告を依頼",
                "findings.report.told": "措置の状況を通知",
                "findings.finding.publication": "課題の公表の扱いを決定",
            }
        )
