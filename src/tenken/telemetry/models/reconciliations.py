"""台数の突合: what a paper says there are, what the ledger and the reports count, and why they differ."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet
from tenken.telemetry.models.terminals import Terminal


class CountReconciliationQuerySet(ScopedQuerySet["CountReconciliation"]):
    unit_path = None
    city_path = "city"


class CountReconciliation(models.Model):
    """Counts as a paper printed them (document 004, A33: 128 + 2,340 + 70 + 572, and 3,118 in all), held against the
    ledger and the reports. It is closed only when every difference is explained."""

    class State(models.TextChoices):
        OPEN = "open", "未解明の差あり"
        CLOSED = "closed", "完了"

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    title = models.CharField("件名", max_length=120)
    statement = models.CharField("記載された資料", max_length=300)
    as_of = models.DateField("基準日")
    printed_total = models.PositiveIntegerField("記載された合計")
    state = models.CharField("状態", max_length=8, choices=State, default=State.OPEN)
    counted_at = models.DateTimeField("数えた日時", null=True, blank=True)
    closed_at = models.DateTimeField("完了日時", null=True, blank=True)
    closed_by = models.CharField("完了した者", max_length=64, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = CountReconciliationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="telemetry_reconciliation_closed",
                condition=models.Q(state="closed", closed_at__isnull=False) & ~models.Q(closed_by="")
                | models.Q(state="open", closed_at__isnull=True, closed_by=""),
            )
        ]
        ordering = ["-as_of", "-pk"]
        verbose_name = "台数の突合"

    def __str__(self) -> str:
        return self.title


class ReconciliationRow(models.Model):
    """One line of the paper: which terminals it means (``kinds``: codes of ``Terminal.Kind``, none for all;
    ``procurement``: '' for both; ``spare``: spares are in it), what it claims, and what was counted."""

    reconciliation = models.ForeignKey(
        CountReconciliation, models.PROTECT, related_name="rows", verbose_name="突合"
    )
    position = models.PositiveSmallIntegerField("項")
    label = models.CharField("種類", max_length=120)
    kinds = models.JSONField("端末の種類", default=list, blank=True)
    procurement = models.CharField("調達", max_length=8, choices=Terminal.Procurement, blank=True, default="")
    spare = models.BooleanField("予備を含む", default=True)
    claimed = models.PositiveIntegerField("記載された台数")
    in_ledger = models.PositiveIntegerField("台帳の台数", default=0)
    in_reports = models.PositiveIntegerField("受信している台数", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "position"], name="telemetry_row_position")
        ]
        ordering = ["position"]
        verbose_name = "突合の行"

    def __str__(self) -> str:
        return f"{self.position} {self.label}"


class DifferenceExplanation(models.Model):
    """Why some of a difference is there. ``row``: whose (None: of the printed total). ``count`` carries its sign.
    One that was wrong is struck, never deleted."""

    reconciliation = models.ForeignKey(
        CountReconciliation, models.PROTECT, related_name="explanations", verbose_name="突合"
    )
    row = models.ForeignKey(
        ReconciliationRow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="explanations",
        verbose_name="行",
    )
    count = models.IntegerField("説明できる台数")
    text = models.CharField("説明", max_length=500)
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")
    struck_because = models.CharField("取り消した理由", max_length=300, blank=True, default="")

    class Meta:
        ordering = ["recorded_at", "pk"]
        verbose_name = "差の説明"

    def __str__(self) -> str:
        return f"{self.count:+} {self.text[:20]}"
