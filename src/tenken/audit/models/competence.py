"""What auditors can do, what binds them, and what a city settles about who may audit."""

from __future__ import annotations

from django.db import models

from tenken.audit.models.engagements import Auditor
from tenken.files.models import StoredFile
from tenken.organization.models import City, Unit


class AuditSettings(models.Model):
    """監査の決まり of a city: what it settles about independence, competence, viewpoints and answers.

    ``independence_years``: how long after leaving a section nobody audits it. ``experience_instead_years``: years of
    auditing that count instead of a qualification; None: none do. ``external_track``: how findings of external and joint
    audits are answered. ``viewpoints``: as ``AuditReport.viewpoints``; empty: those of the product
    (``audit/defaults/viewpoints.yaml``).
    """

    class Track(models.TextChoices):
        IMPROVEMENT = "improvement", "改善計画と改善報告"
        MEASURES = "measures", "措置の報告"

    city = models.OneToOneField(City, models.PROTECT, related_name="+", verbose_name="市")
    independence_years = models.PositiveSmallIntegerField("所属を離れてから監査できない年数", default=2)
    experience_instead_years = models.PositiveSmallIntegerField(
        "資格に代わる実務経験の年数", null=True, blank=True
    )
    external_track = models.CharField(
        "外部監査・共同監査への対応", max_length=12, choices=Track, default=Track.MEASURES
    )
    viewpoints = models.JSONField("着眼点", default=list, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_settings_years",
                condition=models.Q(independence_years__lte=20)
                & (
                    models.Q(experience_instead_years__isnull=True)
                    | models.Q(experience_instead_years__range=(1, 20))
                ),
            ),
        ]
        verbose_name = "監査の決まり"

    def __str__(self) -> str:
        return f"{self.city_id}"


class Recorded(models.Model):
    """Something written down about an auditor. It is never deleted: what was wrong is struck out, with its reason."""

    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")
    struck_because = models.CharField("取り消した理由", max_length=300, blank=True, default="")

    class Meta:
        abstract = True


class AuditorQualification(Recorded):
    """A qualification an auditor holds. ``kind``: a code of ``audit/defaults/qualifications.yaml``; ``other`` holds its
    number, ``kind_name`` the name of one that is not there. ``told_days``: how many days before expiry the secretariat
    was last told."""

    auditor = models.ForeignKey(Auditor, models.PROTECT, related_name="qualifications", verbose_name="監査人")
    kind = models.CharField("資格", max_length=20)
    kind_name = models.CharField("資格の名称", max_length=120, blank=True, default="")
    issuing_body = models.CharField("認定した団体", max_length=120, blank=True, default="")
    number = models.CharField("登録番号", max_length=60, blank=True, default="")
    obtained_on = models.DateField("取得日")
    expires_on = models.DateField("有効期限", null=True, blank=True)
    proof = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="証明書"
    )
    told_days = models.PositiveSmallIntegerField("期限の何日前に知らせたか", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_qualification_dates",
                condition=models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gte=models.F("obtained_on")),
            ),
            models.CheckConstraint(
                name="audit_qualification_named",
                condition=~models.Q(kind="other") | ~models.Q(kind_name=""),
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="audit_qualification_expiry")]
        ordering = ["obtained_on", "pk"]
        verbose_name = "監査人の資格"

    def __str__(self) -> str:
        return f"{self.auditor_id} {self.kind}"


class AuditorExperience(Recorded):
    """What an auditor did, from when to when (both days included; None: still). ``auditing``: 監査の実務."""

    auditor = models.ForeignKey(Auditor, models.PROTECT, related_name="experiences", verbose_name="監査人")
    what = models.CharField("内容", max_length=200)
    auditing = models.BooleanField("システム監査・セキュリティ監査の実務", default=True)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_experience_dates",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        ordering = ["starts_on", "pk"]
        verbose_name = "監査人の実務経験"

    def __str__(self) -> str:
        return f"{self.auditor_id} {self.what}"


class DeclaredConflict(Recorded):
    """利害関係 an auditor declared: with a section, or with a company that looks after systems (both days included)."""

    auditor = models.ForeignKey(Auditor, models.PROTECT, related_name="conflicts", verbose_name="監査人")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="組織"
    )
    vendor = models.CharField("事業者", max_length=120, blank=True, default="")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_conflict_with_one",
                condition=models.Q(unit__isnull=False, vendor="")
                | (models.Q(unit__isnull=True) & ~models.Q(vendor="")),
            ),
            models.CheckConstraint(
                name="audit_conflict_dates",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        ordering = ["starts_on", "pk"]
        verbose_name = "利害関係の申告"

    def __str__(self) -> str:
        return f"{self.auditor_id} {self.vendor or self.unit_id}"
