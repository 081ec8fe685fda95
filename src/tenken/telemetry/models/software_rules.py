"""What a city settles about software: until when it is supported, how many may be installed."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City, Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class SupportDateQuerySet(ScopedQuerySet["SupportDate"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class SupportDate(models.Model):
    """A row of the city's own in the table of end-of-support dates. It goes before the shipped row of the same product
    (``assets.rules.support``); ``hidden``: the shipped row does not count here.

    ``pattern``: a regular expression sought in name and version, whatever the case.
    """

    class Kind(models.TextChoices):
        OPERATING_SYSTEM = "os", "OS"
        APPLICATION = "application", "アプリケーション"

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    product = models.CharField("製品", max_length=120)
    pattern = models.CharField("照合の式", max_length=200)
    ends_on = models.DateField("サポート終了日")
    extended_to = models.DateField("有償の延長の終了日", null=True, blank=True)
    source = models.CharField("出典", max_length=200)
    checked_on = models.DateField("確認日")
    hidden = models.BooleanField("使わない", default=False)
    version = models.PositiveIntegerField("版", default=1)

    objects = SupportDateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "kind", "product"], name="telemetry_support_product")
        ]
        ordering = ["kind", "product"]
        verbose_name = "サポート終了日"

    def __str__(self) -> str:
        return self.product


class SoftwareLicenceQuerySet(ScopedQuerySet["SoftwareLicence"]):
    unit_path = "unit"
    city_path = "city"


class SoftwareLicence(Valid):
    """Licences bought: how many terminals may have the titles whose name holds ``pattern`` (``*`` for anything), and
    for how long (``valid_to``: the day it no longer counts). ``unit``: who bought it, None for the whole city."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="購入した課"
    )
    name = models.CharField("名称", max_length=120)
    pattern = models.CharField("ソフトウェア名", max_length=200)
    count = models.PositiveIntegerField("本数")
    contract = models.CharField("契約番号", max_length=60, blank=True, default="")
    vendor = models.CharField("契約の相手", max_length=120, blank=True, default="")
    note = models.CharField("備考", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = SoftwareLicenceQuerySet.as_manager()

    class Meta:
        constraints = [validity_constraint("telemetry_licence_validity")]
        ordering = ["name", "valid_from", "pk"]
        verbose_name = "ライセンス"

    def __str__(self) -> str:
        return self.name
