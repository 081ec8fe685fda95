"""What is known of a stored file."""

from __future__ import annotations

from django.db import models

from tenken.journal.models import AppendOnly


class StoredFile(AppendOnly):
    """A file kept under ``TENKEN_HOME/files/<aa>/<sha256>``. The row never changes; the bytes are checked by their hash.

    ``subject_type``/``subject_id``/``unit_id`` say what it belongs to: who may reach that may reach the file.
    """

    city_code = models.CharField("団体コード", max_length=6)
    sha256 = models.CharField("ハッシュ", max_length=64)
    size = models.PositiveBigIntegerField("大きさ")
    name = models.CharField("ファイル名", max_length=255)
    media_type = models.CharField("種類", max_length=120)
    subject_type = models.CharField("対象の種類", max_length=80)
    subject_id = models.CharField("対象", max_length=64)
    stored_by = models.CharField("登録者", max_length=64)
    stored_at = models.DateTimeField("登録日時")

    class Meta:
        indexes = [models.Index(fields=["city_code", "subject_type", "subject_id"], name="files_subject")]
        verbose_name = "ファイル"

    def __str__(self) -> str:
        return self.name
