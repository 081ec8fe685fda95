from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "tenken.findings"
    verbose_name = "課題と措置"

    def ready(self) -> None:
        from tenken.findings import permissions  # noqa: F401 - registers the capabilities
