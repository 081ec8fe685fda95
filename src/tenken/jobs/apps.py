from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "tenken.jobs"
    verbose_name = "処理"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels

        register_operation_labels({"jobs.start": "処理を開始"})
