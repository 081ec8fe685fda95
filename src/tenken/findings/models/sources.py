"""The reports findings come from: an administrative audit, an external audit, the audit of a system, a joint audit."""

from __future__ import annotations

from django.db import models

from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class AuditReportQuerySet(ScopedQuerySet["AuditReport"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class AuditReport(models.Model):
    """監査結果報告書: what was audited by whom under which theme, and the viewpoints its findings are grouped by.

    ``viewpoints``: [{"code": "(2)", "part": "risk" | "three_e", "text": "…"}] in the order printed (着眼点, document 002).
    ``tallies``: published totals whose items are not known ([{"chapter": …, "opinions": 26, "evaluations": 5}]); what is
    known is counted from the findings. ``engagement_key``: the audit of this house it came from ("audit.engagement:12").
    """

    class Kind(models.TextChoices):
        ADMINISTRATIVE = "administrative", "行政監査"
        COMPREHENSIVE_EXTERNAL = "comprehensive_external", "包括外部監査"
        SYSTEM = "system", "情報システム監査"
        TECHNICAL = "technical", "技術監査"
        JOINT = "joint", "共同監査"
        INTERNAL = "internal", "内部監査"

    class Part(models.TextChoices):
        """From where a viewpoint looks (document 002: 1 and 2 of each chapter)."""

        RISK = "risk", "想定されるリスクからの着眼点"
        THREE_E = "three_e", "３Ｅ（経済性、効率性、有効性）、合規性等の視点"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    kind = models.CharField("監査の種類", max_length=24, choices=Kind)
    title = models.CharField("報告書の名称", max_length=200)
    theme = models.CharField("監査のテーマ", max_length=200)
    auditor = models.CharField("監査を行った者", max_length=120, blank=True, default="")
    target = models.CharField("監査対象", max_length=200)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="組織"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    starts_on = models.DateField("監査の開始日", null=True, blank=True)
    ends_on = models.DateField("監査の終了日", null=True, blank=True)
    issued_on = models.DateField("報告日", null=True, blank=True)
    viewpoints = models.JSONField("着眼点", default=list, blank=True)
    tallies = models.JSONField("公表された件数", default=list, blank=True)
    note = models.TextField("備考", max_length=2000, blank=True, default="")
    engagement_key = models.CharField("監査の記録", max_length=80, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = AuditReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="findings_audit_report_code"),
            models.CheckConstraint(
                name="findings_audit_report_dates",
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        ordering = ["-fiscal_year", "code"]
        verbose_name = "監査結果報告書"

    def __str__(self) -> str:
        return self.title


class ReportingDate(models.Model):
    """A day as of which the measures are told to the auditors (措置状況の報告), and whether they were."""

    report = models.ForeignKey(
        AuditReport, models.PROTECT, related_name="reporting_dates", verbose_name="監査結果報告書"
    )
    as_of = models.DateField("基準日")
    remind_on = models.DateField("依頼日", null=True, blank=True)
    reminded_at = models.DateTimeField("依頼の送信日時", null=True, blank=True)
    told_on = models.DateField("通知日", null=True, blank=True)
    document_number = models.CharField("文書番号", max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "as_of"], name="findings_reporting_date_once"),
            models.CheckConstraint(
                name="findings_reminded_before_reporting",
                condition=models.Q(remind_on__isnull=True) | models.Q(remind_on__lte=models.F("as_of")),
            ),
        ]
        ordering = ["as_of"]
        verbose_name = "措置の報告日"

    def __str__(self) -> str:
        return f"{self.report_id} {self.as_of}"


class ReportEvent(AppendOnly):
    """What happened to a report as people read it: registered, corrected, its measures told to the auditors."""

    report = models.ForeignKey(
        AuditReport, models.PROTECT, related_name="events", verbose_name="監査結果報告書"
    )
    event = models.CharField("できごと", max_length=20)
    by_code = models.CharField("行った者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "監査結果報告書の経過"

    def __str__(self) -> str:
        return f"{self.report_id} {self.event}"
