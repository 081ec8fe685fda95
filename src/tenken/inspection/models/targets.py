"""Exceptions to a programme's target rule."""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.inspection.models.programmes import Programme
from tenken.organization.models import Unit


class TargetException(models.Model):
    """A unit or a system that a programme takes in or leaves out against its rule, and why."""

    class Mode(models.TextChoices):
        INCLUDE = "include", "対象にする"
        EXCLUDE = "exclude", "対象から外す"

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="target_exceptions", verbose_name="点検"
    )
    mode = models.CharField("扱い", max_length=8, choices=Mode)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="組織")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="+", verbose_name="情報システム"
    )
    reason = models.CharField("理由", max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "unit"], name="inspection_target_unit_once"),
            models.UniqueConstraint(fields=["programme", "system"], name="inspection_target_system_once"),
            models.CheckConstraint(
                name="inspection_target_one_subject",
                condition=models.Q(unit__isnull=False, system__isnull=True)
                | models.Q(unit__isnull=True, system__isnull=False),
            ),
        ]
        verbose_name = "対象の例外"

    def __str__(self) -> str:
        return f"{self.programme_id} {self.mode} {self.unit_id or self.system_id}"
