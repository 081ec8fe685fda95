"""督促: who is told when a sheet is due or late, and what was sent."""

from __future__ import annotations

from django.db import models

from tenken.inspection.models.programmes import Programme
from tenken.inspection.models.sheets import Sheet
from tenken.journal.models import AppendOnly


class ReminderStep(models.Model):
    """One step of the chase: ``days`` from the due date (negative: before), and who is told. ``weekly``: again each week.

    ``retired``: no longer sent; the row stays for what was sent by it.
    """

    class Audience(models.TextChoices):
        DEPUTY = "deputy", "副情報管理者"
        MANAGER = "section_manager", "情報管理者"
        BUREAU = "bureau_manager", "局（区）情報管理者"

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="reminder_steps", verbose_name="点検"
    )
    days = models.SmallIntegerField("期限からの日数")
    audience = models.CharField("宛先", max_length=16, choices=Audience)
    weekly = models.BooleanField("以後、毎週", default=False)
    retired = models.BooleanField("取りやめ", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "days", "audience"], name="inspection_reminder_step_once"
            )
        ]
        ordering = ["days"]
        verbose_name = "督促の段階"

    def __str__(self) -> str:
        return f"{self.programme_id} {self.days} {self.audience}"


class ReminderSent(AppendOnly):
    """That a sheet was in a reminder of a step. One row a sheet, step and round: nobody is told twice.

    ``round``: which of the weekly repetitions, from 0. ``recipients``: [{"code", "name", "role", "mail"}, …]; ``mail``
    is false for who has no address.
    """

    step = models.ForeignKey(ReminderStep, models.PROTECT, related_name="sent", verbose_name="督促の段階")
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="reminders", verbose_name="点検シート")
    due_on = models.DateField("そのときの期限")
    round = models.PositiveSmallIntegerField("回", default=0)
    sent_on = models.DateField("送った日")
    recipients = models.JSONField("宛先の職員", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "sheet", "due_on", "round"], name="inspection_reminder_once"
            )
        ]
        ordering = ["pk"]
        verbose_name = "送った督促"

    def __str__(self) -> str:
        return f"{self.step_id} {self.sheet_id}"
