from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "tenken.inspection"
    verbose_name = "点検"

    def ready(self) -> None:
        from tenken.inspection import permissions  # noqa: F401 - registers the capabilities
