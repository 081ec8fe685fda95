"""年間計画: what the city will do for its information security in a fiscal year (資料２ of document 001)."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class AnnualPlanQuerySet(ScopedQuerySet["AnnualPlan"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class AnnualPlan(models.Model):
    """The plan of one fiscal year. Once adopted it changes no more; ``version`` rises with every change before that."""

    class Status(models.TextChoices):
        DRAFT = "draft", "案"
        ADOPTED = "adopted", "決定"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    overview = models.TextField("概要", max_length=2000, blank=True, default="")
    status = models.CharField("状態", max_length=8, choices=Status, default=Status.DRAFT)
    adopted_on = models.DateField("決定日", null=True, blank=True)
    adopted_by = models.CharField("決定した者", max_length=64, blank=True, default="")
    version = models.PositiveIntegerField("更新番号", default=1)

    objects = AnnualPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year"], name="plans_plan_year"),
            models.CheckConstraint(
                name="plans_plan_adopted_whole",
                condition=(models.Q(status="adopted", adopted_on__isnull=False) & ~models.Q(adopted_by=""))
                | models.Q(status="draft", adopted_on__isnull=True, adopted_by=""),
            ),
        ]
        ordering = ["-fiscal_year"]
        verbose_name = "年間計画"

    def __str__(self) -> str:
        return f"{self.city_id} {self.fiscal_year}"

    @property
    def is_adopted(self) -> bool:
        return self.status == self.Status.ADOPTED


class PlannedActivity(models.Model):
    """One of the year's activities, in the order printed.

    ``programme_code``: the year's inspection programme this activity is, by its code; its stages then come from there.
    ``visits``: how many sections are to be visited, about; None where that is not planned here.
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", "情報セキュリティ点検"
        SYSTEM_AUDIT = "system_audit", "情報システム監査"
        TRAINING = "training", "情報セキュリティ研修"
        POLICY_REVIEW = "policy_review", "情報セキュリティポリシーの見直し"
        OUTSOURCING_REVIEW = "outsourcing_review", "外部委託審査会等"
        OTHER = "other", "その他"

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, related_name="activities", verbose_name="年間計画")
    order = models.PositiveSmallIntegerField("順")
    kind = models.CharField("種類", max_length=20, choices=Kind)
    title = models.CharField("名称", max_length=80)
    text = models.TextField("内容", max_length=4000, blank=True, default="")
    programme_code = models.CharField("点検のコード", max_length=20, blank=True, default="")
    visits = models.PositiveSmallIntegerField("訪問調査の予定数", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="plans_activity_order")]
        ordering = ["order"]
        verbose_name = "取組"

    def __str__(self) -> str:
        return self.title


class PlannedStage(models.Model):
    """A stage of an activity that no programme carries (yet): one box of its flow chart."""

    activity = models.ForeignKey(PlannedActivity, models.CASCADE, related_name="stages", verbose_name="取組")
    order = models.PositiveSmallIntegerField("順")
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    target = models.CharField("対象", max_length=200)
    purpose = models.TextField("目的", max_length=1000)
    outline = models.TextField("実施概要", max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "order"], name="plans_stage_order"),
            models.CheckConstraint(
                name="plans_stage_dates", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
        ]
        ordering = ["order"]
        verbose_name = "計画の段階"

    def __str__(self) -> str:
        return self.name


class PlannedSession(models.Model):
    """A training course, a board or a class that meets in the year.

    ``form``: how long and how often (「30分1回」, 「月2回開催」). ``dates``: its days as ISO text, or ``months`` alone where
    the days are not settled. ``contents``: what it is about, a line each.
    """

    activity = models.ForeignKey(
        PlannedActivity, models.CASCADE, related_name="sessions", verbose_name="取組"
    )
    order = models.PositiveSmallIntegerField("順")
    name = models.CharField("名称", max_length=80)
    form = models.CharField("形式・回数", max_length=120, blank=True, default="")
    dates = models.JSONField("開催日", default=list, blank=True)
    months = models.JSONField("開催月", default=list, blank=True)
    contents = models.JSONField("内容", default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "order"], name="plans_session_order")]
        ordering = ["order"]
        verbose_name = "研修・会議の予定"

    def __str__(self) -> str:
        return self.name
