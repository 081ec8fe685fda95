"""Audits (監査): each held under a plan of its own, of a section or of one of its systems, by whom it may be."""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.audit.models.visits import Visit
from tenken.findings.models import AuditReport
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class EngagementQuerySet(ScopedQuerySet["Engagement"]):
    pass


class EngagementCounter(models.Model):
    """The last number given to an audit of a city's fiscal year; its row is locked while one is given."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最後の番号", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year"], name="audit_engagement_counter")
        ]
        verbose_name = "監査の番号"

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.last}"


class Engagement(models.Model):
    """個別の監査: one plan, one fieldwork, one report. ``unit`` is the audited section, ``system`` its system when one is audited.

    ``special``: ordered by the CISO outside the yearly plan (特命), with who ordered it, when and why. ``visit``: the visit
    in which it looks at the place, when there is one. ``report``: what it issued; its findings hang there. ``viewpoints``:
    as ``AuditReport.viewpoints``; an entry without text is not worded yet. ``summary`` and ``opinion`` head the report.
    ``status`` moves only by ``audit.engagement_states``.
    """

    class Kind(models.TextChoices):
        SYSTEM = "system", "情報システム監査"
        TECHNICAL = "technical", "技術監査"
        SECTION = "section", "情報セキュリティ監査（課公所）"

    class Conduct(models.TextChoices):
        INTERNAL = "internal", "内部監査"
        JOINT = "joint", "共同監査"
        EXTERNAL = "external", "外部監査"

    class Status(models.TextChoices):
        PLANNED = "planned", "計画中"
        NOTIFIED = "notified", "通知済"
        FIELDWORK = "fieldwork", "実施中"
        DRAFTED = "drafted", "事実確認中"
        ISSUED = "issued", "報告済"
        CLOSED = "closed", "終了"
        CANCELLED = "cancelled", "取りやめ"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("番号")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    conduct = models.CharField("実施のしかた", max_length=10, choices=Conduct, default=Conduct.INTERNAL)
    conducted_with = models.CharField("共同・外部で監査を行う者", max_length=120, blank=True, default="")
    special = models.BooleanField("特命", default=False)
    ordered_by_name = models.CharField("命じた者", max_length=100, blank=True, default="")
    ordered_on = models.DateField("命じた日", null=True, blank=True)
    ordered_because = models.TextField("命じた理由", max_length=1000, blank=True, default="")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="監査対象")
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="情報システム",
    )
    theme = models.CharField("監査のテーマ", max_length=200)
    purpose = models.TextField("監査の目的", max_length=2000)
    scope = models.TextField("監査の範囲", max_length=2000, blank=True, default="")
    criteria = models.TextField("監査の基準", max_length=2000, blank=True, default="")
    method = models.TextField("監査の方法", max_length=2000, blank=True, default="")
    viewpoints = models.JSONField("着眼点", default=list, blank=True)
    chosen_because = models.CharField("選んだ理由", max_length=1000, blank=True, default="")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.PLANNED)
    visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="engagement", verbose_name="訪問調査"
    )
    report = models.OneToOneField(
        AuditReport, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="監査結果報告書"
    )
    letter_number = models.CharField("通知の文書番号", max_length=60, blank=True, default="")
    letter_on = models.DateField("通知日", null=True, blank=True)
    letter_to = models.CharField("通知の宛名", max_length=120, blank=True, default="")
    letter_from = models.CharField("通知の差出人", max_length=120, blank=True, default="")
    drafted_by = models.CharField("起案者", max_length=100, blank=True, default="")
    drafted_on = models.DateField("起案日", null=True, blank=True)
    request = models.TextField("準備のお願い", max_length=2000, blank=True, default="")
    began_on = models.DateField("実施の開始日", null=True, blank=True)
    summary = models.TextField("監査結果の概要", max_length=4000, blank=True, default="")
    opinion = models.TextField("総合意見", max_length=4000, blank=True, default="")
    issued_on = models.DateField("報告日", null=True, blank=True)
    closed_on = models.DateField("終了した日", null=True, blank=True)
    cancelled_because = models.CharField("取りやめた理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "number"], name="audit_engagement_number"),
            models.CheckConstraint(
                name="audit_engagement_dates", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
            models.CheckConstraint(
                name="audit_engagement_special_is_ordered",
                condition=models.Q(
                    special=False, ordered_on__isnull=True, ordered_by_name="", ordered_because=""
                )
                | (
                    models.Q(special=True, ordered_on__isnull=False)
                    & ~models.Q(ordered_by_name="")
                    & ~models.Q(ordered_because="")
                ),
            ),
            models.CheckConstraint(
                name="audit_engagement_issued_whole",
                condition=models.Q(
                    status__in=("issued", "closed"), issued_on__isnull=False, report__isnull=False
                )
                | (
                    ~models.Q(status__in=("issued", "closed"))
                    & models.Q(issued_on__isnull=True, report__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="audit_engagement_closed_has_date",
                condition=models.Q(status="closed", closed_on__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="audit_engagement_cancelled_why",
                condition=(models.Q(status="cancelled") & ~models.Q(cancelled_because=""))
                | (~models.Q(status="cancelled") & models.Q(cancelled_because="")),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "fiscal_year"], name="audit_engagement_year"),
            models.Index(fields=["system", "status"], name="audit_engagement_system"),
            models.Index(fields=["unit", "status"], name="audit_engagement_unit"),
        ]
        ordering = ["-fiscal_year", "number"]
        verbose_name = "監査"

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.number}"


class EngagementEvent(AppendOnly):
    """One step of an audit as people read it."""

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="events", verbose_name="監査")
    event = models.CharField("できごと", max_length=20)
    status = models.CharField("その後の状態", max_length=10)
    by_code = models.CharField("行った者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "監査の経過"

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.event}"


class Auditor(models.Model):
    """監査人: an employee (``person``) or somebody from outside (``organization_name``), and whether still called upon."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    person = models.ForeignKey(
        "organization.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="職員"
    )
    name = models.CharField("氏名", max_length=100)
    organization_name = models.CharField("所属する団体", max_length=120, blank=True, default="")
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "person"], name="audit_auditor_person_once"),
            models.CheckConstraint(
                name="audit_auditor_inside_or_outside",
                condition=models.Q(person__isnull=False, organization_name="")
                | (models.Q(person__isnull=True) & ~models.Q(organization_name="")),
            ),
        ]
        ordering = ["name"]
        verbose_name = "監査人"

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """An auditor's part in an audit, by date: it stays known when they move on."""

    class Part(models.TextChoices):
        LEAD = "lead", "主任監査人"
        MEMBER = "member", "監査人"
        ASSISTANT = "assistant", "監査補助者"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="appointments", verbose_name="監査"
    )
    auditor = models.ForeignKey(Auditor, models.PROTECT, related_name="appointments", verbose_name="監査人")
    part = models.CharField("役割", max_length=10, choices=Part, default=Part.MEMBER)
    name = models.CharField("氏名", max_length=100)
    title = models.CharField("職名・所属", max_length=160, blank=True, default="")
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)
    ended_because = models.CharField("外れた理由", max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "auditor"],
                condition=models.Q(valid_to__isnull=True),
                name="audit_appointment_once",
            ),
            models.UniqueConstraint(
                fields=["engagement"],
                condition=models.Q(part="lead", valid_to__isnull=True),
                name="audit_appointment_one_lead",
            ),
        ]
        ordering = ["pk"]
        verbose_name = "監査人の任命"

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.name}"
