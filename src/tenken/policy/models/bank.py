"""The bank: categories, check items and their wordings over time; duties that no item asks about."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.journal.sealed import refuse_change_of_sealed
from tenken.organization.models import City
from tenken.policy import sealing


class CheckCategory(models.Model):
    """調査項目: クリアデスク, パスワード … Figures compare these from year to year by ``code``."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    name = models.CharField("名称", max_length=80)
    part = models.CharField(
        "点検の種類",
        max_length=12,
        choices=[("management", "セキュリティマネジメント点検"), ("risk", "リスク対策状況点検")],
    )
    order = models.PositiveSmallIntegerField("順", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="policy_category_code")]
        ordering = ["part", "order", "code"]
        verbose_name = "調査項目"

    def __str__(self) -> str:
        return self.name


class CheckItem(models.Model):
    """点検項目 of the bank: the thing that is asked, whatever its wording in a year. ``code`` is stable for ever.

    ``answer_valid_months``: how long an answer may be stood by instead of being asked anew (0: always asked).
    ``aspect``: whether what is missing is mended by how people work (運用面) or in the technology (技術面; 図5, document 001).
    """

    class Aspect(models.TextChoices):
        OPERATIONAL = "operational", "運用面"
        TECHNICAL = "technical", "技術面"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    category = models.ForeignKey(CheckCategory, models.PROTECT, related_name="items", verbose_name="調査項目")
    standing = models.BooleanField("毎年の点検に入れる", default=False)
    aspect = models.CharField("運用面・技術面", max_length=12, choices=Aspect, default=Aspect.OPERATIONAL)
    answer_valid_months = models.PositiveSmallIntegerField("回答の有効期間（月）", default=0)
    retired_on = models.DateField("廃止日", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="policy_item_code")]
        ordering = ["category__part", "category__order", "code"]
        verbose_name = "点検項目"

    def __str__(self) -> str:
        return self.code


class CheckItemRevision(models.Model):
    """The wording of an item from a date on. Sheets point at a revision, so what was asked stays known.

    ``sha256`` is over the whole wording (``tenken.policy.sealing``); it is set when the row is made.
    """

    item = models.ForeignKey(CheckItem, models.PROTECT, related_name="revisions", verbose_name="点検項目")
    number = models.PositiveSmallIntegerField("版")
    effective_from = models.DateField("適用日")
    question = models.TextField("点検内容", max_length=500)
    purpose = models.TextField("目的", max_length=1000)
    how_to_check = models.TextField("確認方法", max_length=1000)
    good = models.TextField("適合の基準", max_length=1000)
    examples = models.JSONField("例", default=list)
    evidence = models.TextField("証拠", max_length=1000, blank=True, default="")
    facts = models.JSONField("答えられる事実", default=list)
    clause_codes = models.JSONField("根拠の条", default=list)
    sha256 = models.CharField("ハッシュ", max_length=64, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="policy_item_revision")]
        ordering = ["number"]
        verbose_name = "点検項目の版"

    def __str__(self) -> str:
        return f"{self.item_id} 第{self.number}版"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, True)
        self.sha256 = sealing.revision_sha256(self)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("revisions are never deleted")


class UnaskedClause(models.Model):
    """Why no item of the bank asks about a duty: it is asked elsewhere, binds one office only …"""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    clause_code = models.CharField("条のコード", max_length=40)
    reason = models.TextField("点検しない理由", max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "clause_code"], name="policy_unasked_clause")]
        verbose_name = "点検しない条"

    def __str__(self) -> str:
        return self.clause_code
