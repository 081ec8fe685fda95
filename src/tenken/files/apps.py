from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "tenken.files"
    verbose_name = "ファイル"

    def ready(self) -> None:
        from tenken.files.operations import STORE, recorded_digest, row_digest_now, sealed_rows
        from tenken.journal.labels import register_operation_labels
        from tenken.journal.sealed import SealedTable, register

        register_operation_labels({STORE: "ファイルを登録"})
        register(
            SealedTable(
                code="files.file",
                label="ファイル",
                rows=sealed_rows,
                expected=row_digest_now,
                stored=recorded_digest,
                written_by=STORE,
            )
        )
