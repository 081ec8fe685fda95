from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "tenken.journal"
    verbose_name = "操作証跡"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels

        register_operation_labels({"journal.payload.erase": "操作証跡の内容を消去"})
