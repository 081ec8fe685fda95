"""Questions of auditors to a section, its answers in several rounds, what of them is withheld, and requests for material."""

from __future__ import annotations

from typing import Any

from django.db import models

from tenken.audit.models.engagements import Engagement
from tenken.files.models import StoredFile
from tenken.organization.models import Unit
from tenken.organization.scoping import ScopedQuerySet


class OfEngagement(ScopedQuerySet[Any]):
    """Rows that belong to an audit, and so to its section."""

    unit_path = "engagement__unit"
    city_path = "engagement__city"


class Question(models.Model):
    """質問: Q1, Q2 … of an audit, to one section; the number is never given again. Follow-ups are its further rounds."""

    class Status(models.TextChoices):
        ASKED = "asked", "回答待ち"
        ANSWERED = "answered", "回答済"
        CLOSED = "closed", "確認済"
        WITHDRAWN = "withdrawn", "取下げ"

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="questions", verbose_name="監査")
    number = models.PositiveSmallIntegerField("番号")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="宛先")
    topic = models.CharField("件名", max_length=200, blank=True, default="")
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.ASKED)
    withdrawn_because = models.CharField("取り下げた理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="audit_question_number"),
            models.CheckConstraint(
                name="audit_question_withdrawn_why",
                condition=(models.Q(status="withdrawn") & ~models.Q(withdrawn_because=""))
                | (~models.Q(status="withdrawn") & models.Q(withdrawn_because="")),
            ),
        ]
        ordering = ["number"]
        verbose_name = "質問"

    def __str__(self) -> str:
        return f"Q{self.number}"


class QuestionRound(models.Model):
    """One round of a question: what is asked, by when, and who answered. The second round of Q1 is Q1-2."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="rounds", verbose_name="質問")
    round = models.PositiveSmallIntegerField("回")
    text = models.TextField("質問", max_length=4000)
    asked_on = models.DateField("質問日")
    due_on = models.DateField("回答期限")
    asked_by = models.CharField("質問者", max_length=64)
    asked_by_name = models.CharField("質問者の氏名", max_length=100)
    answered_on = models.DateField("回答日", null=True, blank=True)
    answered_by = models.CharField("回答者", max_length=64, blank=True, default="")
    answered_by_name = models.CharField("回答者の氏名", max_length=100, blank=True, default="")
    answered_by_title = models.CharField("回答者の職名", max_length=160, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "round"], name="audit_question_round"),
            models.CheckConstraint(
                name="audit_question_answered_whole",
                condition=models.Q(answered_on__isnull=True, answered_by="", answered_by_name="")
                | (
                    models.Q(answered_on__isnull=False)
                    & ~models.Q(answered_by="")
                    & ~models.Q(answered_by_name="")
                ),
            ),
        ]
        ordering = ["question", "round"]
        verbose_name = "質問の回"

    def __str__(self) -> str:
        return f"{self.question}{f'-{self.round}' if self.round > 1 else ''}"


class Withheld(models.Model):
    """What may be kept out of the published summary: for which reason, on what legal ground, and who still sees it.

    ``public_text``: what is published in its place when only a part is left out.
    """

    class Audience(models.TextChoices):
        AUDITORS = "auditors", "この監査の監査人"
        LEAD = "lead", "主任監査人だけ"

    withheld_because = models.CharField("省略する理由", max_length=300, blank=True, default="")
    legal_ground = models.CharField("根拠", max_length=300, blank=True, default="")
    audience = models.CharField("見られる者", max_length=10, choices=Audience, blank=True, default="")
    withheld_by_name = models.CharField("省略を決めた者", max_length=100, blank=True, default="")
    withheld_on = models.DateField("省略を決めた日", null=True, blank=True)
    public_text = models.TextField("公表する文", max_length=4000, blank=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="audit_%(class)s_withheld_whole",
                condition=models.Q(
                    withheld_because="",
                    legal_ground="",
                    audience="",
                    withheld_by_name="",
                    withheld_on__isnull=True,
                    public_text="",
                )
                | (
                    ~models.Q(withheld_because="")
                    & ~models.Q(legal_ground="")
                    & ~models.Q(audience="")
                    & ~models.Q(withheld_by_name="")
                    & models.Q(withheld_on__isnull=False)
                ),
            )
        ]

    @property
    def is_withheld(self) -> bool:
        return bool(self.withheld_because)


class AnswerPart(Withheld):
    """One part of an answer ((1), (2) … each with its heading); fixed once the answer is handed in."""

    round = models.ForeignKey(QuestionRound, models.PROTECT, related_name="parts", verbose_name="質問の回")
    order = models.PositiveSmallIntegerField("順")
    heading = models.CharField("見出し", max_length=200, blank=True, default="")
    text = models.TextField("回答", max_length=8000)

    class Meta(Withheld.Meta):
        constraints = [
            *Withheld.Meta.constraints,
            models.UniqueConstraint(fields=["round", "order"], name="audit_answer_part_order"),
        ]
        ordering = ["round", "order"]
        verbose_name = "回答の部分"

    def __str__(self) -> str:
        return f"{self.round_id} {self.order}"


class AnswerFile(Withheld):
    """別紙: a file handed in with an answer, under the name the answer calls it by. Taken back only before it is handed in."""

    round = models.ForeignKey(QuestionRound, models.PROTECT, related_name="files", verbose_name="質問の回")
    label = models.CharField("別紙の名", max_length=60)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    removed_on = models.DateField("取り消した日", null=True, blank=True)

    class Meta(Withheld.Meta):
        ordering = ["pk"]
        verbose_name = "回答の別紙"

    def __str__(self) -> str:
        return self.label


class EvidenceRequest(models.Model):
    """資料の依頼: what is wanted from whom by when; with a question, or by itself. R-1, R-2 … of an audit."""

    class Status(models.TextChoices):
        REQUESTED = "requested", "依頼中"
        RECEIVED = "received", "受領"
        NOT_AVAILABLE = "not_available", "提出なし"

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="requests", verbose_name="監査")
    number = models.PositiveSmallIntegerField("番号")
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="質問"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="依頼先")
    what = models.CharField("資料", max_length=300)
    asked_on = models.DateField("依頼日")
    due_on = models.DateField("期限")
    asked_by_name = models.CharField("依頼者の氏名", max_length=100)
    status = models.CharField("状態", max_length=14, choices=Status, default=Status.REQUESTED)
    reason = models.CharField("提出できない理由", max_length=500, blank=True, default="")
    settled_on = models.DateField("受領日・回答日", null=True, blank=True)
    settled_by_name = models.CharField("提出・回答した者", max_length=100, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="audit_request_number"),
            models.CheckConstraint(
                name="audit_request_settled_whole",
                condition=models.Q(status="requested", reason="", settled_on__isnull=True, settled_by_name="")
                | (
                    models.Q(status="received", reason="", settled_on__isnull=False)
                    & ~models.Q(settled_by_name="")
                )
                | (
                    models.Q(status="not_available", settled_on__isnull=False)
                    & ~models.Q(reason="")
                    & ~models.Q(settled_by_name="")
                ),
            ),
        ]
        ordering = ["number"]
        verbose_name = "資料の依頼"

    def __str__(self) -> str:
        return f"R-{self.number}"
