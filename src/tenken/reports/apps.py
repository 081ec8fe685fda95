from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "tenken.reports"
    verbose_name = "資料"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels
        from tenken.reports import permissions  # noqa: F401 - registers the capabilities
        from tenken.reports.sealing import register_sealed_tables

        register_sealed_tables()

        register_operation_labels(
            {
                "reports.edition.open": "資料の版を作成",
                "reports.edition.issue": "資料を発行",
                "reports.paragraph.edit": "資料の文章を変更",
                "reports.paragraph.use_draft": "資料の文章を案に戻す",
            }
        )
