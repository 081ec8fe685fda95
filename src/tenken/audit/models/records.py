"""What was looked at, what was found, what was done well."""

from __future__ import annotations

from django.db import models

from tenken.audit.models.visits import Visit
from tenken.files.models import StoredFile
from tenken.findings.models import Case, Finding
from tenken.inspection.models import Answer
from tenken.journal.models import AppendOnly
from tenken.policy.models import CheckCategory, CheckItemRevision


class VisitItem(models.Model):
    """One line of the checklist: a wording of the bank, what the section had said (frozen), what was seen.

    ``said`` '': the sheet did not ask it, or was not answered. ``because``: why it is looked at.
    """

    class Seen(models.TextChoices):
        AGREE = "agree", "一致"
        DISAGREE = "disagree", "相違"
        NOT_SEEN = "not_seen", "未確認"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="items", verbose_name="訪問調査")
    order = models.PositiveSmallIntegerField("順")
    category = models.ForeignKey(CheckCategory, models.PROTECT, related_name="+", verbose_name="調査項目")
    revision = models.ForeignKey(
        CheckItemRevision, models.PROTECT, related_name="+", verbose_name="点検項目の版"
    )
    because = models.CharField("確かめる理由", max_length=200, blank=True, default="")
    said = models.CharField("課公所の回答", max_length=16, choices=Answer.Verdict, blank=True, default="")
    said_reason = models.TextField("回答の理由", max_length=2000, blank=True, default="")
    said_comment = models.TextField("回答のコメント", max_length=2000, blank=True, default="")
    said_on = models.DateField("回答を写した日")
    seen = models.CharField("確かめた結果", max_length=10, choices=Seen, blank=True, default="")
    note = models.TextField("見たこと", max_length=2000, blank=True, default="")
    seen_by = models.CharField("記録者", max_length=64, blank=True, default="")
    seen_by_name = models.CharField("記録者の氏名", max_length=100, blank=True, default="")
    seen_at = models.DateTimeField("記録日時", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "revision"], name="audit_item_once"),
            models.CheckConstraint(
                name="audit_item_seen",
                condition=models.Q(seen__in=("", "agree", "disagree", "not_seen")),
            ),
        ]
        ordering = ["order"]
        verbose_name = "訪問調査の確認項目"

    def __str__(self) -> str:
        return f"{self.visit_id} {self.revision_id}"

    @property
    def contradicts(self) -> bool:
        """Whether the section had said that all is well, and it was seen otherwise."""
        return self.seen == self.Seen.DISAGREE and self.said in (
            Answer.Verdict.CONFORMS,
            Answer.Verdict.NOT_APPLICABLE,
        )


class Observation(models.Model):
    """指摘事項 of a visit. It becomes a finding when the visit is reported; ``item`` None: the checklist did not ask it.

    ``unreported``: the section had not said so itself, or was not asked.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="observations", verbose_name="訪問調査")
    number = models.PositiveSmallIntegerField("番号")
    item = models.ForeignKey(
        VisitItem, models.PROTECT, null=True, related_name="observations", verbose_name="確認項目"
    )
    item_code = models.CharField("点検項目", max_length=40, blank=True, default="")
    category_code = models.CharField("調査項目", max_length=40, blank=True, default="")
    title = models.CharField("指摘事項", max_length=500)
    detail = models.TextField("内容", max_length=2000, blank=True, default="")
    unreported = models.BooleanField("点検シートに記入がない", default=False)
    due_on = models.DateField("改善の期限", null=True, blank=True)
    finding = models.OneToOneField(
        Finding, models.PROTECT, null=True, related_name="observation_of", verbose_name="課題"
    )
    dropped_because = models.CharField("取り下げた理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="audit_observation_number"),
            models.CheckConstraint(
                name="audit_observation_dropped_before_report",
                condition=models.Q(finding__isnull=True) | models.Q(dropped_because=""),
            ),
        ]
        ordering = ["number"]
        verbose_name = "指摘事項"

    def __str__(self) -> str:
        return self.title


class GoodPractice(models.Model):
    """優良事例 seen on a visit. It is printed without the section's name unless the section allowed it."""

    class Permission(models.TextChoices):
        NOT_ASKED = "not_asked", "未照会"
        ASKED = "asked", "照会中"
        GIVEN = "given", "掲載可"
        REFUSED = "refused", "掲載不可"

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="good_practices", verbose_name="訪問調査")
    category_code = models.CharField("調査項目", max_length=40, blank=True, default="")
    text = models.TextField("優良事例", max_length=1000)
    permission = models.CharField(
        "課名の掲載", max_length=10, choices=Permission, default=Permission.NOT_ASKED
    )
    asked_by_name = models.CharField("照会した者", max_length=100, blank=True, default="")
    asked_on = models.DateField("照会日", null=True, blank=True)
    answered_by_name = models.CharField("答えた者", max_length=100, blank=True, default="")
    answered_on = models.DateField("回答日", null=True, blank=True)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="+", verbose_name="事例")
    dropped_because = models.CharField("取り下げた理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_practice_permission_whole",
                condition=~models.Q(permission__in=("given", "refused"))
                | (models.Q(answered_on__isnull=False) & ~models.Q(answered_by_name="")),
            )
        ]
        ordering = ["pk"]
        verbose_name = "優良事例"

    def __str__(self) -> str:
        return self.text[:40]


class VisitEvidence(AppendOnly):
    """A photograph or document of what was seen. Taking it back adds a :class:`RemovedVisitEvidence`."""

    item = models.ForeignKey(VisitItem, models.PROTECT, related_name="evidence", verbose_name="確認項目")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "file"], name="audit_evidence_once")]
        verbose_name = "訪問調査の証拠"

    def __str__(self) -> str:
        return f"{self.item_id} {self.file_id}"


class RemovedVisitEvidence(AppendOnly):
    """Evidence taken back before the visit was reported."""

    evidence = models.OneToOneField(
        VisitEvidence, models.PROTECT, related_name="removal", verbose_name="証拠"
    )
    removed_by = models.CharField("取消者", max_length=64)
    removed_at = models.DateTimeField("取消日時")

    class Meta:
        verbose_name = "取り消した訪問調査の証拠"

    def __str__(self) -> str:
        return str(self.evidence_id)
