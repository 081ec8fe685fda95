"""What was seen on a visit, until the room for audits takes it."""

from __future__ import annotations

from django.db import models

from tenken.inspection.models.programmes import Stage
from tenken.organization.models import Unit
from tenken.organization.scoping import ScopedQuerySet


class VisitRecordQuerySet(ScopedQuerySet["VisitRecord"]):
    pass


class VisitRecord(models.Model):
    """One section visited in the visit stage: when, and a good practice seen there. What was found is in ``findings``.

    The record stands here until the room ``audit`` brings plans, checklists and letters (docs/adr/0005).
    """

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="visits", verbose_name="段階")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="組織")
    visited_on = models.DateField("訪問日")
    good_practice = models.TextField("優良事例", max_length=1000, blank=True, default="")
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")

    objects = VisitRecordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "unit"], name="inspection_visit_once")]
        ordering = ["visited_on", "pk"]
        verbose_name = "訪問調査の記録"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.visited_on}"
