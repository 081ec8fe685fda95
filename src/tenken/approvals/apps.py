from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "tenken.approvals"
    verbose_name = "決裁"

    def ready(self) -> None:
        from tenken.approvals import sealing
        from tenken.journal.labels import register_operation_labels
        from tenken.journal.sealed import SealedTable, register

        register(
            SealedTable(
                code="approvals.snapshot",
                label="決裁の写し",
                rows=sealing.sealed_rows,
                expected=sealing.hash_now,
                stored=sealing.hash_recorded,
                written_by=sealing.WRITTEN_BY,
            )
        )
        register_operation_labels(
            {sealing.WRITTEN_BY: "決裁に回付", "approvals.route.create": "決裁ルートを登録"}
        )
