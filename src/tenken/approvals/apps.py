from typing import Any

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "tenken.approvals"
    verbose_name = "決裁"

    def ready(self) -> None:
        from tenken.approvals.queries import snapshots_of_city
        from tenken.journal.canonical import sha256
        from tenken.journal.sealed import SealedTable, register

        def expected(snapshot: Any) -> str:
            return sha256(snapshot.body)

        register(
            SealedTable(
                code="approvals.snapshot",
                label="決裁の写し",
                rows=snapshots_of_city,
                expected=expected,
                stored=lambda snapshot: snapshot.sha256,
            )
        )
