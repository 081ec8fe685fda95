"""Whom to visit: every draw is kept, also those not taken."""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.inspection.models import Stage
from tenken.organization.models import Unit
from tenken.organization.scoping import ScopedQuerySet


class VisitSelectionQuerySet(ScopedQuerySet["VisitSelection"]):
    unit_path = None
    city_path = "stage__programme__city"


class VisitSelection(models.Model):
    """訪問先の選定: out of which sections or systems, by which method, with which outcome.

    ``universe`` is frozen at the draw, in the order of its codes: [[unit, system or null, code, bureau's code], …]; with
    ``seed`` and ``wanted`` the draw can be run again (``rules.draw``). By hand there is neither seed nor number.
    """

    class Method(models.TextChoices):
        BY_HAND = "by_hand", "指名"
        RANDOM = "random", "無作為"
        STRATIFIED = "stratified", "局・区ごとに無作為"

    class Status(models.TextChoices):
        DRAWN = "drawn", "検討中"
        ADOPTED = "adopted", "決定"
        DISCARDED = "discarded", "不採用"

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name="段階")
    number = models.PositiveSmallIntegerField("回")
    method = models.CharField("選び方", max_length=12, choices=Method)
    seed = models.PositiveBigIntegerField("乱数の種", null=True, blank=True)
    wanted = models.PositiveSmallIntegerField("選ぶ数", null=True, blank=True)
    rested_years = models.PositiveSmallIntegerField("訪問した課公所を除く年数", default=0)
    universe = models.JSONField("母集団", default=list)
    reasons = models.TextField("選び方の理由", max_length=1000)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAWN)
    discarded_because = models.CharField("採用しない理由", max_length=300, blank=True, default="")
    drawn_on = models.DateField("選定日")
    drawn_by = models.CharField("選定者", max_length=64)
    drawn_by_name = models.CharField("選定者の氏名", max_length=100)
    drawn_at = models.DateTimeField("選定日時")
    version = models.PositiveIntegerField("版", default=1)

    objects = VisitSelectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "number"], name="audit_selection_number"),
            models.CheckConstraint(
                name="audit_selection_seed",
                condition=models.Q(method="by_hand", seed__isnull=True, wanted__isnull=True)
                | (~models.Q(method="by_hand") & models.Q(seed__isnull=False, wanted__isnull=False)),
            ),
            models.CheckConstraint(
                name="audit_selection_discarded_why",
                condition=~models.Q(status="discarded") | ~models.Q(discarded_because=""),
            ),
        ]
        ordering = ["number"]
        verbose_name = "訪問先の選定"

    def __str__(self) -> str:
        return f"第{self.number}回"


class SelectedUnit(models.Model):
    """One section (or one system of it) of a selection: drawn or added by hand, and why; taken out again, and why."""

    selection = models.ForeignKey(VisitSelection, models.PROTECT, related_name="units", verbose_name="選定")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="組織")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="+", verbose_name="情報システム"
    )
    drawn = models.BooleanField("抽出", default=False)
    reason = models.CharField("選んだ理由", max_length=300, blank=True, default="")
    removed_because = models.CharField("外した理由", max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["selection", "unit"],
                condition=models.Q(system__isnull=True),
                name="audit_selected_unit_once",
            ),
            models.UniqueConstraint(fields=["selection", "system"], name="audit_selected_system_once"),
            models.CheckConstraint(
                name="audit_selected_has_reason",
                condition=models.Q(drawn=True) | ~models.Q(reason=""),
            ),
        ]
        ordering = ["pk"]
        verbose_name = "選んだ訪問先"

    def __str__(self) -> str:
        return f"{self.selection_id} {self.unit_id}"
