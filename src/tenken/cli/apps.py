from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "tenken.cli"
    verbose_name = "コマンド"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels

        register_operation_labels({"organization.account.password": "パスワードの設定（コマンド）"})
