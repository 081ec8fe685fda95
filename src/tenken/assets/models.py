"""The ledgers: information assets (情報資産台帳) and information systems (情報システム台帳)."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City, Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class Classification(models.TextChoices):
    """重要性分類 (document 003, (3)1): S is the most important."""

    S = "S", "Ｓ"
    I = "1", "Ⅰ"  # noqa: E741 - the document's own name
    II = "2", "Ⅱ"
    III = "3", "Ⅲ"


class Storage(models.TextChoices):
    """In what an asset is kept. Threats depend on it."""

    PAPER = "paper", "紙"
    REMOVABLE_MEDIA = "removable_media", "外部記録媒体（USBメモリなど）"
    TERMINAL = "terminal", "端末（庁内LANのパソコン）"
    STANDALONE_PC = "standalone_pc", "スタンドアロンパソコン"
    SERVER = "server", "サーバ・情報システム"
    SHARED_FOLDER = "shared_folder", "共有フォルダ"
    EXTERNAL_SERVICE = "external_service", "外部サービス・委託先"


class InformationSystemQuerySet(ScopedQuerySet["InformationSystem"]):
    unit_path = "owner"
    city_path = "city"


class InformationSystem(Valid):
    """A system and the section that owns it (システム所管課). ``code`` is stable; ``important``: 重要な情報システム."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所管課")
    important = models.BooleanField("重要な情報システム", default=False)
    outline = models.TextField("概要", max_length=1000, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = InformationSystemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="assets_system_code"),
            validity_constraint("assets_system_validity"),
        ]
        ordering = ["code"]
        verbose_name = "情報システム"

    def __str__(self) -> str:
        return self.name


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
