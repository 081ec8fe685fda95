"""What an audit says: its items while they are drafted, what the audited were shown and answered, what was issued."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.audit.models.engagements import Engagement
from tenken.findings.models import Finding
from tenken.journal.models import AppendOnly


class ReportItem(models.Model):
    """One 指摘, 意見 … of an audit's report. ``viewpoint``: a code of ``Engagement.viewpoints``; '' for one that was seen
    from 3E・合規性 (``perspective``) or from none. ``origin_key`` names what it came from ("audit.observation:12"), once per
    audit. ``reference`` and ``finding`` come with the report; a dropped item stays, with its reason."""

    class Kind(models.TextChoices):
        EXCEPTION = "exception", "指摘"
        OPINION = "opinion", "意見"
        POTENTIAL = "potential", "リスク発現の可能性があるもの"
        ASSESSMENT = "assessment", "評価"
        GOOD_PRACTICE = "good_practice", "優良事例"

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="items", verbose_name="監査")
    kind = models.CharField("区分", max_length=14, choices=Kind)
    order = models.PositiveSmallIntegerField("並び順", default=0)
    viewpoint = models.CharField("着眼点", max_length=20, blank=True, default="")
    perspective = models.CharField("視点", max_length=14, choices=Finding.Perspective, blank=True, default="")
    title = models.CharField("件名", max_length=500)
    detail = models.TextField("内容", max_length=5000)
    recommendation = models.TextField("改善の提案", max_length=2000, blank=True, default="")
    aspect = models.CharField("運用面・技術面", max_length=12, choices=Finding.Aspect, blank=True, default="")
    item_code = models.CharField("点検項目", max_length=40, blank=True, default="")
    due_on = models.DateField("改善の期限", null=True, blank=True)
    origin_key = models.CharField("もとの記録", max_length=80, blank=True, default="")
    drafted_by = models.CharField("記録者", max_length=64)
    drafted_by_name = models.CharField("記録者の氏名", max_length=100)
    dropped_because = models.CharField("取り下げた理由", max_length=300, blank=True, default="")
    reference = models.CharField("報告書の番号", max_length=60, blank=True, default="")
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="report_items", verbose_name="課題"
    )
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "origin_key"],
                condition=~models.Q(origin_key="") & models.Q(dropped_because=""),
                name="audit_report_item_origin_once",
            ),
            models.UniqueConstraint(
                fields=["engagement", "reference"],
                condition=~models.Q(reference=""),
                name="audit_report_item_reference_once",
            ),
            models.CheckConstraint(
                name="audit_report_item_dropped_or_issued",
                condition=models.Q(dropped_because="") | models.Q(reference="", finding__isnull=True),
            ),
        ]
        ordering = ["order", "pk"]
        verbose_name = "監査報告書の項目"

    def __str__(self) -> str:
        return self.reference or self.title

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("report items are dropped, never deleted")


class ReportDraft(AppendOnly):
    """A draft as it was sent to the audited section for the facts: ``content`` is what it read, under its hash."""

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="drafts", verbose_name="監査")
    number = models.PositiveSmallIntegerField("回")
    sent_on = models.DateField("送付日")
    due_on = models.DateField("回答の期限")
    content = models.JSONField("内容")
    sha256 = models.CharField("ハッシュ", max_length=64)
    sent_by = models.CharField("送付者", max_length=64)
    sent_by_name = models.CharField("送付者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="audit_draft_number"),
            models.CheckConstraint(
                name="audit_draft_due_later", condition=models.Q(due_on__gt=models.F("sent_on"))
            ),
        ]
        ordering = ["number"]
        verbose_name = "報告書案"

    def __str__(self) -> str:
        return f"{self.engagement_id} 第{self.number}回"


class FactAnswer(models.Model):
    """What the audited section says of one item of a draft, and what the auditors make of a difference."""

    class Answer(models.TextChoices):
        AGREED = "agreed", "相違ない"
        DIFFERS = "differs", "相違がある"

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", "報告書を直した"
        KEPT = "kept", "報告書のままとした"
        DROPPED = "dropped", "項目を取り下げた"

    draft = models.ForeignKey(ReportDraft, models.PROTECT, related_name="answers", verbose_name="報告書案")
    item = models.ForeignKey(ReportItem, models.PROTECT, related_name="answers", verbose_name="項目")
    answer = models.CharField("回答", max_length=8, choices=Answer)
    words = models.TextField("相違の内容", max_length=2000, blank=True, default="")
    answered_by = models.CharField("回答者", max_length=64)
    answered_by_name = models.CharField("回答者の氏名", max_length=100)
    answered_on = models.DateField("回答日")
    outcome = models.CharField("相違への対応", max_length=10, choices=Outcome, blank=True, default="")
    reply = models.TextField("監査人の回答", max_length=2000, blank=True, default="")
    replied_by_name = models.CharField("対応した者", max_length=100, blank=True, default="")
    replied_on = models.DateField("対応日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "item"], name="audit_fact_answer_once"),
            models.CheckConstraint(
                name="audit_fact_answer_words",
                condition=models.Q(answer="agreed", words="", outcome="")
                | (models.Q(answer="differs") & ~models.Q(words="")),
            ),
            models.CheckConstraint(
                name="audit_fact_answer_replied_whole",
                condition=models.Q(outcome="", reply="", replied_on__isnull=True)
                | (~models.Q(outcome="") & ~models.Q(reply="") & models.Q(replied_on__isnull=False)),
            ),
        ]
        ordering = ["pk"]
        verbose_name = "報告書案への回答"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.item_id} {self.answer}"


class IssuedReport(AppendOnly):
    """The report as it was issued: ``content`` never changes again, ``sha256`` is over it (``tenken journal verify``)."""

    engagement = models.OneToOneField(Engagement, models.PROTECT, related_name="issued", verbose_name="監査")
    content = models.JSONField("内容")
    sha256 = models.CharField("ハッシュ", max_length=64)
    issued_on = models.DateField("報告日")
    issued_by = models.CharField("報告者", max_length=64)
    issued_by_name = models.CharField("報告者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        verbose_name = "発行した監査報告書"

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.issued_on}"
