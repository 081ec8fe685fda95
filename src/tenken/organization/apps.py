from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "tenken.organization"
    verbose_name = "組織"

    def ready(self) -> None:
        from tenken.organization import permissions  # noqa: F401 - registers the capabilities
