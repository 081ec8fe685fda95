"""What sections say, and what backs it."""

from __future__ import annotations

from django.db import models

from tenken.files.models import StoredFile
from tenken.inspection.models.forms import Question
from tenken.inspection.models.sheets import Sheet
from tenken.journal.models import AppendOnly


class Answer(models.Model):
    """What a section says to one question. ``carried_from``: an earlier, still valid answer it stands by."""

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
    carried_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="引き継いだ回答"
    )
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
        indexes = [
            # The boards ask for the few answers that are issues, over ten years of sheets.
            models.Index(
                fields=["sheet", "question"],
                name="inspection_answer_issues",
                condition=models.Q(verdict="issue"),
            )
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
