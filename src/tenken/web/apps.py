from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tenken.web"
    verbose_name = "画面"

    def ready(self) -> None:
        from tenken.jobs.registry import register_job
        from tenken.web.journal.verifying import KIND, verify_journal

        register_job(KIND, verify_journal)
