"""追跡調査: one item followed through the sections until each is closed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.files.models import StoredFile
from tenken.findings.models.findings import Finding
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class TraceQuerySet(ScopedQuerySet["Trace"]):
    unit_path = "lines__unit"
    city_path = "city"
    multiplies = True


class Trace(models.Model):
    """追跡調査: one 点検項目 asked of many sections and proved by each (document 001, 資料1 1(2)①: スタンドアロンパソコンの
    ウイルス対策 was followed until all had improved). ``started_from``: the finding of one section that made the
    secretariat look across (横展開)."""

    class Target(models.TextChoices):
        ALL = "all", "全ての課公所"
        WITH_ISSUE = "with_issue", "この項目に課題のある課公所"
        CHOSEN = "chosen", "選んだ課公所"

    class Status(models.TextChoices):
        RUNNING = "running", "実施中"
        CLOSED = "closed", "終了"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    item_code = models.CharField("点検項目", max_length=40)
    name = models.CharField("名称", max_length=100)
    why = models.TextField("追跡する理由", max_length=2000)
    target = models.CharField("対象", max_length=10, choices=Target)
    opened_on = models.DateField("開始日")
    due_on = models.DateField("回答の期限")
    status = models.CharField("状態", max_length=8, choices=Status, default=Status.RUNNING)
    closed_on = models.DateField("終了日", null=True, blank=True)
    started_from = models.ForeignKey(
        Finding, models.PROTECT, related_name="traces", null=True, blank=True, verbose_name="きっかけの課題"
    )

    objects = TraceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="findings_trace_closed_has_date",
                condition=models.Q(status="running", closed_on__isnull=True)
                | models.Q(status="closed", closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="findings_trace_dates", condition=models.Q(due_on__gte=models.F("opened_on"))
            ),
        ]
        indexes = [models.Index(fields=["city", "status"], name="findings_trace_status")]
        verbose_name = "追跡調査"

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("traces are never deleted")


class TraceLineQuerySet(ScopedQuerySet["TraceLine"]):
    pass


class TraceLine(models.Model):
    """One section of a trace: what it answers, and whether the secretariat holds that for proved.

    ``status`` moves only by ``findings.trace_states``. ``finding``: the 課題 behind the answer 課題あり. The unit is the
    one that stood when the trace began; what became of it answers (lineage).
    """

    class Status(models.TextChoices):
        UNANSWERED = "unanswered", "未回答"
        ANSWERED = "answered", "回答済（確認待ち）"
        RETURNED = "returned", "差戻し"
        CONFIRMED = "confirmed", "確認済"

    class Answer(models.TextChoices):
        NOT_APPLICABLE = "not_applicable", "該当なし"
        DONE = "done", "対策済"
        ISSUE = "issue", "課題あり"

    trace = models.ForeignKey(Trace, models.PROTECT, related_name="lines", verbose_name="追跡調査")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="trace_lines", verbose_name="課公所")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.UNANSWERED)
    answer = models.CharField("回答", max_length=14, choices=Answer, blank=True, default="")
    note = models.TextField("回答の内容", max_length=2000, blank=True, default="")
    answered_on = models.DateField("回答日", null=True, blank=True)
    answered_by_name = models.CharField("回答した者", max_length=100, blank=True, default="")
    finding = models.ForeignKey(
        Finding, models.PROTECT, related_name="trace_lines", null=True, blank=True, verbose_name="課題"
    )
    confirmed_on = models.DateField("確認日", null=True, blank=True)
    confirmed_by_name = models.CharField("確認した者", max_length=100, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = TraceLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trace", "unit"], name="findings_trace_line_once"),
            models.CheckConstraint(
                name="findings_trace_line_answer_whole",
                condition=(
                    models.Q(status="unanswered", answer="", answered_on__isnull=True, finding__isnull=True)
                )
                | (
                    models.Q(status__in=("answered", "returned", "confirmed"), answered_on__isnull=False)
                    & ~models.Q(answer="")
                    & ~models.Q(note="")
                    & ~models.Q(answered_by_name="")
                ),
            ),
            models.CheckConstraint(
                name="findings_trace_line_issue_has_finding",
                condition=models.Q(answer="issue", finding__isnull=False)
                | (~models.Q(answer="issue") & models.Q(finding__isnull=True)),
            ),
            models.CheckConstraint(
                name="findings_trace_line_confirmed_whole",
                condition=(
                    models.Q(status="confirmed", confirmed_on__isnull=False) & ~models.Q(confirmed_by_name="")
                )
                | (~models.Q(status="confirmed") & models.Q(confirmed_on__isnull=True, confirmed_by_name="")),
            ),
        ]
        indexes = [models.Index(fields=["unit", "status"], name="findings_trace_line_unit")]
        verbose_name = "追跡調査の課公所"

    def __str__(self) -> str:
        return f"{self.trace_id} {self.unit_id}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("lines of a trace are never deleted")


class TraceLineEvent(AppendOnly):
    """One step of a line, as people read it."""

    line = models.ForeignKey(
        TraceLine, models.PROTECT, related_name="events", verbose_name="追跡調査の課公所"
    )
    event = models.CharField("できごと", max_length=14)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "追跡調査の経過"

    def __str__(self) -> str:
        return f"{self.line_id} {self.event}"


class TraceProof(AppendOnly):
    """A file that proves what a section answers, of which kind and for which days. No telemetry sees a stand-alone
    machine: its duty roster and its work record do."""

    class Kind(models.TextChoices):
        DUTY_ROSTER = "duty_roster", "当番表"
        WORK_RECORD = "work_record", "作業記録"
        PHOTO = "photo", "写真"
        OTHER = "other", "その他"

    line = models.ForeignKey(
        TraceLine, models.PROTECT, related_name="proofs", verbose_name="追跡調査の課公所"
    )
    kind = models.CharField("証拠の種類", max_length=12, choices=Kind)
    period_from = models.DateField("対象期間の初日")
    period_to = models.DateField("対象期間の末日")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="findings_trace_proof_period",
                condition=models.Q(period_to__gte=models.F("period_from")),
            ),
        ]
        verbose_name = "追跡調査の証拠"

    def __str__(self) -> str:
        return f"{self.line_id} {self.kind}"
