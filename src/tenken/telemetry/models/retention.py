"""How long events are kept, what must not go, what was laid aside as archives and what was deleted."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class RetentionClassQuerySet(ScopedQuerySet["RetentionClass"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class LegalHoldQuerySet(ScopedQuerySet["LegalHold"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class ArchiveQuerySet(ScopedQuerySet["Archive"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class EventDeletionQuerySet(ScopedQuerySet["EventDeletion"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class RetentionClass(models.Model):
    """保存区分: for how many whole months events stay searchable; ``archive``: laid aside before they go, and for how
    many years the archive is kept."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=60)
    keep_months = models.PositiveSmallIntegerField("検索できる月数")
    archive = models.BooleanField("月ごとに保管ファイルにする", default=True)
    archive_years = models.PositiveSmallIntegerField("保管ファイルの保存年数", default=5)
    version = models.PositiveIntegerField("版", default=1)

    objects = RetentionClassQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="telemetry_retention_code"),
            models.CheckConstraint(
                name="telemetry_retention_months",
                condition=models.Q(keep_months__gte=1, keep_months__lte=120),
            ),
        ]
        ordering = ["code"]
        verbose_name = "操作ログの保存区分"

    def __str__(self) -> str:
        return self.name


class LegalHold(models.Model):
    """保全: events that no rule deletes until it is released. Empty lists mean all; several conditions must all hold.

    ``since``–``until``: days in Japan on which the events happened, both included; no ``until``: also those to come.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    title = models.CharField("件名", max_length=120)
    reason = models.CharField("理由", max_length=500)
    since = models.DateField("いつの操作から")
    until = models.DateField("いつの操作まで", null=True, blank=True)
    sections = models.JSONField("所属コード", default=list, blank=True)
    persons = models.JSONField("職員番号", default=list, blank=True)
    devices = models.JSONField("端末機番号", default=list, blank=True)
    ordered_by = models.CharField("指示した者", max_length=64)
    ordered_at = models.DateTimeField("指示した日時")
    released_by = models.CharField("解除した者", max_length=64, blank=True, default="")
    released_at = models.DateTimeField("解除した日時", null=True, blank=True)
    released_because = models.CharField("解除の理由", max_length=500, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="telemetry_hold_released",
                condition=models.Q(released_at__isnull=True, released_by="", released_because="")
                | (
                    models.Q(released_at__isnull=False)
                    & ~models.Q(released_by="")
                    & ~models.Q(released_because="")
                ),
            ),
            models.CheckConstraint(
                name="telemetry_hold_period",
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
            ),
        ]
        ordering = ["-ordered_at"]
        verbose_name = "操作ログの保全"

    def __str__(self) -> str:
        return self.title


class Archive(models.Model):
    """One month of one class as Parquet files outside the store. ``parts``: name, rows, bytes, sha256 of each;
    ``digest``: SHA-256 of the manifest that lists them."""

    class State(models.TextChoices):
        KEPT = "kept", "保管中"
        BROKEN = "broken", "破損"
        DISCARDED = "discarded", "廃棄"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    retention = models.CharField("保存区分", max_length=20)
    month = models.DateField("月")
    folder = models.CharField("フォルダー", max_length=200)
    parts = models.JSONField("ファイル")
    rows = models.PositiveBigIntegerField("行数")
    size = models.PositiveBigIntegerField("バイト数")
    digest = models.CharField("ハッシュ値", max_length=64)
    state = models.CharField("状態", max_length=10, choices=State, default=State.KEPT)
    made_at = models.DateTimeField("作成日時")
    verified_at = models.DateTimeField("最後に検証した日時", null=True, blank=True)
    restored_until = models.DateField("復元の期限", null=True, blank=True)
    discarded_at = models.DateTimeField("廃棄日時", null=True, blank=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "retention", "month"], name="telemetry_archive_month"),
            models.CheckConstraint(
                name="telemetry_archive_discarded",
                condition=models.Q(state="discarded", discarded_at__isnull=False, restored_until__isnull=True)
                | (~models.Q(state="discarded") & models.Q(discarded_at__isnull=True)),
            ),
        ]
        ordering = ["-month", "retention"]
        verbose_name = "操作ログの保管ファイル"

    def __str__(self) -> str:
        return f"{self.retention} {self.month:%Y-%m}"


class EventDeletion(models.Model):
    """Events of a month deleted by rule: how many went, how many stayed because they are held."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    retention = models.CharField("保存区分", max_length=20)
    month = models.DateField("月")
    rows = models.PositiveBigIntegerField("削除した行数")
    held = models.PositiveBigIntegerField("保全のため残した行数", default=0)
    archive = models.ForeignKey(
        Archive, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保管ファイル"
    )
    done_at = models.DateTimeField("日時")

    objects = EventDeletionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["city", "month"], name="telemetry_deletion_month")]
        ordering = ["-done_at", "-pk"]
        verbose_name = "操作ログの削除"

    def __str__(self) -> str:
        return f"{self.retention} {self.month:%Y-%m}"
