from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "tenken.inspection"
    verbose_name = "点検"

    def ready(self) -> None:
        from tenken.inspection import permissions  # noqa: F401 - registers the capabilities
        from tenken.inspection.tasks import MORNING, open_cities, remind
        from tenken.jobs.schedule import register_daily
        from tenken.journal.labels import register_operation_labels

        register_daily("inspection.reminders", at=MORNING, cities=open_cities, function=remind)

        register_operation_labels(
            {
                "inspection.programme.plan": "点検を計画",
                "inspection.programme.change_stages": "点検の段階を変更",
                "inspection.programme.choose_questions": "点検の設問を選択",
                "inspection.programme.launch": "点検を開始",
                "inspection.programme.close": "点検を終了",
                "inspection.history.record": "過去の点検を取込み",
                "inspection.answer.save": "点検シートに記入",
                "inspection.evidence.attach": "証拠のファイルを登録",
                "inspection.evidence.remove": "証拠のファイルを取消し",
                "inspection.sheet.submit": "点検シートを提出",
                "inspection.sheet.withdraw": "点検シートを引戻し",
                "inspection.sheet.approve": "点検シートを承認",
                "inspection.sheet.return": "点検シートを差戻し",
                "inspection.sheet.accept": "点検シートを受付",
                "inspection.sheet.change_due_date": "点検シートの期限を変更",
                "inspection.sheet.exempt": "点検シートを対象外に変更",
                "inspection.sheet.restore": "点検シートを対象に戻す",
                "inspection.answer.stand_by": "前回の回答を使用",
                "inspection.programme.carry_over": "組織の変更を点検シートに反映",
                "inspection.reminders.change_steps": "督促の段階を変更",
                "inspection.reminders.send": "督促を送信",
                "inspection.visit.record": "訪問調査を記録",
                "inspection.risk.save_assets": "主要な情報資産を記入",
                "inspection.risk.no_assets": "主要な情報資産がないことを記入",
                "inspection.risk.decide": "残るリスクへの対応を記入",
                "inspection.risk.write_to_ledger": "主要な情報資産を台帳に書込み",
            }
        )
