"""検知ルール: Sigma rules of a city, their versions and whether they are on."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class DetectionRuleQuerySet(ScopedQuerySet["DetectionRule"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class DetectionRule(models.Model):
    """One Sigma document of a city: a rule, a correlation or a filter. ``code``: its Sigma ``id``, else its ``name``
    (what correlations and filters refer to it by, with ``name``), else made of its title.

    Only rules that are ``ON`` raise alerts. A rule that an ``ON`` correlation counts is evaluated whatever its own
    state; its hits then feed the correlation and raise nothing. A filter that is ``ON`` narrows the rules it names.
    ``FAILED``: it was on and the engine set it aside, for ``reason``.

    ``group_by``: the fields whose values tell one alert from another (Sigma's names or columns); hits carry their values
    in ``fields``. ``throttle_seconds``: how long further hits of a group join the alert there is. ``trial_ms``: how long
    the rule alone took when it was tried last, planned and run. ``product``, ``category``, ``service``: its log source.
    """

    class Kind(models.TextChoices):
        EVENT = "event", "単独"
        CORRELATION = "correlation", "相関"
        FILTER = "filter", "フィルター"

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        ON = "on", "有効"
        OFF = "off", "無効"
        FAILED = "failed", "異常"

    class Level(models.TextChoices):
        INFORMATIONAL = "informational", "参考"
        LOW = "low", "低"
        MEDIUM = "medium", "中"
        HIGH = "high", "高"
        CRITICAL = "critical", "緊急"

    class Origin(models.TextChoices):
        SHIPPED = "shipped", "標準"
        IMPORTED = "imported", "取込み"
        OWN = "own", "独自"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=100)
    name = models.CharField("Sigmaのname", max_length=256, blank=True, default="")
    title = models.CharField("表題", max_length=256)
    title_ja = models.CharField("表題（日本語）", max_length=256, blank=True, default="")
    description = models.TextField("説明", blank=True, default="")
    text = models.TextField("ルール（Sigma）")
    kind = models.CharField("種類", max_length=12, choices=Kind, default=Kind.EVENT)
    level = models.CharField("重要度", max_length=16, choices=Level, default=Level.MEDIUM)
    state = models.CharField("状態", max_length=8, choices=State, default=State.DRAFT)
    origin = models.CharField("出所", max_length=8, choices=Origin, default=Origin.OWN)
    product = models.CharField("product", max_length=60, blank=True, default="")
    category = models.CharField("category", max_length=60, blank=True, default="")
    service = models.CharField("service", max_length=60, blank=True, default="")
    file = models.CharField("ファイル", max_length=300, blank=True, default="")
    group_by = models.JSONField("まとめる項目", default=list, blank=True)
    throttle_seconds = models.PositiveIntegerField("まとめる時間（秒）", default=3600)
    notify = models.BooleanField("メールで知らせる", default=True)
    reason = models.TextField("異常の理由", blank=True, default="")
    failed_at = models.DateTimeField("異常になった日時", null=True, blank=True)
    trial_ms = models.PositiveIntegerField("試行の時間（ミリ秒）", null=True, blank=True)
    switched_at = models.DateTimeField("有効・無効にした日時", null=True, blank=True)
    created_at = models.DateTimeField("登録日時")
    changed_at = models.DateTimeField("更新日時")
    version = models.PositiveIntegerField("版", default=1)

    objects = DetectionRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="telemetry_rule_code"),
            models.CheckConstraint(
                name="telemetry_rule_failed",
                condition=models.Q(state="failed", failed_at__isnull=False) & ~models.Q(reason="")
                | ~models.Q(state="failed") & models.Q(failed_at__isnull=True, reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "state"], name="telemetry_rule_state"),
            models.Index(fields=["city", "name"], name="telemetry_rule_name"),
        ]
        ordering = ["code"]
        verbose_name = "検知ルール"

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return self.title_ja or self.title


class DetectionRuleVersion(models.Model):
    """What a rule said and how it stood from ``made_at`` on, and who made it so. Rows are only added."""

    rule = models.ForeignKey(
        DetectionRule, models.PROTECT, related_name="versions", verbose_name="検知ルール"
    )
    number = models.PositiveIntegerField("版")
    what = models.CharField("変更の内容", max_length=40)
    text = models.TextField("ルール（Sigma）")
    level = models.CharField("重要度", max_length=16, choices=DetectionRule.Level)
    state = models.CharField("状態", max_length=8, choices=DetectionRule.State)
    reason = models.TextField("異常の理由", blank=True, default="")
    made_at = models.DateTimeField("日時")
    made_by = models.CharField("操作者", max_length=64)
    made_by_name = models.CharField("操作者の氏名", max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="telemetry_rule_version_once")]
        ordering = ["-number"]
        verbose_name = "検知ルールの版"

    def __str__(self) -> str:
        return f"{self.rule_id} 第{self.number}版"
