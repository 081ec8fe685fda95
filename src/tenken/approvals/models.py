"""What was put up for approval, by which route, and what each step decided."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.journal.models import AppendOnly
from tenken.journal.sealed import refuse_change_of_sealed
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class Route(models.Model):
    """決裁ルート of a kind of paper: the city's data."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    name = models.CharField("名称", max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="approvals_route_code")]
        verbose_name = "決裁ルート"

    def __str__(self) -> str:
        return self.name


class RouteStep(models.Model):
    """One step: a holder of ``role_code`` over the unit decides; holders of ``acting_role_code`` may act (代決)."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="steps", verbose_name="決裁ルート")
    order = models.PositiveSmallIntegerField("順")
    name = models.CharField("名称", max_length=60)
    role_code = models.CharField("役割", max_length=40)
    acting_role_code = models.CharField("代決できる役割", max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "order"], name="approvals_step_order")]
        ordering = ["order"]
        verbose_name = "決裁の段階"

    def __str__(self) -> str:
        return self.name


class ApprovalRequest(models.Model):
    """起案 of one paper along a route. ``step`` is the order of the step that must decide next (none when ended)."""

    class Status(models.TextChoices):
        PENDING = "pending", "決裁中"
        APPROVED = "approved", "決裁済"
        RETURNED = "returned", "差戻し"
        WITHDRAWN = "withdrawn", "引戻し"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="組織")
    route = models.ForeignKey(Route, models.PROTECT, verbose_name="決裁ルート")
    subject_type = models.CharField("対象の種類", max_length=80)
    subject_id = models.PositiveBigIntegerField("対象")
    round = models.PositiveSmallIntegerField("回")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.PENDING)
    step = models.PositiveSmallIntegerField("現在の段階", null=True)
    requested_by = models.CharField("起案者", max_length=64)
    requested_by_name = models.CharField("起案者名", max_length=100)
    requested_at = models.DateTimeField("起案日時")
    requested_on = models.DateField("起案日")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "round"], name="approvals_request_round"
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=models.Q(status="pending"),
                name="approvals_request_one_pending",
            ),
            models.CheckConstraint(
                name="approvals_request_step",
                condition=models.Q(status="pending", step__isnull=False)
                | models.Q(status__in=("approved", "returned", "withdrawn"), step__isnull=True),
            ),
        ]
        verbose_name = "決裁"

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} 第{self.round}回"


class Snapshot(models.Model):
    """What exactly was put up: canonical JSON and its hash. Never changes."""

    request = models.OneToOneField(
        ApprovalRequest, models.PROTECT, related_name="snapshot", verbose_name="決裁"
    )
    body = models.TextField("内容")
    sha256 = models.CharField("ハッシュ", max_length=64)

    class Meta:
        verbose_name = "決裁の写し"

    def __str__(self) -> str:
        return self.sha256

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_change_of_sealed(self, True)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("snapshots are never deleted")


class StepDecision(AppendOnly):
    """What a step decided: who, when, as which role, acting for whom, why. The four change together, never alone."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "承認"
        RETURNED = "returned", "差戻し"
        WITHDRAWN = "withdrawn", "引戻し"

    request = models.ForeignKey(
        ApprovalRequest, models.PROTECT, related_name="decisions", verbose_name="決裁"
    )
    step_order = models.PositiveSmallIntegerField("段階")
    step_name = models.CharField("段階名", max_length=60)
    outcome = models.CharField("結果", max_length=10, choices=Outcome)
    decided_by = models.CharField("決裁者", max_length=64)
    decided_by_name = models.CharField("決裁者名", max_length=100)
    role_code = models.CharField("役割", max_length=40)
    acting = models.BooleanField("代決", default=False)
    comment = models.TextField("コメント", max_length=2000, blank=True, default="")
    decided_at = models.DateTimeField("決裁日時")
    decided_on = models.DateField("決裁日")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approvals_return_has_comment",
                condition=~models.Q(outcome="returned") | ~models.Q(comment=""),
            )
        ]
        ordering = ["pk"]
        verbose_name = "決裁の経過"

    def __str__(self) -> str:
        return f"{self.request_id} {self.step_name} {self.outcome}"
