"""Documents → versions → chapters → clauses. A published version never changes."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenken.journal.sealed import refuse_change_of_sealed
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class PolicyDocumentQuerySet(ScopedQuerySet["PolicyDocument"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class PolicyDocument(models.Model):
    """A policy, standard or procedure (実施手順: the common one, and one per important system)."""

    class Kind(models.TextChoices):
        BASIC = "basic", "基本方針"
        STANDARD = "standard", "対策基準"
        PROCEDURE_COMMON = "procedure_common", "共通実施手順"
        PROCEDURE_SYSTEM = "procedure_system", "システムごとの実施手順"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    kind = models.CharField("種類", max_length=20, choices=Kind)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="所管")

    objects = PolicyDocumentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="policy_document_code")]
        verbose_name = "規程"

    def __str__(self) -> str:
        return self.title

    @property
    def needs_approval(self) -> bool:
        """Tell whether this is the procedure of one system (the template, which no unit owns, is not)."""
        return self.kind == self.Kind.PROCEDURE_SYSTEM and self.owner_id is not None


class PolicyVersion(models.Model):
    """One version: from which date, and why. ``sha256`` is set when it is published; then nothing in it changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", "案"
        IN_APPROVAL = "in_approval", "決裁中"
        PUBLISHED = "published", "施行"

    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="versions", verbose_name="規程")
    number = models.CharField("版", max_length=20)
    effective_from = models.DateField("施行日")
    reason = models.TextField("改定の理由", max_length=2000)
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.DRAFT)
    sha256 = models.CharField("ハッシュ", max_length=64, blank=True, default="")
    published_by = models.CharField("施行した者", max_length=64, blank=True, default="")
    published_at = models.DateTimeField("施行の記録日時", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="policy_version_number"),
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(status__in=("draft", "in_approval")),
                name="policy_version_one_open",
            ),
            models.CheckConstraint(
                name="policy_version_published_whole",
                condition=(
                    models.Q(status="published", published_at__isnull=False)
                    & ~models.Q(sha256="")
                    & ~models.Q(published_by="")
                )
                | (
                    models.Q(
                        status__in=("draft", "in_approval"),
                        published_at__isnull=True,
                        sha256="",
                        published_by="",
                    )
                ),
            ),
        ]
        ordering = ["effective_from", "pk"]
        verbose_name = "規程の版"

    def __str__(self) -> str:
        return f"{self.document_id} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, self.is_published)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_change_of_sealed(self, self.is_published)
        return super().delete(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED


class Chapter(models.Model):
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="chapters", verbose_name="版")
    order = models.PositiveSmallIntegerField("順")
    number = models.CharField("番号", max_length=20)
    title = models.CharField("題名", max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "order"], name="policy_chapter_order")]
        ordering = ["order"]
        verbose_name = "章"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, self.version.is_published)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_change_of_sealed(self, self.version.is_published)
        return super().delete(*args, **kwargs)


class Clause(models.Model):
    """One duty (or definition). ``code`` is stable across versions; ``binds`` are role codes; ``source`` its origin."""

    class Nature(models.TextChoices):
        MUST = "must", "義務"
        MUST_NOT = "must_not", "禁止"
        SHOULD = "should", "努力"
        DEFINITION = "definition", "定義"

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="clauses", verbose_name="版")
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="clauses", verbose_name="章")
    order = models.PositiveSmallIntegerField("順")
    code = models.CharField("コード", max_length=40)
    number = models.CharField("番号", max_length=30)
    heading = models.CharField("見出し", max_length=120)
    text = models.TextField("本文", max_length=2000)
    binds = models.JSONField("対象者", default=list)
    nature = models.CharField("性質", max_length=12, choices=Nature)
    source = models.JSONField("出典", default=dict)
    refines = models.JSONField("具体化する条", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="policy_clause_code")]
        ordering = ["chapter__order", "order"]
        verbose_name = "条"

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, self.version.is_published)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_change_of_sealed(self, self.version.is_published)
        return super().delete(*args, **kwargs)
