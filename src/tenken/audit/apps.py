from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tenken.audit"
    verbose_name = "監査"

    def ready(self) -> None:
        from tenken.audit import permissions  # noqa: F401 - registers the capabilities
        from tenken.journal.labels import register_operation_labels

        register_operation_labels(
            {
                # Visits were recorded in the room inspection before; its journal is still read.
                "inspection.visit.record": "訪問調査を記録",
                "audit.selection.draw": "訪問先を選定",
                "audit.selection.add": "訪問先を追加",
                "audit.selection.remove": "訪問先を除外",
                "audit.selection.adopt": "訪問先を決定",
                "audit.selection.discard": "訪問先の選定を不採用",
                "audit.visit.plan": "訪問調査を計画",
                "audit.visit.items": "訪問調査の確認項目を決定",
                "audit.visit.notify": "訪問調査を通知",
                "audit.visit.start": "訪問調査を開始",
                "audit.visit.finish": "訪問調査の訪問を終了",
                "audit.visit.ask_facts": "訪問調査の事実確認を依頼",
                "audit.visit.answer_facts": "訪問調査の事実を確認",
                "audit.visit.report": "訪問調査を報告",
                "audit.visit.close": "訪問調査を終了",
                "audit.visit.cancel": "訪問調査を取りやめ",
                "audit.visit.past": "過去の訪問調査を取込み",
                "audit.item.record": "訪問調査の確認結果を記録",
                "audit.evidence.add": "訪問調査の証拠を登録",
                "audit.evidence.remove": "訪問調査の証拠を取消し",
                "audit.observation.save": "訪問調査の指摘事項を記録",
                "audit.observation.drop": "訪問調査の指摘事項を取下げ",
                "audit.practice.save": "優良事例を記録",
                "audit.practice.drop": "優良事例を取下げ",
                "audit.practice.ask": "優良事例の課名の掲載を照会",
                "audit.practice.answer": "優良事例の課名の掲載に回答",
                "audit.practice.propose": "優良事例を事例集に提案",
                "audit.meeting.hold": "訪問調査報告会を記録",
            }
        )
