"""CSVの対応づけ: how the columns of a tool's export become events."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class CsvLayoutQuerySet(ScopedQuerySet["CsvLayout"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class CsvLayout(models.Model):
    """A saved mapping of CSV files. ``data``: ``telemetry.wire.csv_mappings.CsvMapping`` as JSON; each version of it
    stands in the journal. ``in_use``: one that is not is kept for what was imported by it, and offered no more."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    name = models.CharField("名称", max_length=60)
    note = models.CharField("備考", max_length=300, blank=True, default="")
    data = models.JSONField("対応づけ")
    in_use = models.BooleanField("使用する", default=True)
    created_at = models.DateTimeField("登録日時")
    changed_at = models.DateTimeField("変更日時")
    changed_by_name = models.CharField("変更者", max_length=100)
    version = models.PositiveIntegerField("版", default=1)

    objects = CsvLayoutQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="telemetry_csv_layout_name")]
        ordering = ["name"]
        verbose_name = "CSVの対応づけ"

    def __str__(self) -> str:
        return self.name
