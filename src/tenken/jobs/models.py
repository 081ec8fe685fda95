"""Long work, and the work of each day."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """Work that takes longer than a page may: what, by whom, how far, and what came of it."""

    class Status(models.TextChoices):
        WAITING = "waiting", "待機中"
        RUNNING = "running", "実行中"
        DONE = "done", "完了"
        FAILED = "failed", "失敗"

    city_code = models.CharField("団体コード", max_length=6)
    kind = models.CharField("種類", max_length=60)
    title = models.CharField("名称", max_length=200)
    status = models.CharField("状態", max_length=8, choices=Status, default=Status.WAITING)
    done = models.PositiveIntegerField("済み", default=0)
    total = models.PositiveIntegerField("全体", default=0)
    message = models.CharField("メッセージ", max_length=500, blank=True, default="")
    problems = models.JSONField("エラー", default=list)
    arguments = models.JSONField("引数", default=dict)
    result_file_id = models.PositiveBigIntegerField("結果のファイル", null=True, blank=True)
    requested_by = models.CharField("依頼者", max_length=64)
    requested_at = models.DateTimeField("依頼日時")
    started_at = models.DateTimeField("開始日時", null=True, blank=True)
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="jobs_ended_has_time",
                condition=models.Q(status__in=("done", "failed"), ended_at__isnull=False)
                | models.Q(status__in=("waiting", "running"), ended_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["city_code", "requested_by", "requested_at"], name="jobs_requester")]
        verbose_name = "処理"

    def __str__(self) -> str:
        return self.title


class DailyRun(models.Model):
    """That a piece of daily work was done for a city on a day: it is done once, whoever comes to do it."""

    kind = models.CharField("種類", max_length=60)
    city_code = models.CharField("団体コード", max_length=6)
    day = models.DateField("日")
    done_at = models.DateTimeField("実行日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "city_code", "day"], name="jobs_daily_run_once")
        ]
        verbose_name = "毎日の処理"

    def __str__(self) -> str:
        return f"{self.kind} {self.city_code} {self.day}"
