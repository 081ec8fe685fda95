"""規程と点検項目: versioned policy documents, their clauses, and the bank of check items tied to them."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "tenken.policy"
    verbose_name = "規程と点検項目"

    def ready(self) -> None:
        from tenken.policy import permissions  # noqa: F401 - registers the capabilities
        from tenken.policy.sealing import register_sealed_tables

        register_sealed_tables()
