from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "tenken.cli"
    verbose_name = "コマンド"
