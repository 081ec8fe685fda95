"""Programme → stages, questions, sheets → answers."""

from __future__ import annotations

from django.db import models

from tenken.files.models import StoredFile
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet
from tenken.policy.models import CheckCategory, CheckItemRevision


class ProgrammeQuerySet(ScopedQuerySet["Programme"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class Programme(models.Model):
    """One inspection campaign of a fiscal year. Its stages, dates and questions are the city's."""

    class Status(models.TextChoices):
        PLANNED = "planned", "準備中"
        LAUNCHED = "launched", "実施中"
        CLOSED = "closed", "終了"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    code = models.CharField("コード", max_length=20, default="yearly")
    name = models.CharField("名称", max_length=120)
    purpose = models.TextField("目的", max_length=2000, blank=True, default="")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.PLANNED)
    launched_on = models.DateField("開始日", null=True, blank=True)
    launched_at = models.DateTimeField("開始の記録日時", null=True, blank=True)
    closed_on = models.DateField("終了日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "code"], name="inspection_programme_code"),
            models.CheckConstraint(
                name="inspection_programme_dates",
                condition=models.Q(status="planned", launched_on__isnull=True, closed_on__isnull=True)
                | models.Q(status="launched", launched_on__isnull=False, closed_on__isnull=True)
                | models.Q(status="closed", launched_on__isnull=False, closed_on__isnull=False),
            ),
        ]
        verbose_name = "点検"

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """自己点検・改善取組・訪問調査・フォローアップ: a stage with its period, target and purpose (figure 1, document 001)."""

    class Kind(models.TextChoices):
        SELF_INSPECTION = "self_inspection", "自己点検"
        IMPROVEMENT = "improvement", "改善取組"
        VISIT = "visit", "訪問調査"
        FOLLOW_UP = "follow_up", "フォローアップ"
        OTHER = "other", "その他"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="stages", verbose_name="点検")
    order = models.PositiveSmallIntegerField("順")
    kind = models.CharField("種類", max_length=20, choices=Kind)
    name = models.CharField("名称", max_length=60)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    target = models.CharField("対象", max_length=200)
    purpose = models.TextField("目的", max_length=1000)
    outline = models.TextField("実施概要", max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "order"], name="inspection_stage_order"),
            models.CheckConstraint(
                name="inspection_stage_dates", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
        ]
        ordering = ["order"]
        verbose_name = "段階"

    def __str__(self) -> str:
        return self.name


class SheetForm(models.Model):
    """点検シートの様式: one version of the questions. Frozen (``sha256``) at launch; a later version replaces it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="forms", verbose_name="点検")
    version = models.PositiveSmallIntegerField("版")
    sha256 = models.CharField("ハッシュ", max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="inspection_form_version")
        ]
        verbose_name = "点検シートの様式"

    def __str__(self) -> str:
        return f"{self.programme_id} 第{self.version}版"


class Question(models.Model):
    """One line of the sheet: a revision of a bank item, under its 調査項目."""

    form = models.ForeignKey(SheetForm, models.PROTECT, related_name="questions", verbose_name="様式")
    order = models.PositiveSmallIntegerField("順")
    number = models.CharField("番号", max_length=10)
    category = models.ForeignKey(CheckCategory, models.PROTECT, verbose_name="調査項目")
    revision = models.ForeignKey(
        CheckItemRevision, models.PROTECT, related_name="questions", verbose_name="点検項目の版"
    )
    required = models.BooleanField("必須", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "order"], name="inspection_question_order"),
            models.UniqueConstraint(fields=["form", "revision"], name="inspection_question_once"),
        ]
        ordering = ["order"]
        verbose_name = "設問"

    def __str__(self) -> str:
        return self.number


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    pass


class Sheet(models.Model):
    """点検シート of one section. Answers are sparse: none exists until given. ``version`` guards against lost updates."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", "未着手"
        DRAFTING = "drafting", "記入中"
        SUBMITTED = "submitted", "承認待ち"
        RETURNED_BY_MANAGER = "returned_by_manager", "差戻し（情報管理者）"
        APPROVED = "approved", "提出済（受付待ち）"
        RETURNED_BY_SECRETARIAT = "returned_by_secretariat", "差戻し（事務局）"
        ACCEPTED = "accepted", "受付済"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sheets", verbose_name="点検")
    form = models.ForeignKey(SheetForm, models.PROTECT, related_name="sheets", verbose_name="様式")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sheets", verbose_name="組織")
    bureau = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, verbose_name="局・区")
    status = models.CharField("状態", max_length=24, choices=Status, default=Status.NOT_STARTED)
    version = models.PositiveIntegerField("版", default=1)
    submitted_on = models.DateField("提出日", null=True, blank=True)
    accepted_on = models.DateField("受付日", null=True, blank=True)
    issues = models.PositiveSmallIntegerField("課題数", default=0)

    objects = SheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "unit"], name="inspection_sheet_once"),
            models.CheckConstraint(
                name="inspection_sheet_accepted_has_date",
                condition=~models.Q(status="accepted") | models.Q(accepted_on__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["programme", "status"], name="inspection_sheet_status")]
        verbose_name = "点検シート"

    def __str__(self) -> str:
        return f"{self.programme_id} {self.unit_id}"


class Answer(models.Model):
    """What a section says to one question."""

    class Verdict(models.TextChoices):
        CONFORMS = "conforms", "適合"
        ISSUE = "issue", "課題あり"
        NOT_APPLICABLE = "not_applicable", "該当なし"

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="answers", verbose_name="点検シート")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", verbose_name="設問")
    verdict = models.CharField("結果", max_length=16, choices=Verdict, blank=True, default="")
    reason = models.TextField("理由", max_length=2000, blank=True, default="")
    comment = models.TextField("コメント", max_length=2000, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)
    answered_by = models.CharField("記入者", max_length=64)
    answered_by_name = models.CharField("記入者名", max_length=100)
    answered_at = models.DateTimeField("記入日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "question"], name="inspection_answer_once"),
            models.CheckConstraint(
                name="inspection_answer_verdict",
                condition=models.Q(verdict__in=("", "conforms", "issue", "not_applicable")),
            ),
        ]
        verbose_name = "回答"

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.question_id} {self.verdict}"


class AnswerEvidence(AppendOnly):
    """A file that backs an answer. Taking it back adds a :class:`RemovedEvidence`; nothing is lost."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="evidence", verbose_name="回答")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "file"], name="inspection_evidence_once")]
        verbose_name = "回答の証拠"

    def __str__(self) -> str:
        return f"{self.answer_id} {self.file_id}"


class RemovedEvidence(AppendOnly):
    """Evidence taken back by the section before it was submitted."""

    evidence = models.OneToOneField(
        AnswerEvidence, models.PROTECT, related_name="removal", verbose_name="証拠"
    )
    removed_by = models.CharField("取消者", max_length=64)
    removed_at = models.DateTimeField("取消日時")

    class Meta:
        verbose_name = "取り消した証拠"

    def __str__(self) -> str:
        return str(self.evidence_id)


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
