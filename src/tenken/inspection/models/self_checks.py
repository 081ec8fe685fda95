"""職員の自己チェック: what every employee answers for themselves. Nobody above sees a person's answers, only counts."""

from __future__ import annotations

from django.db import models

from tenken.inspection.models.forms import Question, SheetForm
from tenken.inspection.models.programmes import Programme
from tenken.organization.models import Person, Unit


class SelfCheck(models.Model):
    """One person's own check. It has no scoped query set on purpose: only its person reads it, all others get counts."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", "未着手"
        DRAFTING = "drafting", "記入中"
        SUBMITTED = "submitted", "提出済"
        EXEMPTED = "exempted", "対象外"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="self_checks", verbose_name="点検")
    form = models.ForeignKey(SheetForm, models.PROTECT, related_name="+", verbose_name="様式")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="職員")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属")
    bureau = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, verbose_name="局・区")
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.NOT_STARTED)
    submitted_on = models.DateField("提出日", null=True, blank=True)
    exemption_reason = models.CharField("対象外とした理由", max_length=200, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person"], name="inspection_self_check_once"),
            models.CheckConstraint(
                name="inspection_self_check_submitted",
                condition=models.Q(status="submitted", submitted_on__isnull=False)
                | (~models.Q(status="submitted") & models.Q(submitted_on__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["programme", "unit", "status"], name="inspection_self_check_unit")]
        verbose_name = "職員の自己チェック"

    def __str__(self) -> str:
        return f"{self.programme_id} {self.person_id}"


class SelfCheckAnswer(models.Model):
    """What a person answered to one question. Never written into the journal."""

    self_check = models.ForeignKey(
        SelfCheck, models.PROTECT, related_name="answers", verbose_name="職員の自己チェック"
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name="設問")
    verdict = models.CharField(
        "結果",
        max_length=16,
        choices=[("conforms", "はい"), ("issue", "いいえ"), ("not_applicable", "該当なし")],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["self_check", "question"], name="inspection_self_check_answer_once"
            ),
            models.CheckConstraint(
                name="inspection_self_check_verdict",
                condition=models.Q(verdict__in=("conforms", "issue", "not_applicable")),
            ),
        ]
        verbose_name = "自己チェックの回答"

    def __str__(self) -> str:
        return f"{self.self_check_id} {self.question_id}"
