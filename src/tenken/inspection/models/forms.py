"""What a programme asks."""

from __future__ import annotations

from django.db import models

from tenken.inspection.models.programmes import Programme
from tenken.policy.models import CheckCategory, CheckItemRevision


class SheetForm(models.Model):
    """点検シートの様式: one version of the questions. Frozen (``sha256``) at launch; a later version replaces it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="forms", verbose_name="点検")
    version = models.PositiveSmallIntegerField("版")
    sha256 = models.CharField("ハッシュ", max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="inspection_form_version")
        ]
        verbose_name = "点検シートの様式"

    def __str__(self) -> str:
        return f"{self.programme_id} 第{self.version}版"


class Question(models.Model):
    """One line of the sheet: a revision of a bank item, under its 調査項目; ``chosen_because`` says why it is asked."""

    form = models.ForeignKey(SheetForm, models.PROTECT, related_name="questions", verbose_name="様式")
    order = models.PositiveSmallIntegerField("順")
    number = models.CharField("番号", max_length=10)
    category = models.ForeignKey(CheckCategory, models.PROTECT, verbose_name="調査項目")
    revision = models.ForeignKey(
        CheckItemRevision, models.PROTECT, related_name="questions", verbose_name="点検項目の版"
    )
    required = models.BooleanField("必須", default=True)
    chosen_because = models.CharField("選んだ理由", max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "order"], name="inspection_question_order"),
            models.UniqueConstraint(fields=["form", "revision"], name="inspection_question_once"),
        ]
        ordering = ["order"]
        verbose_name = "設問"

    def __str__(self) -> str:
        return self.number
