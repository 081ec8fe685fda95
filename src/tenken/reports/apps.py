from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "tenken.reports"
    verbose_name = "報告書"

    def ready(self) -> None:
        from tenken.reports import permissions  # noqa: F401 - registers the capabilities
        from tenken.reports.sealing import register_sealed_tables

        register_sealed_tables()
