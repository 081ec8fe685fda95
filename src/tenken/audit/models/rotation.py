"""Whose turn it is: the rule of the rotation, selections of systems, the mid-term plan and the plan of a year."""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.audit.models.engagements import Engagement
from tenken.audit.rotation.rules.parts import Tier
from tenken.audit.rotation.rules.select import Because
from tenken.inspection.models import Programme
from tenken.journal.models import AppendOnly
from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet

TIERS = [(tier.value, tier.label) for tier in Tier]


class PriorAuditQuerySet(ScopedQuerySet["PriorAudit"]):
    unit_path = None
    city_path = "city"


class SystemSelectionQuerySet(ScopedQuerySet["SystemSelection"]):
    unit_path = None
    city_path = "city"


class SystemChoiceQuerySet(ScopedQuerySet["SystemChoice"]):
    unit_path = None
    city_path = "selection__city"


class MidTermPlanQuerySet(ScopedQuerySet["MidTermPlan"]):
    unit_path = None
    city_path = "city"


class YearPlanQuerySet(ScopedQuerySet["YearPlan"]):
    unit_path = None
    city_path = "city"


class RotationRule(AppendOnly):
    """選定の規則, from a date on: weights, cycle and capacity as ``rotation.rules.parts.Rule`` keeps them (``content``).

    The one that holds on a day is the last whose ``valid_from`` has come; before the first, the shipped default holds.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.PositiveSmallIntegerField("版")
    valid_from = models.DateField("適用開始日")
    content = models.JSONField("内容")
    reason = models.TextField("定めた理由", max_length=1000)
    recorded_by = models.CharField("定めた者", max_length=64)
    recorded_by_name = models.CharField("定めた者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "number"], name="audit_rotation_rule_number")]
        ordering = ["valid_from", "number"]
        verbose_name = "監査対象の選定の規則"

    def __str__(self) -> str:
        return f"第{self.number}版"


class PriorAudit(models.Model):
    """An audit held before Tenken, or elsewhere: only that it was, of which system and when."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    tier = models.CharField("区分", max_length=10, choices=TIERS[1:])
    held_on = models.DateField("実施日")
    source = models.CharField("出所", max_length=300)
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_by_name = models.CharField("記録者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")
    struck_because = models.CharField("取り消した理由", max_length=300, blank=True, default="")

    objects = PriorAuditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "tier", "held_on"],
                condition=models.Q(struck_because=""),
                name="audit_prior_once",
            ),
            models.CheckConstraint(
                name="audit_prior_tier", condition=models.Q(tier__in=("self", "visit", "technical"))
            ),
        ]
        ordering = ["-held_on", "-pk"]
        verbose_name = "過去の監査"

    def __str__(self) -> str:
        return f"{self.system_id} {self.tier} {self.held_on}"


class SystemSelection(models.Model):
    """監査対象の選定 of a fiscal year. Every draw is kept, also those not taken.

    ``universe`` (what was known of each system) and ``rule`` are frozen at the draw: with ``seed`` they come to the same
    choice again (``rotation.rules.select``). ``rule_row`` None: the shipped default. ``proof`` is frozen when the
    selection is decided; while it is open it is worked out anew with what people changed.
    """

    class Status(models.TextChoices):
        DRAWN = "drawn", "検討中"
        ADOPTED = "adopted", "決定"
        DISCARDED = "discarded", "不採用"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("回")
    seed = models.PositiveBigIntegerField("乱数の種")
    rule_row = models.ForeignKey(
        RotationRule, models.PROTECT, null=True, related_name="+", verbose_name="選定の規則"
    )
    rule = models.JSONField("規則の写し")
    universe = models.JSONField("母集団")
    proof = models.JSONField("周期の確認", null=True, blank=True)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAWN)
    discarded_because = models.CharField("採用しない理由", max_length=300, blank=True, default="")
    drawn_on = models.DateField("選定日")
    drawn_by = models.CharField("選定者", max_length=64)
    drawn_by_name = models.CharField("選定者の氏名", max_length=100)
    drawn_at = models.DateTimeField("選定日時")
    adopted_on = models.DateField("決定日", null=True, blank=True)
    adopted_by_name = models.CharField("決定した者", max_length=100, blank=True, default="")
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="点検"
    )
    version = models.PositiveIntegerField("版", default=1)

    objects = SystemSelectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "fiscal_year", "number"], name="audit_system_selection_number"
            ),
            models.UniqueConstraint(
                fields=["city", "fiscal_year"],
                condition=models.Q(status="adopted"),
                name="audit_system_selection_one_adopted",
            ),
            models.CheckConstraint(
                name="audit_system_selection_discarded_why",
                condition=(models.Q(status="discarded") & ~models.Q(discarded_because=""))
                | (~models.Q(status="discarded") & models.Q(discarded_because="")),
            ),
            models.CheckConstraint(
                name="audit_system_selection_adopted_whole",
                condition=models.Q(status="adopted", adopted_on__isnull=False, proof__isnull=False)
                | (~models.Q(status="adopted") & models.Q(adopted_on__isnull=True)),
            ),
        ]
        ordering = ["-fiscal_year", "-number"]
        verbose_name = "監査対象の選定"

    def __str__(self) -> str:
        return f"第{self.number}回"


class SystemChoice(models.Model):
    """One system of a selection: its rank, points and parts; the tier the rule drew and the one that was decided.

    ``parts`` and ``technical_parts``: [[factor, points, in words], …]. ``override_reason``: why people decided otherwise.
    """

    selection = models.ForeignKey(
        SystemSelection, models.PROTECT, related_name="choices", verbose_name="選定"
    )
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    rank = models.PositiveIntegerField("順位")
    points = models.PositiveIntegerField("点数")
    technical_points = models.PositiveIntegerField("技術監査の点数")
    parts = models.JSONField("内訳")
    technical_parts = models.JSONField("技術監査の内訳", default=list)
    lot = models.FloatField("くじの値")
    due = models.PositiveSmallIntegerField("訪問調査の期限の年度", null=True, blank=True)
    self_due = models.PositiveSmallIntegerField("自己点検の期限の年度")
    because = models.CharField(
        "選んだ段", max_length=8, choices=[(one.value, one.label) for one in Because], blank=True, default=""
    )
    drawn_tier = models.CharField("規則による区分", max_length=10, choices=TIERS)
    tier = models.CharField("区分", max_length=10, choices=TIERS)
    override_reason = models.CharField("変更の理由", max_length=300, blank=True, default="")
    overridden_by_name = models.CharField("変更した者", max_length=100, blank=True, default="")
    overridden_at = models.DateTimeField("変更日時", null=True, blank=True)
    engagement = models.OneToOneField(
        Engagement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="監査"
    )

    objects = SystemChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["selection", "system"], name="audit_system_choice_once"),
            models.CheckConstraint(
                name="audit_system_choice_override_why",
                condition=models.Q(tier=models.F("drawn_tier"), override_reason="")
                | (~models.Q(tier=models.F("drawn_tier")) & ~models.Q(override_reason="")),
            ),
        ]
        ordering = ["rank"]
        verbose_name = "監査対象の候補"

    def __str__(self) -> str:
        return f"{self.selection_id} {self.system_id}"


class MidTermPlan(models.Model):
    """中期監査計画 of three to five years: which system is looked at when and how deeply, as the rule played it through.

    ``universe``, ``rule`` and ``seed`` are frozen when it is made; its lines when it is adopted.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "案"
        ADOPTED = "adopted", "決定"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.PositiveSmallIntegerField("番号")
    from_year = models.PositiveSmallIntegerField("開始年度")
    to_year = models.PositiveSmallIntegerField("終了年度")
    purpose = models.TextField("目的", max_length=2000)
    priorities = models.TextField("重点", max_length=2000, blank=True, default="")
    seed = models.PositiveBigIntegerField("乱数の種")
    rule_row = models.ForeignKey(
        RotationRule, models.PROTECT, null=True, related_name="+", verbose_name="選定の規則"
    )
    rule = models.JSONField("規則の写し")
    universe = models.JSONField("母集団")
    made_on = models.DateField("作成日")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAFT)
    adopted_on = models.DateField("決定日", null=True, blank=True)
    adopted_by_name = models.CharField("決定した者", max_length=100, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = MidTermPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="audit_midterm_number"),
            models.CheckConstraint(
                name="audit_midterm_years",
                condition=models.Q(to_year__gte=models.F("from_year") + 2)
                & models.Q(to_year__lte=models.F("from_year") + 4),
            ),
            models.CheckConstraint(
                name="audit_midterm_adopted_has_date",
                condition=models.Q(status="adopted", adopted_on__isnull=False)
                | models.Q(status="draft", adopted_on__isnull=True),
            ),
        ]
        ordering = ["-from_year", "-number"]
        verbose_name = "中期監査計画"

    def __str__(self) -> str:
        return f"中期監査計画（第{self.number}号）"


class MidTermLine(models.Model):
    """One system in one year of a mid-term plan; ``drawn_tier`` by the rule, ``tier`` as it was decided, with the reason."""

    plan = models.ForeignKey(MidTermPlan, models.PROTECT, related_name="lines", verbose_name="中期監査計画")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    drawn_tier = models.CharField("規則による区分", max_length=10, choices=TIERS)
    tier = models.CharField("区分", max_length=10, choices=TIERS)
    reason = models.CharField("変更の理由", max_length=300, blank=True, default="")
    changed_by_name = models.CharField("変更した者", max_length=100, blank=True, default="")
    changed_at = models.DateTimeField("変更日時", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "system", "fiscal_year"], name="audit_midterm_line_once"),
            models.CheckConstraint(
                name="audit_midterm_line_why",
                condition=models.Q(tier=models.F("drawn_tier")) | ~models.Q(reason=""),
            ),
        ]
        ordering = ["system__code", "fiscal_year"]
        verbose_name = "中期監査計画の行"

    def __str__(self) -> str:
        return f"{self.plan_id} {self.system_id} {self.fiscal_year}"


class YearPlan(models.Model):
    """年度監査計画: why, on what, by which policy, with what means and when the year's audits are held.

    ``periods``: [[stage, name, first day, last day], …]; the audits themselves are the year's engagements.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "案"
        ADOPTED = "adopted", "決定"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    purpose = models.TextField("目的", max_length=2000)
    focus = models.TextField("重点", max_length=2000, blank=True, default="")
    policy = models.TextField("方針", max_length=2000, blank=True, default="")
    budget_yen = models.PositiveBigIntegerField("予算額（円）", null=True, blank=True)
    budget_note = models.CharField("予算の内訳", max_length=300, blank=True, default="")
    auditor_days = models.PositiveIntegerField("監査人の延べ日数", null=True, blank=True)
    periods = models.JSONField("実施の期間", default=list)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAFT)
    adopted_on = models.DateField("決定日", null=True, blank=True)
    adopted_by_name = models.CharField("決定した者", max_length=100, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year"], name="audit_year_plan_once"),
            models.CheckConstraint(
                name="audit_year_plan_adopted_has_date",
                condition=models.Q(status="adopted", adopted_on__isnull=False)
                | models.Q(status="draft", adopted_on__isnull=True),
            ),
        ]
        ordering = ["-fiscal_year"]
        verbose_name = "年度監査計画"

    def __str__(self) -> str:
        return f"{self.fiscal_year}年度監査計画"
