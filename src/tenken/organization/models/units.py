"""Units over time: what they are called, below which they stand, and what became of them."""

from __future__ import annotations

from django.db import models

from tenken.organization.models.city import City, ImplementingBody, UnitKind
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class UnitQuerySet(ScopedQuerySet["Unit"]):
    unit_path = "pk"
    city_path = "city"


class Unit(Valid):
    """局・区・部・課・公所 under one name. A renamed, merged or split unit is a new row joined by a succession;
    a unit that only moves below another keeps its row and gets a new placement."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("所属コード", max_length=20)
    name = models.CharField("名称", max_length=100)
    kana = models.CharField("ふりがな", max_length=200, blank=True, default="")
    search_text = models.CharField("検索用", max_length=320, default="", editable=False)
    kind = models.ForeignKey(UnitKind, models.PROTECT, verbose_name="種類")
    body = models.ForeignKey(ImplementingBody, models.PROTECT, null=True, blank=True, verbose_name="実施機関")

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code", "valid_from"], name="organization_unit_code"),
            validity_constraint("organization_unit_validity"),
        ]
        verbose_name = "組織"

    def __str__(self) -> str:
        return self.name


class UnitPlacement(Valid):
    """Below which unit a unit stands, and when."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements", verbose_name="組織")
    parent = models.ForeignKey(
        Unit, models.PROTECT, related_name="child_placements", verbose_name="上位の組織"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organization_placement_not_itself", condition=~models.Q(unit=models.F("parent"))
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(valid_to__isnull=True),
                name="organization_placement_one_open",
            ),
            validity_constraint("organization_placement_validity"),
        ]
        verbose_name = "組織の位置"

    def __str__(self) -> str:
        return f"{self.unit_id} < {self.parent_id}"


class UnitSuccession(models.Model):
    """What became of a unit: renamed, merged into, split into. Year-on-year figures follow these."""

    class Kind(models.TextChoices):
        RENAME = "rename", "改称"
        MERGE = "merge", "統合"
        SPLIT = "split", "分割"

    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions", verbose_name="前の組織")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="origins", verbose_name="後の組織")
    kind = models.CharField("種別", max_length=10, choices=Kind)
    effective_on = models.DateField("施行日")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="organization_succession"),
            models.CheckConstraint(
                name="organization_succession_not_itself",
                condition=~models.Q(predecessor=models.F("successor")),
            ),
            models.CheckConstraint(
                name="organization_succession_kind", condition=models.Q(kind__in=("rename", "merge", "split"))
            ),
        ]
        verbose_name = "組織の承継"

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class EmergencyProcedureQuerySet(ScopedQuerySet["EmergencyProcedure"]):
    pass


class EmergencyProcedure(Valid):
    """What the deputy does when the manager is away (情報管理者不在時の緊急時対応, document 003 (2)3 and 6)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="emergency_procedures", verbose_name="組織")
    text = models.TextField("不在時の対応", max_length=4000)
    contact = models.CharField("連絡先", max_length=200, blank=True, default="")
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")

    objects = EmergencyProcedureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(valid_to__isnull=True), name="organization_emergency_one"
            ),
            models.CheckConstraint(
                name="organization_emergency_validity",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]
        verbose_name = "不在時の対応"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.valid_from}"
