from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tenken.audit"
    verbose_name = "監査"

    def ready(self) -> None:
        from tenken.audit import permissions  # noqa: F401 - registers the capabilities
        from tenken.audit.competence.tasks import MORNING, open_cities, remind
        from tenken.audit.engagements.sealing import register_sealed_reports
        from tenken.audit.fieldwork.registering import register_fieldwork
        from tenken.audit.rotation.registering import register_rotation
        from tenken.audit.technical import jobs
        from tenken.jobs.registry import register_job
        from tenken.jobs.schedule import register_daily
        from tenken.journal.labels import register_operation_labels

        register_job(jobs.READ, jobs.read)
        register_job(jobs.APPLY, jobs.apply)
        register_fieldwork()
        register_rotation()
        register_sealed_reports()
        register_daily("audit.expiry", at=MORNING, cities=open_cities, function=remind)
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
                "audit.scan.receive": "診断結果を受付",
                "audit.scan.map": "診断結果の表を対応づけ",
                "audit.scan.read": "診断結果を読取り",
                "audit.scan.refuse": "診断結果を読み取れず",
                "audit.scan.compare": "診断結果の差分を作成",
                "audit.scan.apply": "診断結果を取込み",
                "audit.scan.discard": "診断結果の取込みを取りやめ",
                "audit.scan_mapping.save": "診断結果の表の対応づけを登録",
                "audit.weakness.judge": "ぜい弱性の緊急度を判断",
                "audit.weakness.open": "ぜい弱性を課題に登録",
                "audit.weakness.propose": "ぜい弱性を監査報告書の案に追加",
                "audit.engagement.plan": "監査を計画",
                "audit.engagement.order": "特命監査を命令",
                "audit.engagement.change": "監査の計画を変更",
                "audit.engagement.viewpoints": "監査の着眼点を決定",
                "audit.engagement.notify": "監査を通知",
                "audit.engagement.begin": "監査を開始",
                "audit.engagement.visit": "監査の訪問調査を決定",
                "audit.engagement.head": "監査報告書の概要を記録",
                "audit.engagement.send": "監査報告書案を送付",
                "audit.engagement.answer": "監査報告書案に回答",
                "audit.engagement.reply": "監査報告書案の相違に対応",
                "audit.engagement.issue": "監査報告書を発行",
                "audit.engagement.close": "監査を終了",
                "audit.engagement.cancel": "監査を取りやめ",
                "audit.engagement.past": "過去の監査を取込み",
                "audit.appointment.make": "監査人を任命",
                "audit.appointment.end": "監査人の任命を終了",
                "audit.item.add": "監査報告書の項目を追加",
                "audit.item.change": "監査報告書の項目を変更",
                "audit.item.drop": "監査報告書の項目を取下げ",
                "audit.item.move": "監査報告書の項目の順を変更",
                "audit.auditor.save": "監査人を登録",
                "audit.auditor.qualification": "監査人の資格を記録",
                "audit.auditor.experience": "監査人の実務経験を記録",
                "audit.auditor.conflict": "監査人の利害関係を記録",
                "audit.auditor.strike": "監査人の記録を取消し",
                "audit.auditor.remind": "監査人の資格の期限を通知",
                "audit.settings.save": "監査の決まりを変更",
            }
        )
