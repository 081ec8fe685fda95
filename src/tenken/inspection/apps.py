from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "tenken.inspection"
    verbose_name = "点検"

    def ready(self) -> None:
        from tenken.inspection import permissions  # noqa: F401 - registers the capabilities
        from tenken.inspection.tasks import EARLY, MORNING, follow_staff_of, open_cities, remind
        from tenken.jobs.schedule import register_daily
        from tenken.journal.labels import register_operation_labels

        register_daily("inspection.reminders", at=MORNING, cities=open_cities, function=remind)
        register_daily("inspection.self_checks", at=EARLY, cities=open_cities, function=follow_staff_of)

        register_operation_labels(
            {
                "inspection.programme.plan": "点検を計画",
                "inspection.programme.change_stages": "点検の段階を変更",
                "inspection.programme.choose_questions": "点検の設問を選択",
                "inspection.programme.set_targets": "点検の対象を決定",
                "inspection.programme.launch": "点検を開始",
                "inspection.programme.past": "過去の点検を記録",
                "inspection.programme.add_target": "点検の対象を追加",
                "inspection.programme.close": "点検を終了",
                "inspection.series.save": "点検の周期を登録",
                "inspection.series.end": "点検の周期を廃止",
                "inspection.series.plan_year": "周期から1年分の点検を計画",
                "inspection.self_check.submit": "自己チェックを提出",
                "inspection.self_check.withdraw": "自己チェックを引戻し",
                "inspection.self_check.follow_staff": "自己チェックの対象を職員の異動に合わせる",
                "inspection.history.record": "過去の点検を取込み",
                "inspection.self_check.history": "過去の自己チェックを取込み",
                "inspection.answers.import": "Excelの様式の回答を取込み",
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
                "inspection.risk.save_assets": "主要な情報資産を記入",
                "inspection.risk.no_assets": "主要な情報資産がないことを記入",
                "inspection.risk.decide": "残るリスクへの対応を記入",
                "inspection.risk.write_to_ledger": "主要な情報資産を台帳に書込み",
            }
        )
