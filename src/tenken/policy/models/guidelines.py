"""The ministry's guideline for local governments, edition by edition, and what in the city's policy answers to it."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City


class GuidelineEdition(models.Model):
    """One edition of 「地方公共団体における情報セキュリティポリシーに関するガイドライン」, or of another guideline.

    ``code`` is year and month of its publication ("2022.3"). What it asks is data: a later edition is imported.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("版", max_length=20)
    title = models.CharField("名称", max_length=120)
    published_on = models.DateField("公表日")
    summary = models.TextField("主な改定", max_length=2000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="policy_guideline_edition")]
        ordering = ["published_on"]
        verbose_name = "ガイドラインの版"

    def __str__(self) -> str:
        return self.code


class GuidelineRequirement(models.Model):
    """What one edition asks. ``code`` joins it to the same requirement in other editions.

    ``change``: what this edition did to it. ``mandatory``: a city must have it; else it is recommended.
    """

    class Change(models.TextChoices):
        NEW = "new", "追加"
        CHANGED = "changed", "変更"
        SAME = "same", "変更なし"
        REMOVED = "removed", "削除"

    edition = models.ForeignKey(
        GuidelineEdition, models.PROTECT, related_name="requirements", verbose_name="版"
    )
    order = models.PositiveSmallIntegerField("順")
    code = models.CharField("コード", max_length=20)
    section = models.CharField("節", max_length=60)
    title = models.CharField("見出し", max_length=120)
    text = models.TextField("要点", max_length=1000)
    mandatory = models.BooleanField("必須")
    change = models.CharField("改定", max_length=8, choices=Change)
    changed_how = models.CharField("変わった点", max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="policy_guideline_requirement"),
            models.CheckConstraint(
                name="policy_guideline_change_said",
                condition=~models.Q(change="changed") | ~models.Q(changed_how=""),
            ),
        ]
        ordering = ["order"]
        verbose_name = "ガイドラインの要求"

    def __str__(self) -> str:
        return self.code


class RequirementMapping(models.Model):
    """Which clauses of the city's policy answer to a requirement, by their stable codes; or why none has to.

    One row a requirement code, whatever the edition. ``reviewed_on``: when it was last held against the clauses.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    requirement_code = models.CharField("要求のコード", max_length=20)
    clause_codes = models.JSONField("対応する条", default=list)
    not_needed_because = models.CharField("対応しない理由", max_length=300, blank=True, default="")
    reviewed_on = models.DateField("確かめた日")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "requirement_code"], name="policy_requirement_mapping")
        ]
        verbose_name = "要求と条の対応"

    def __str__(self) -> str:
        return self.requirement_code
