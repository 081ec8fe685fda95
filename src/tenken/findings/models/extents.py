"""横展開の確認: from one finding, whether the same stands in other sections and systems."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.files.models import StoredFile
from tenken.findings.models.findings import Finding
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class ExtentCheckQuerySet(ScopedQuerySet["ExtentCheck"]):
    unit_path = "targets__unit"
    city_path = "city"
    multiplies = True


class ExtentCheck(models.Model):
    """横展開の確認: the question whether what ``finding`` says stands elsewhere too (document 003 (10)2).

    Those who are asked read ``question`` and ``why``, never whose finding it was. ``chosen_by``: codes of the facts its
    targets were proposed by (``findings.rules.alike``). Nobody is asked before it is sent.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "準備中"
        SENT = "sent", "確認中"
        CLOSED = "closed", "終了"
        WITHDRAWN = "withdrawn", "取りやめ"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("番号")
    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="extent_checks", verbose_name="元の課題"
    )
    question = models.CharField("確認すること", max_length=500)
    why = models.TextField("ほかにもある可能性が高い理由", max_length=2000)
    chosen_by = models.JSONField("対象を選んだ条件", default=list, blank=True)
    made_on = models.DateField("作成日")
    asked_on = models.DateField("依頼日", null=True, blank=True)
    due_on = models.DateField("回答の期限")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAFT)
    closed_on = models.DateField("終了日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = ExtentCheckQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "number"], name="findings_extent_number"),
            models.CheckConstraint(
                name="findings_extent_dates_of_status",
                condition=models.Q(status="draft", asked_on__isnull=True, closed_on__isnull=True)
                | models.Q(status="sent", asked_on__isnull=False, closed_on__isnull=True)
                | models.Q(status="closed", asked_on__isnull=False, closed_on__isnull=False)
                | models.Q(status="withdrawn", asked_on__isnull=True, closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="findings_extent_due_after_asked",
                condition=models.Q(asked_on__isnull=True) | models.Q(due_on__gte=models.F("asked_on")),
            ),
        ]
        indexes = [models.Index(fields=["city", "status"], name="findings_extent_status")]
        verbose_name = "横展開の確認"

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.number}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("checks of other sections are withdrawn, never deleted")


class ExtentTargetQuerySet(ScopedQuerySet["ExtentTarget"]):
    pass


class ExtentTarget(models.Model):
    """One section, or one system of it, that is asked; what it answers, and whether the secretariat accepts that.

    ``status`` moves only by ``findings.extent_states``. The unit is the one that stood when it was chosen (a system's
    owner); what became of it answers (lineage). ``because``: why it was chosen, in words. ``finding``: the 課題 opened
    there once 同種の課題あり was confirmed, or the one that stood open already. Of a draft, targets may be taken out again.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "未回答"
        ANSWERED = "answered", "回答済（確認待ち）"
        RETURNED = "returned", "差戻し"
        CONFIRMED = "confirmed", "確認済"

    class Answer(models.TextChoices):
        FOUND = "found", "同種の課題あり"
        NONE = "none", "なし"
        NOT_APPLICABLE = "not_applicable", "該当しない"

    check_of = models.ForeignKey(
        ExtentCheck, models.PROTECT, related_name="targets", verbose_name="横展開の確認"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="extent_targets", verbose_name="課公所")
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="情報システム",
    )
    because = models.CharField("選んだ理由", max_length=500)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.WAITING)
    answer = models.CharField("回答", max_length=14, choices=Answer, blank=True, default="")
    note = models.TextField("回答の内容", max_length=2000, blank=True, default="")
    answered_on = models.DateField("回答日", null=True, blank=True)
    answered_by_name = models.CharField("回答した者", max_length=100, blank=True, default="")
    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="extent_targets", null=True, blank=True, verbose_name="課題"
    )
    confirmed_on = models.DateField("確認日", null=True, blank=True)
    confirmed_by_name = models.CharField("確認した者", max_length=100, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = ExtentTargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "unit"],
                condition=models.Q(system__isnull=True),
                name="findings_extent_unit_once",
            ),
            models.UniqueConstraint(
                fields=["check_of", "system"],
                condition=models.Q(system__isnull=False),
                name="findings_extent_system_once",
            ),
            models.CheckConstraint(
                name="findings_extent_answer_whole",
                condition=models.Q(status="waiting", answer="", answered_on__isnull=True)
                | (
                    models.Q(status__in=("answered", "returned", "confirmed"), answered_on__isnull=False)
                    & models.Q(answer__in=("found", "none", "not_applicable"))
                    & ~models.Q(note="")
                    & ~models.Q(answered_by_name="")
                ),
            ),
            models.CheckConstraint(
                name="findings_extent_confirmed_whole",
                condition=(
                    models.Q(status="confirmed", confirmed_on__isnull=False) & ~models.Q(confirmed_by_name="")
                )
                | (~models.Q(status="confirmed") & models.Q(confirmed_on__isnull=True, confirmed_by_name="")),
            ),
            models.CheckConstraint(
                name="findings_extent_found_has_finding",
                condition=models.Q(status="confirmed", answer="found", finding__isnull=False)
                | (~models.Q(status="confirmed", answer="found") & models.Q(finding__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["unit", "status"], name="findings_extent_target_unit")]
        verbose_name = "横展開の対象"

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.unit_id}"


class ExtentTargetEvent(AppendOnly):
    """One step of a target, as people read it."""

    target = models.ForeignKey(
        ExtentTarget, models.PROTECT, related_name="events", verbose_name="横展開の対象"
    )
    event = models.CharField("できごと", max_length=14)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "横展開の経過"

    def __str__(self) -> str:
        return f"{self.target_id} {self.event}"


class ExtentEvidence(AppendOnly):
    """A file that bears an answer out."""

    target = models.ForeignKey(
        ExtentTarget, models.PROTECT, related_name="evidence", verbose_name="横展開の対象"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "file"], name="findings_extent_evidence_once")
        ]
        verbose_name = "横展開の証拠"

    def __str__(self) -> str:
        return f"{self.target_id} {self.file_id}"
