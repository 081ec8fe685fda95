"""The rhythm in which a city inspects: yearly, quarterly, monthly, of sections, of systems or of people."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class Kind(models.TextChoices):
    """What a programme inspects by."""

    INSPECTION = "inspection", "情報セキュリティ点検"
    SYSTEM_AUDIT = "system_audit", "情報システム監査（自己点検）"
    SELF_CHECK = "self_check", "職員の自己チェック"


class TargetRule(models.TextChoices):
    """Who gets a sheet. Exceptions are named one by one (:class:`TargetException`)."""

    ALL_SECTIONS = "all_sections", "全庁（すべての課公所）"
    WITH_ISSUES = "with_issues", "前回の点検で課題があった課公所"
    LISTED = "listed", "名指しした課公所"
    SYSTEMS = "systems", "情報システム（台帳のすべて）"
    KEY_SYSTEMS = "key_systems", "重要な情報システム"
    LISTED_SYSTEMS = "listed_systems", "名指しした情報システム"
    ALL_STAFF = "all_staff", "全職員"


class Rhythm(models.TextChoices):
    """How often in a fiscal year."""

    YEARLY = "yearly", "年1回"
    QUARTERLY = "quarterly", "年4回（四半期ごと）"
    MONTHLY = "monthly", "毎月"
    CHOSEN = "chosen", "決めた月"


class SeriesQuerySet(ScopedQuerySet["Series"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class Series(models.Model):
    """点検の周期: from it the programmes of a year are planned. ``months``: in which they open (1-12, April first).

    ``intensified_months``: of these, the ones that ask ``intensified_items`` besides ``items`` (codes of the bank;
    empty ``items``: all standing ones). ``opens_on_day``/``days_to_answer``: of the month, and calendar days until due.
    ``further_stages``: [{"kind": "improvement", "name": "改善取組", "days": 60}, …], one after the other when the
    self-inspection is over. ``reminders``: [{"days": -7, "audience": "deputy"}, …], copied to each programme.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=12)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("種類", max_length=16, choices=Kind, default=Kind.INSPECTION)
    rhythm = models.CharField("周期", max_length=10, choices=Rhythm, default=Rhythm.YEARLY)
    months = models.JSONField("開始する月", default=list)
    intensified_months = models.JSONField("強化月間", default=list)
    items = models.JSONField("点検項目", default=list)
    intensified_items = models.JSONField("強化月間に加える点検項目", default=list)
    opens_on_day = models.PositiveSmallIntegerField("開始する日", default=1)
    days_to_answer = models.PositiveSmallIntegerField("記入の日数", default=30)
    further_stages = models.JSONField("自己点検のあとの段階", default=list)
    target_rule = models.CharField("対象", max_length=16, choices=TargetRule, default=TargetRule.ALL_SECTIONS)
    with_risk_part = models.BooleanField("リスク対策状況点検を含む", default=False)
    reminders = models.JSONField("督促", default=list)
    ended_on = models.DateField("廃止日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="inspection_series_code"),
            models.CheckConstraint(
                name="inspection_series_days",
                condition=models.Q(opens_on_day__gte=1, opens_on_day__lte=28, days_to_answer__gte=1),
            ),
        ]
        ordering = ["code"]
        verbose_name = "点検の周期"

    def __str__(self) -> str:
        return self.name
