"""アラート: what rules raised, what became of it, what is left out and until when."""

from __future__ import annotations

from django.db import models

from tenken.findings.models import Finding
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Person, Unit
from tenken.organization.scoping import ScopedQuerySet
from tenken.telemetry.models.rules import DetectionRule


class AlertQuerySet(ScopedQuerySet["Alert"]):
    unit_path = "unit"
    city_path = "city"


class Alert(models.Model):
    """What one rule raised about one group (``DetectionRule.group_by``): further hits join it until the rule's throttle has
    passed since the last one, or it is closed.

    ``unit``: the section of the first event, as it was then (none where nobody knows: only who sees the whole city sees
    it). ``user``, ``person``, ``device``, ``computer``: of the first event; ``devices``, ``users``: how many different
    ones, up to what is kept (``alerts.grouping.MOST_SEEN``). ``first_at``, ``last_at``: when the events happened;
    ``received_at``: when the last reached us. ``level``: the rule's when it was raised. ``told_at``: when its mail was
    written, or it was decided that there is none. ``version`` rises with each change a person makes.
    """

    class Status(models.TextChoices):
        NEW = "new", "未対応"
        ASSIGNED = "assigned", "担当決定"
        IN_HAND = "in_hand", "対応中"
        CLOSED = "closed", "完了"

    class Reason(models.TextChoices):
        TRUE_POSITIVE = "true_positive", "違反・事故"
        FALSE_POSITIVE = "false_positive", "誤検知"
        PERMITTED = "permitted", "許可された行為"
        TEST = "test", "試験・訓練"
        DUPLICATE = "duplicate", "重複"
        OTHER = "other", "その他"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.PositiveIntegerField("番号")
    rule = models.ForeignKey(DetectionRule, models.PROTECT, related_name="alerts", verbose_name="検知ルール")
    level = models.CharField("重要度", max_length=16, choices=DetectionRule.Level)
    severity = models.PositiveSmallIntegerField("重要度の順")
    title = models.CharField("内容", max_length=256)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    section = models.CharField("所属コード", max_length=20, blank=True, default="")
    group_key = models.CharField("まとまり", max_length=32)
    group = models.JSONField("まとまりの値", default=dict, blank=True)
    user = models.CharField("アカウント", max_length=200, blank=True, default="")
    person = models.CharField("職員番号", max_length=64, blank=True, default="")
    device = models.CharField("端末機番号", max_length=64, blank=True, default="")
    computer = models.CharField("コンピューター名", max_length=200, blank=True, default="")
    seen = models.JSONField("現れた端末・アカウント", default=dict, blank=True)
    hit_count = models.PositiveIntegerField("検知件数", default=0)
    first_at = models.DateTimeField("最初の操作")
    last_at = models.DateTimeField("最後の操作")
    received_at = models.DateTimeField("最後の受信")
    raised_at = models.DateTimeField("発生日時")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.NEW)
    assignee = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="担当者"
    )
    reason = models.CharField("完了の理由", max_length=16, choices=Reason, blank=True, default="")
    closed_at = models.DateTimeField("完了日時", null=True, blank=True)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="課題"
    )
    told_at = models.DateTimeField("通知日時", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="telemetry_alert_number"),
            models.CheckConstraint(
                name="telemetry_alert_closed",
                condition=(models.Q(status="closed", closed_at__isnull=False) & ~models.Q(reason=""))
                | (~models.Q(status="closed") & models.Q(closed_at__isnull=True, reason="")),
            ),
            models.CheckConstraint(
                name="telemetry_alert_assigned",
                condition=models.Q(status="new", assignee__isnull=True)
                | models.Q(status="closed")
                | models.Q(status__in=("assigned", "in_hand"), assignee__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "group_key", "-last_at"], name="telemetry_alert_group"),
            models.Index(fields=["city", "status", "-severity", "-last_at"], name="telemetry_alert_board"),
            models.Index(fields=["unit", "status"], name="telemetry_alert_unit"),
            models.Index(fields=["city", "raised_at"], name="telemetry_alert_raised"),
            models.Index(
                fields=["city"], condition=models.Q(told_at__isnull=True), name="telemetry_alert_untold"
            ),
        ]
        verbose_name = "アラート"

    def __str__(self) -> str:
        return f"A-{self.number}"


class AlertExclusionQuerySet(ScopedQuerySet["AlertExclusion"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class AlertExclusion(models.Model):
    """Hits of a rule that raise no alert, up to and with ``expires_on``. ``conditions``: field → value, all of which must
    be so (compared without regard to case); ended early, ``ended_at`` says when and ``ended_by`` by whom."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    rule = models.ForeignKey(
        DetectionRule, models.PROTECT, related_name="exclusions", verbose_name="検知ルール"
    )
    conditions = models.JSONField("条件")
    reason = models.CharField("理由", max_length=500)
    expires_on = models.DateField("有効期限")
    made_from = models.ForeignKey(
        Alert, models.PROTECT, null=True, blank=True, related_name="exclusions", verbose_name="元のアラート"
    )
    made_by = models.CharField("登録者", max_length=64)
    made_by_name = models.CharField("登録者の氏名", max_length=100)
    made_at = models.DateTimeField("登録日時")
    ended_at = models.DateTimeField("打切り日時", null=True, blank=True)
    ended_by = models.CharField("打ち切った者", max_length=64, blank=True, default="")

    objects = AlertExclusionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="telemetry_exclusion_reason", condition=~models.Q(reason="")),
        ]
        indexes = [models.Index(fields=["city", "expires_on"], name="telemetry_exclusion_until")]
        ordering = ["-pk"]
        verbose_name = "アラートの除外"

    def __str__(self) -> str:
        return f"{self.rule_id} {self.expires_on}"


class AlertHit(models.Model):
    """One event that a rule hit, taken in: joined to an alert, or left out by an exclusion. Each once: the same hit given
    again adds nothing. ``payload`` and ``seq`` are the event's in the store (``payload`` as a signed number)."""

    rule = models.ForeignKey(DetectionRule, models.PROTECT, related_name="+", verbose_name="検知ルール")
    payload = models.BigIntegerField("受信原本の番号")
    seq = models.PositiveIntegerField("受信原本の中の順")
    ts = models.DateTimeField("操作の日時")
    alert = models.ForeignKey(
        Alert, models.PROTECT, null=True, blank=True, related_name="hits", verbose_name="アラート"
    )
    exclusion = models.ForeignKey(
        AlertExclusion, models.PROTECT, null=True, blank=True, related_name="hits", verbose_name="除外"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payload", "seq", "rule"], name="telemetry_alert_hit_once"),
            models.CheckConstraint(
                name="telemetry_alert_hit_of_one",
                condition=models.Q(alert__isnull=False, exclusion__isnull=True)
                | models.Q(alert__isnull=True, exclusion__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["alert", "-ts"], name="telemetry_alert_hit_newest")]
        verbose_name = "アラートの検知"

    def __str__(self) -> str:
        return f"{self.rule_id} {self.payload}:{self.seq}"


class AlertStep(AppendOnly):
    """One step in an alert's life: who did what when, with what words."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="steps", verbose_name="アラート")
    event = models.CharField("できごと", max_length=16)
    status = models.CharField("その後の状態", max_length=10)
    by_code = models.CharField("行った者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=2000, blank=True, default="")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "アラートの経過"

    def __str__(self) -> str:
        return f"{self.alert_id} {self.event}"


class AlertIncidentQuerySet(ScopedQuerySet["AlertIncident"]):
    unit_path = "unit"
    city_path = "city"


class AlertIncident(models.Model):
    """An incident opened from alerts: number, when, class, outline, and which alerts. A plain list until the room of
    incidents takes it over behind ``alerts.operations.open_incident``."""

    class Kind(models.TextChoices):
        LEAK = "leak", "情報の漏えい"
        LOSS = "loss", "紛失・盗難"
        MISSENT = "missent", "誤送付・誤送信"
        INTRUSION = "intrusion", "不正アクセス"
        MALWARE = "malware", "ウイルス感染"
        BREACH = "breach", "規程違反"
        OTHER = "other", "その他"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("番号")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    happened_at = models.DateTimeField("発生日時")
    kind = models.CharField("種別", max_length=10, choices=Kind)
    outline = models.TextField("概要", max_length=2000)
    alerts = models.ManyToManyField(Alert, related_name="incidents", verbose_name="アラート")
    opened_by = models.CharField("登録者", max_length=64)
    opened_by_name = models.CharField("登録者の氏名", max_length=100)
    opened_at = models.DateTimeField("登録日時")

    objects = AlertIncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "fiscal_year", "number"], name="telemetry_incident_number"
            )
        ]
        ordering = ["-fiscal_year", "-number"]
        verbose_name = "インシデント"

    def __str__(self) -> str:
        return f"I{self.fiscal_year}-{self.number}"


class AlertSettingsQuerySet(ScopedQuerySet["AlertSettings"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class AlertSettings(models.Model):
    """How a city handles alerts, one row; and how far it has taken hits in.

    ``staff_from``: the lowest level whose alerts are mailed to who handles alerts for the whole city; ``managers_from``:
    the same for the section's managers ('' for never). ``exclusion_days``: the longest an exclusion may hold.
    ``mails_per_hour``: above it alerts wait for a later mail, those of the highest level apart (0: no limit);
    ``mails_left`` as of ``mailed_at``. ``last_number``: the last alert's number; ``watermark``: hits received up to then
    have been taken in.
    """

    city = models.OneToOneField(City, models.PROTECT, related_name="+", verbose_name="市")
    staff_from = models.CharField(
        "事務局に知らせる重要度",
        max_length=16,
        choices=DetectionRule.Level,
        default=DetectionRule.Level.MEDIUM,
    )
    managers_from = models.CharField(
        "所属の情報管理者に知らせる重要度",
        max_length=16,
        choices=DetectionRule.Level,
        blank=True,
        default=DetectionRule.Level.HIGH,
    )
    exclusion_days = models.PositiveSmallIntegerField("除外の最長日数", default=90)
    last_number = models.PositiveIntegerField("最後の番号", default=0)
    watermark = models.DateTimeField("取込み済みの受信日時", null=True, blank=True)
    mails_per_hour = models.PositiveSmallIntegerField("1時間の通知の上限", default=60)
    mails_left = models.FloatField("残りの通知数", default=60)
    mailed_at = models.DateTimeField("最後の通知", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = AlertSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = "アラートの設定"

    def __str__(self) -> str:
        return f"{self.city_id}"
