"""Programmes and their stages."""

from __future__ import annotations

from django.db import models

from tenken.inspection.models.series import Kind, Series, TargetRule
from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class ProgrammeQuerySet(ScopedQuerySet["Programme"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class Programme(models.Model):
    """One inspection campaign of a fiscal year. Its stages, dates and questions are the city's.

    ``basis``: the earlier programme whose issues decide the targets (TargetRule.WITH_ISSUES); None: the one before.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "準備中"
        LAUNCHED = "launched", "実施中"
        CLOSED = "closed", "終了"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    code = models.CharField("コード", max_length=20, default="yearly")
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, related_name="programmes", verbose_name="点検の周期"
    )
    kind = models.CharField("種類", max_length=16, choices=Kind, default=Kind.INSPECTION)
    target_rule = models.CharField("対象", max_length=16, choices=TargetRule, default=TargetRule.ALL_SECTIONS)
    basis = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="もとにする点検"
    )
    with_risk_part = models.BooleanField("リスク対策状況点検を含む", default=False)
    name = models.CharField("名称", max_length=120)
    purpose = models.TextField("目的", max_length=2000, blank=True, default="")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.PLANNED)
    launched_on = models.DateField("開始日", null=True, blank=True)
    launched_at = models.DateTimeField("開始の記録日時", null=True, blank=True)
    closed_on = models.DateField("終了日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "code"], name="inspection_programme_code"),
            models.CheckConstraint(
                name="inspection_programme_dates",
                condition=models.Q(status="planned", launched_on__isnull=True, closed_on__isnull=True)
                | models.Q(status="launched", launched_on__isnull=False, closed_on__isnull=True)
                | models.Q(status="closed", launched_on__isnull=False, closed_on__isnull=False),
            ),
        ]
        verbose_name = "点検"

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """自己点検・改善取組・訪問調査・フォローアップ: a stage with its period, target and purpose (figure 1, document 001)."""

    class Kind(models.TextChoices):
        SELF_INSPECTION = "self_inspection", "自己点検"
        IMPROVEMENT = "improvement", "改善取組"
        VISIT = "visit", "訪問調査"
        FOLLOW_UP = "follow_up", "フォローアップ"
        OTHER = "other", "その他"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="stages", verbose_name="点検")
    order = models.PositiveSmallIntegerField("順")
    kind = models.CharField("種類", max_length=20, choices=Kind)
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    target = models.CharField("対象", max_length=200)
    purpose = models.TextField("目的", max_length=1000)
    outline = models.TextField("実施概要", max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "order"], name="inspection_stage_order"),
            models.CheckConstraint(
                name="inspection_stage_dates", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
        ]
        ordering = ["order"]
        verbose_name = "段階"

    def __str__(self) -> str:
        return self.name
