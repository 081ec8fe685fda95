"""措置: what was said to have been done about a finding, as of which day, and what bears it out."""

from __future__ import annotations

from django.db import models

from tenken.files.models import StoredFile
from tenken.findings.models.findings import Finding
from tenken.journal.models import AppendOnly


class Measure(models.Model):
    """One dated measure (document 002: 「【措置済】 令和3年5月31日」). Several over time; the latest by date and number counts.

    A measure called done that only promises (予定, していく, 予算要求) keeps ``promise_due_on`` and, where money is needed, a
    ``budget_stage``; it stays on the list until ``kept_on``. Once ``told_on`` an auditor has read it and it changes no
    more; what turns out otherwise is a new measure, or a new finding that follows this one.

    ``state``: the section proposes, the secretariat decides or returns it with a reason; only what is decided counts.
    ``confirmed_on``: the secretariat held a 措置済 against its evidence, and the finding is closed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "確認待ち"
        DECIDED = "decided", "決定"
        RETURNED = "returned", "差戻し"

    class Status(models.TextChoices):
        DONE = "done", "措置済"
        CONTINUING = "continuing", "継続努力"
        CONSIDERING = "considering", "検討中"

    class BudgetStage(models.TextChoices):
        REQUESTED = "requested", "要求"
        VOTED = "voted", "議決"
        CONTRACTOR = "contractor", "業者選定"
        CARRIED_OUT = "carried_out", "実施"

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="measures", verbose_name="課題")
    number = models.PositiveSmallIntegerField("番号")
    status = models.CharField("区分", max_length=12, choices=Status)
    on = models.DateField("措置の日")
    text = models.TextField("措置（具体的内容）・対応状況", max_length=4000)
    state = models.CharField("手続", max_length=10, choices=State, default=State.DECIDED)
    proposed_by = models.CharField("報告した者", max_length=64, blank=True, default="")
    proposed_by_name = models.CharField("報告した者の氏名", max_length=100, blank=True, default="")
    proposed_on = models.DateField("報告した日", null=True, blank=True)
    returned_because = models.CharField("差し戻した理由", max_length=500, blank=True, default="")
    decided_by = models.CharField("決めた者", max_length=64, blank=True, default="")
    decided_by_name = models.CharField("決めた者の氏名", max_length=100, blank=True, default="")
    decided_on = models.DateField("決めた日", null=True, blank=True)
    promises = models.BooleanField("予定を含む", default=False)
    promise_due_on = models.DateField("予定の期限", null=True, blank=True)
    budget_stage = models.CharField("予算の段階", max_length=12, choices=BudgetStage, blank=True, default="")
    kept_on = models.DateField("予定を果たした日", null=True, blank=True)
    confirmed_on = models.DateField("確認日", null=True, blank=True)
    confirmed_by = models.CharField("確認した者", max_length=64, blank=True, default="")
    confirmed_by_name = models.CharField("確認した者の氏名", max_length=100, blank=True, default="")
    told_on = models.DateField("通知した日", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "number"], name="findings_measure_number"),
            models.CheckConstraint(
                name="findings_measure_status",
                condition=models.Q(status__in=("done", "continuing", "considering")),
            ),
            models.CheckConstraint(
                name="findings_measure_promise_whole",
                condition=models.Q(promises=True, promise_due_on__isnull=False)
                | models.Q(
                    promises=False, promise_due_on__isnull=True, budget_stage="", kept_on__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="findings_measure_kept_after",
                condition=models.Q(kept_on__isnull=True) | models.Q(kept_on__gte=models.F("on")),
            ),
            models.CheckConstraint(
                name="findings_measure_decided_whole",
                condition=(models.Q(state="decided", decided_on__isnull=False) & ~models.Q(decided_by=""))
                | (
                    models.Q(state__in=("proposed", "returned"), proposed_on__isnull=False)
                    & models.Q(
                        decided_on__isnull=True,
                        decided_by="",
                        told_on__isnull=True,
                        confirmed_on__isnull=True,
                        kept_on__isnull=True,
                    )
                ),
            ),
            models.CheckConstraint(
                name="findings_measure_confirmed_is_done",
                condition=models.Q(confirmed_on__isnull=True, confirmed_by="")
                | (
                    models.Q(confirmed_on__isnull=False, status="done")
                    & ~models.Q(confirmed_by="")
                    & (models.Q(promises=False) | models.Q(kept_on__isnull=False))
                ),
            ),
            models.UniqueConstraint(
                fields=["finding"],
                condition=models.Q(state__in=("proposed", "returned")),
                name="findings_measure_one_proposal",
            ),
        ]
        indexes = [models.Index(fields=["finding", "on", "number"], name="findings_measure_day")]
        ordering = ["on", "number"]
        verbose_name = "措置"

    def __str__(self) -> str:
        return f"{self.finding_id} {self.status} {self.on}"


class BudgetStep(AppendOnly):
    """A measure's money moved on: requested, voted, contractor chosen, carried out."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="budget_steps", verbose_name="措置")
    stage = models.CharField("予算の段階", max_length=12, choices=Measure.BudgetStage)
    on = models.DateField("日付")
    note = models.CharField("内容", max_length=500, blank=True, default="")
    by_code = models.CharField("記録者", max_length=64)
    by_name = models.CharField("記録者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "措置の予算の経過"

    def __str__(self) -> str:
        return f"{self.measure_id} {self.stage}"


class MeasureEvidence(AppendOnly):
    """A file that bears a measure out."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence", verbose_name="措置")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    shows = models.CharField("示すこと", max_length=300, blank=True, default="")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "file"], name="findings_measure_evidence_once")
        ]
        verbose_name = "措置の証拠"

    def __str__(self) -> str:
        return f"{self.measure_id} {self.file_id}"
