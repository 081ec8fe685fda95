from django.apps import AppConfig


class WorkbooksConfig(AppConfig):
    name = "tenken.workbooks"
    verbose_name = "Excelの様式"

    def ready(self) -> None:
        from tenken.jobs.registry import register_job
        from tenken.journal.labels import register_operation_labels
        from tenken.workbooks import jobs, ledger_imports

        register_job(jobs.ISSUE, jobs.issue_forms)
        register_job(jobs.READ, jobs.read_forms)
        register_job(jobs.APPLY, jobs.apply_forms)
        register_job(ledger_imports.LEDGER_JOB, ledger_imports.write_ledger)
        register_operation_labels(
            {
                "workbooks.import.receive": "Excelの様式を受領",
                "workbooks.import.read": "Excelの様式を読取り",
                "workbooks.import.apply": "Excelの様式の回答を取込み",
                "workbooks.import.discard": "Excelの様式の取込みを取りやめ",
                "workbooks.template.register": "市の様式を登録",
                "workbooks.template.map": "市の様式の対応づけを変更",
                "workbooks.template.retire": "市の様式を廃止",
            }
        )
