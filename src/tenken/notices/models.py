"""Mail to be sent, and sent."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One mail to one address. Written inside the operation's transaction; sent after it by the mail task."""

    class Status(models.TextChoices):
        WAITING = "waiting", "送信待ち"
        SENT = "sent", "送信済"
        FAILED = "failed", "送信できず"

    city_code = models.CharField("団体コード", max_length=6)
    kind = models.CharField("種類", max_length=60)
    recipient_code = models.CharField("宛先の職員", max_length=64)
    address = models.EmailField("宛先")
    subject = models.CharField("件名", max_length=200)
    body = models.TextField("本文")
    link = models.CharField("リンク", max_length=300, blank=True, default="")
    status = models.CharField("状態", max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField("試行", default=0)
    error = models.CharField("エラー", max_length=300, blank=True, default="")
    created_at = models.DateTimeField("作成日時")
    next_attempt_at = models.DateTimeField("次の送信", null=True, blank=True)
    sent_at = models.DateTimeField("送信日時", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notices_sent_whole",
                condition=models.Q(status="sent", sent_at__isnull=False)
                | models.Q(status__in=("waiting", "failed"), sent_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["status", "next_attempt_at"], name="notices_queue")]
        verbose_name = "通知"

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"
