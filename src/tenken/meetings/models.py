"""Councils → meetings; duties of officers → what was done."""

from __future__ import annotations

from django.db import models

from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class Council(models.Model):
    """会議体: 情報セキュリティ専門委員会, 情報化推進本部, 情報セキュリティ委員会. ``per_year``: how often it should meet."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=30)
    name = models.CharField("名称", max_length=100)
    per_year = models.PositiveSmallIntegerField("年間の開催回数（目安）", default=1)
    order = models.PositiveSmallIntegerField("順", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="meetings_council_code")]
        ordering = ["order", "code"]
        verbose_name = "会議体"

    def __str__(self) -> str:
        return self.name


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    unit_path = None
    city_path = "council__city"
    city_wide = True


class Meeting(models.Model):
    """One meeting. ``agenda``: [{"title": …, "paper": 資料の番号 or ''}, …] in order; ``minutes`` once it was held."""

    class Status(models.TextChoices):
        PLANNED = "planned", "予定"
        HELD = "held", "開催済"
        CANCELLED = "cancelled", "中止"

    council = models.ForeignKey(Council, models.PROTECT, related_name="meetings", verbose_name="会議体")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("回")
    meets_on = models.DateField("開催日")
    begins_at = models.TimeField("開始", null=True, blank=True)
    ends_at = models.TimeField("終了", null=True, blank=True)
    place = models.CharField("会場", max_length=120, blank=True, default="")
    agenda = models.JSONField("議事", default=list)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.PLANNED)
    attendees = models.TextField("出席者", max_length=2000, blank=True, default="")
    minutes = models.TextField("議事の要旨", max_length=10000, blank=True, default="")
    cancelled_because = models.CharField("中止の理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["council", "fiscal_year", "number"], name="meetings_meeting_number"
            ),
            models.CheckConstraint(
                name="meetings_held_has_minutes", condition=~models.Q(status="held") | ~models.Q(minutes="")
            ),
            models.CheckConstraint(
                name="meetings_cancelled_has_reason",
                condition=~models.Q(status="cancelled") | ~models.Q(cancelled_because=""),
            ),
            models.CheckConstraint(
                name="meetings_meeting_times",
                condition=models.Q(ends_at__isnull=True)
                | models.Q(begins_at__isnull=False, ends_at__gt=models.F("begins_at")),
            ),
        ]
        ordering = ["-meets_on", "-pk"]
        verbose_name = "会議"

    def __str__(self) -> str:
        return f"{self.council_id} {self.fiscal_year}-{self.number}"


class OfficerDuty(models.Model):
    """職務: what an officer must do each year, by the end of which months (1-12), and by which clauses of the policy.

    ``role``: the code of the officer's role. Of a role that counts over the city (CISO) it is due once, of a bureau's
    once in each bureau.
    """

    class Kind(models.TextChoices):
        INSTRUCTION = "instruction", "指示・助言"
        SITE_CHECK = "site_check", "現地確認"
        MEETING = "meeting", "会議"
        REPORT = "report", "本部への報告"
        REVIEW = "review", "見直し"
        TRAINING = "training", "教育・研修"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    role = models.CharField("役割", max_length=40)
    kind = models.CharField("種類", max_length=12, choices=Kind)
    name = models.CharField("職務", max_length=120)
    months = models.JSONField("期限の月", default=list)
    clause_codes = models.JSONField("根拠の条", default=list)
    order = models.PositiveSmallIntegerField("順", default=0)
    retired_on = models.DateField("廃止日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="meetings_duty_code")]
        ordering = ["role", "order", "code"]
        verbose_name = "職務"

    def __str__(self) -> str:
        return self.name


class DutyRecord(AppendOnly):
    """That a duty was done: when, what, where. ``unit`` is the bureau, None of an officer of the whole city."""

    duty = models.ForeignKey(OfficerDuty, models.PROTECT, related_name="records", verbose_name="職務")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="局・区")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="+", verbose_name="会議")
    done_on = models.DateField("実施日")
    text = models.TextField("内容", max_length=2000)
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_by_name = models.CharField("記録者名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["done_on", "pk"]
        indexes = [models.Index(fields=["duty", "done_on"], name="meetings_duty_done")]
        verbose_name = "職務の実施"

    def __str__(self) -> str:
        return f"{self.duty_id} {self.done_on}"


class RetractedDutyRecord(AppendOnly):
    """A record of a duty taken back, and why. The record itself stays."""

    record = models.OneToOneField(
        DutyRecord, models.PROTECT, related_name="retraction", verbose_name="職務の実施"
    )
    reason = models.CharField("取り消す理由", max_length=300)
    retracted_by = models.CharField("取消者", max_length=64)
    retracted_at = models.DateTimeField("取消日時")

    class Meta:
        verbose_name = "取り消した職務の実施"

    def __str__(self) -> str:
        return str(self.record_id)
