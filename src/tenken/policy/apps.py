from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "tenken.policy"
    verbose_name = "規程と点検項目"

    def ready(self) -> None:
        from tenken.policy import permissions  # noqa: F401 - registers the capabilities
