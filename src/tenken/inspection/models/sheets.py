"""The sheets of a programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.inspection.models.forms import SheetForm
from tenken.inspection.models.programmes import Programme
from tenken.inspection.permissions import (
    FILL_NETWORK_SHEETS,
    FILL_SHEETS,
    FILL_SYSTEM_SHEETS,
    VIEW_SHEETS,
)
from tenken.organization.capabilities import Capability
from tenken.organization.models import Unit
from tenken.organization.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from tenken.organization.access import Principal


# Who may see and fill in the sheets of systems of a kind, besides those who may for the whole section.
OF_KIND = {
    InformationSystem.Kind.SYSTEM: FILL_SYSTEM_SHEETS,
    InformationSystem.Kind.NETWORK: FILL_NETWORK_SHEETS,
}


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    def restrict(self, by: Principal, capability: Capability) -> Self:
        """As ever; to see and to fill in, with the sheets of the systems and networks *by* has charge of."""
        rows = super().restrict(by, capability)
        if capability not in (VIEW_SHEETS, FILL_SHEETS) or by.everywhere(capability):
            return rows
        for kind, own in OF_KIND.items():
            rows = rows | super().restrict(by, own).filter(system__kind=kind)
        return rows


class Sheet(models.Model):
    """点検シート of one section, or of one information system of that section.

    Answers are sparse: none exists until given. ``version`` guards against lost updates. ``submitted_on``: put up for
    approval; ``handed_in_on``: approved, so that it reached the secretariat. ``due_on`` None: the stage's last day. ``moved_to``: the sheet that answers instead, when the section was merged into another meanwhile.
    """

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", "未着手"
        DRAFTING = "drafting", "記入中"
        SUBMITTED = "submitted", "承認待ち"
        RETURNED_BY_MANAGER = "returned_by_manager", "差戻し（情報管理者）"
        APPROVED = "approved", "提出済（受付待ち）"
        RETURNED_BY_SECRETARIAT = "returned_by_secretariat", "差戻し（事務局）"
        ACCEPTED = "accepted", "受付済"
        EXEMPTED = "exempted", "対象外"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sheets", verbose_name="点検")
    form = models.ForeignKey(SheetForm, models.PROTECT, related_name="sheets", verbose_name="様式")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sheets", verbose_name="組織")
    bureau = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, verbose_name="局・区")
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="+", verbose_name="情報システム"
    )
    status = models.CharField("状態", max_length=24, choices=Status, default=Status.NOT_STARTED)
    version = models.PositiveIntegerField("版", default=1)
    submitted_on = models.DateField("提出日", null=True, blank=True)
    handed_in_on = models.DateField("提出が済んだ日", null=True, blank=True)
    accepted_on = models.DateField("受付日", null=True, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    extension_reason = models.CharField("期限を変えた理由", max_length=300, blank=True, default="")
    exempted_on = models.DateField("対象外とした日", null=True, blank=True)
    exemption_reason = models.CharField("対象外とした理由", max_length=300, blank=True, default="")
    moved_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="moved_from", verbose_name="引き継いだ点検シート"
    )
    issues = models.PositiveSmallIntegerField("課題数", default=0)

    objects = SheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "unit"],
                condition=models.Q(system__isnull=True),
                name="inspection_sheet_once",
            ),
            models.UniqueConstraint(fields=["programme", "system"], name="inspection_sheet_system_once"),
            models.CheckConstraint(
                name="inspection_sheet_exempted_whole",
                condition=models.Q(status="exempted", exempted_on__isnull=False)
                & ~models.Q(exemption_reason="")
                | (~models.Q(status="exempted") & models.Q(exempted_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="inspection_sheet_accepted_has_date",
                condition=~models.Q(status="accepted") | models.Q(accepted_on__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["programme", "status"], name="inspection_sheet_status")]
        verbose_name = "点検シート"

    def __str__(self) -> str:
        return f"{self.programme_id} {self.unit_id}"
