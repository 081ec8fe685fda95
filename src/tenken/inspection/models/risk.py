"""The risk part of a sheet (リスク対策状況点検): the section's main information assets and what threatens them.

Which countermeasures are in place is not asked twice: the answers to the sheet's questions say it (docs/adr/0009).
"""

from __future__ import annotations

from django.db import models

from tenken.assets.models import Classification, InformationAsset
from tenken.inspection.models.sheets import Sheet


class SheetAsset(models.Model):
    """One main information asset as this sheet states it; ``asset`` is its row in the ledger, if it has one."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="assets", verbose_name="点検シート")
    asset = models.ForeignKey(
        InformationAsset, models.PROTECT, null=True, related_name="+", verbose_name="情報資産台帳の行"
    )
    order = models.PositiveSmallIntegerField("順")
    name = models.CharField("情報資産", max_length=120)
    classification = models.CharField("重要性分類", max_length=2, choices=Classification)
    amount = models.PositiveIntegerField("件数", null=True, blank=True)
    forms = models.JSONField("保管の形", default=list)
    location = models.CharField("保管場所", max_length=120, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "order"], name="inspection_sheet_asset_order"),
            models.UniqueConstraint(fields=["sheet", "asset"], name="inspection_sheet_asset_once"),
        ]
        ordering = ["order"]
        verbose_name = "主要な情報資産"

    def __str__(self) -> str:
        return self.name


class SheetRisk(models.Model):
    """What the section decides about a residual risk: one threat to one asset. ``threat`` is a code of the catalogue."""

    class Treatment(models.TextChoices):
        REDUCE = "reduce", "低減する（対策を追加する）"
        ACCEPT = "accept", "受け入れる"
        AVOID = "avoid", "やめる（持たない・使わない）"
        TRANSFER = "transfer", "移す（委託・保険など）"

    sheet_asset = models.ForeignKey(
        SheetAsset, models.CASCADE, related_name="risks", verbose_name="主要な情報資産"
    )
    threat = models.CharField("脅威", max_length=40)
    treatment = models.CharField("対応", max_length=10, choices=Treatment)
    note = models.CharField("対応の内容", max_length=500, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet_asset", "threat"], name="inspection_sheet_risk_once"),
        ]
        verbose_name = "残るリスクへの対応"

    def __str__(self) -> str:
        return f"{self.sheet_asset_id} {self.threat}"


class NoMainAssets(models.Model):
    """A section's word that it holds no main information asset, and why."""

    sheet = models.OneToOneField(
        Sheet, models.PROTECT, related_name="no_main_assets", verbose_name="点検シート"
    )
    reason = models.CharField("主要な情報資産がない理由", max_length=300)

    class Meta:
        verbose_name = "主要な情報資産がないこと"

    def __str__(self) -> str:
        return self.reason
