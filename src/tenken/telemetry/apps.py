from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "tenken.telemetry"
    verbose_name = "端末と操作ログ"

    def ready(self) -> None:
        from tenken.telemetry import permissions  # noqa: F401 - registers the capabilities
