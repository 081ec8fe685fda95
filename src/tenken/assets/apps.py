from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "tenken.assets"
    verbose_name = "情報資産"

    def ready(self) -> None:
        from tenken.assets import permissions  # noqa: F401 - registers the capabilities
