"""情報資産台帳: what information a section holds."""

from __future__ import annotations

from django.db import models

from tenken.assets.models.classes import Classification
from tenken.assets.models.systems import InformationSystem
from tenken.organization.models import Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class InformationAssetQuerySet(ScopedQuerySet["InformationAsset"]):
    pass


class InformationAsset(Valid):
    """One information asset of a section: what, how important, how much of it, kept in what and where."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所管")
    number = models.PositiveIntegerField("番号")
    name = models.CharField("情報資産", max_length=120)
    classification = models.CharField("重要性分類", max_length=2, choices=Classification)
    amount = models.PositiveIntegerField("件数", null=True, blank=True)
    forms = models.JSONField("保管の形", default=list)
    location = models.CharField("保管場所", max_length=120, blank=True, default="")
    personal_data = models.BooleanField("個人情報を含む", default=False)
    main = models.BooleanField("主要な情報資産", default=False)
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="情報システム",
    )
    version = models.PositiveIntegerField("版", default=1)

    objects = InformationAssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="assets_asset_number"),
            validity_constraint("assets_asset_validity"),
        ]
        ordering = ["unit", "number"]
        verbose_name = "情報資産"

    def __str__(self) -> str:
        return self.name
