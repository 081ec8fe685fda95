"""Workbooks that came back, and the city's own forms."""

from __future__ import annotations

from django.db import models

from tenken.files.models import StoredFile
from tenken.inspection.models import Programme, Sheet
from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class FormTemplateQuerySet(ScopedQuerySet["FormTemplate"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class FormTemplate(models.Model):
    """市の様式: a workbook of the city's own, and where in it the answers of a sheet stand.

    ``mapping``: {"sheet": name, "unit_code": "C3", "unit_name": "C4", "verdict": "F", "reason": "G", "comment": "H",
    "last": "E", "rows": {item code: row}, "marks": [["○", "conforms"], …]}; addresses may be ''.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    name = models.CharField("名称", max_length=100)
    programme_code = models.CharField("使う点検のコード", max_length=20, blank=True, default="")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    mapping = models.JSONField("対応づけ", default=dict)
    version = models.PositiveIntegerField("版", default=1)
    retired_on = models.DateField("廃止日", null=True, blank=True)

    objects = FormTemplateQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="workbooks_form_template_name")]
        ordering = ["name"]
        verbose_name = "市の様式"

    def __str__(self) -> str:
        return self.name


class AnswerImport(models.Model):
    """Forms that somebody sent back together, and what taking them over would change."""

    class Status(models.TextChoices):
        READING = "reading", "読取り中"
        READY = "ready", "確認待ち"
        APPLIED = "applied", "取込済"
        DISCARDED = "discarded", "取りやめ"
        FAILED = "failed", "読み取れず"

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="answer_imports", verbose_name="点検"
    )
    sheet = models.ForeignKey(
        Sheet, models.PROTECT, null=True, related_name="+", verbose_name="1つの課公所の点検シート"
    )
    template = models.ForeignKey(
        FormTemplate, models.PROTECT, null=True, related_name="+", verbose_name="市の様式"
    )
    source = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.READING)
    version = models.PositiveIntegerField("版", default=1)
    job_id = models.PositiveBigIntegerField("処理", null=True, blank=True)
    message = models.CharField("結果", max_length=500, blank=True, default="")
    requested_by = models.CharField("依頼者", max_length=64)
    requested_by_name = models.CharField("依頼者名", max_length=100)
    requested_at = models.DateTimeField("依頼日時")
    applied_at = models.DateTimeField("取込日時", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="workbooks_applied_has_time",
                condition=models.Q(status="applied", applied_at__isnull=False)
                | (~models.Q(status="applied") & models.Q(applied_at__isnull=True)),
            )
        ]
        indexes = [models.Index(fields=["programme", "requested_at"], name="workbooks_import_programme")]
        verbose_name = "様式の取込み"

    def __str__(self) -> str:
        return self.source


class ImportedForm(models.Model):
    """One form of an import. ``changes``: the answers it would change; ``problems``: why it is refused, by cell."""

    class Status(models.TextChoices):
        CHANGED = "changed", "変更あり"
        UNCHANGED = "unchanged", "変更なし"
        REFUSED = "refused", "取り込めない"

    answer_import = models.ForeignKey(
        AnswerImport, models.CASCADE, related_name="forms", verbose_name="様式の取込み"
    )
    order = models.PositiveIntegerField("順")
    file_name = models.CharField("ファイル名", max_length=255)
    sheet = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="+", verbose_name="点検シート")
    status = models.CharField("状態", max_length=10, choices=Status)
    changes = models.JSONField("変わる回答", default=list)
    assets = models.JSONField("変わる情報資産", null=True, blank=True)
    problems = models.JSONField("誤り", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer_import", "order"], name="workbooks_imported_form_order")
        ]
        ordering = ["order"]
        verbose_name = "取り込む様式"

    def __str__(self) -> str:
        return self.file_name
