"""Fieldwork (往査): the checklist, tables handed in, counts that do not add up, working papers."""

from __future__ import annotations

from django.db import models

from tenken.audit.models.engagements import Engagement
from tenken.audit.models.questions import OfEngagement, Question
from tenken.audit.models.records import VisitItem
from tenken.audit.models.reports import ReportItem
from tenken.files.models import StoredFile
from tenken.inspection.models import Answer
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.policy.models import CheckCategory, CheckItemRevision


class FieldworkSettings(models.Model):
    """What a city settles for its audits: how many fiscal years after that of the report evidence is kept."""

    city = models.OneToOneField(City, models.PROTECT, verbose_name="市")
    papers_kept_years = models.PositiveSmallIntegerField("監査調書の保存年数", default=5)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        verbose_name = "監査の実施の設定"

    def __str__(self) -> str:
        return f"{self.papers_kept_years}年"


class ChecklistLine(models.Model):
    """One line of an audit's own checklist: a wording of the bank, what the audited had said (frozen), the result.

    An audit with a visit that has lines looks at those (:class:`VisitItem`) and has none of these.
    """

    class Result(models.TextChoices):
        CONFORMS = "conforms", "適合"
        ISSUE = "issue", "不備"
        UNCONFIRMED = "unconfirmed", "確認できない"
        NOT_APPLICABLE = "not_applicable", "該当なし"

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="lines", verbose_name="監査")
    order = models.PositiveSmallIntegerField("順")
    category = models.ForeignKey(CheckCategory, models.PROTECT, related_name="+", verbose_name="調査項目")
    revision = models.ForeignKey(
        CheckItemRevision, models.PROTECT, related_name="+", verbose_name="点検項目の版"
    )
    said = models.CharField("自己点検の回答", max_length=16, choices=Answer.Verdict, blank=True, default="")
    said_reason = models.TextField("回答の理由", max_length=2000, blank=True, default="")
    said_comment = models.TextField("回答のコメント", max_length=2000, blank=True, default="")
    said_on = models.DateField("回答を写した日")
    result = models.CharField("結果", max_length=16, choices=Result, blank=True, default="")
    note = models.TextField("確かめたこと", max_length=2000, blank=True, default="")
    recorded_by = models.CharField("記録者", max_length=64, blank=True, default="")
    recorded_by_name = models.CharField("記録者の氏名", max_length=100, blank=True, default="")
    recorded_at = models.DateTimeField("記録日時", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=0)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "revision"], name="audit_line_once"),
            models.CheckConstraint(
                name="audit_line_recorded_whole",
                condition=models.Q(result="", recorded_at__isnull=True)
                | (~models.Q(recorded_by="") & models.Q(recorded_at__isnull=False)),
            ),
        ]
        ordering = ["order"]
        verbose_name = "監査チェックリストの項目"

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.revision_id}"


class HandedInTable(models.Model):
    """A table handed in: its cells as published, which never change, and what its columns and rows are taken for."""

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="tables", verbose_name="監査")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("表の名", max_length=200)
    source = models.CharField("出どころ", max_length=200)
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="tables", verbose_name="質問"
    )
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ファイル"
    )
    heads = models.JSONField("見出し")
    rows = models.JSONField("記載の値")
    columns = models.JSONField("列の種類")
    row_kinds = models.JSONField("行の種類")
    added_by = models.CharField("登録者", max_length=64)
    added_by_name = models.CharField("登録者の氏名", max_length=100)
    added_on = models.DateField("登録日")
    version = models.PositiveIntegerField("版", default=1)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="audit_handed_in_table_number")
        ]
        ordering = ["number"]
        verbose_name = "提出された表"

    def __str__(self) -> str:
        return f"T-{self.number}"


class Reconciliation(models.Model):
    """数の照合: figures that should be the same and are not, until the difference is explained, or stands unexplained.

    ``asked_on``: from when the audited section sees it, to explain. ``table``, ``row``, ``column``: the cell it came from.
    """

    class Status(models.TextChoices):
        OPEN = "open", "未説明"
        EXPLAINED = "explained", "説明あり"
        ACCEPTED = "accepted", "説明を了承"
        UNEXPLAINED = "unexplained", "説明がつかない"

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="reconciliations", verbose_name="監査"
    )
    number = models.PositiveSmallIntegerField("番号")
    subject = models.CharField("照合すること", max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="照会先")
    asked_on = models.DateField("照会日", null=True, blank=True)
    due_on = models.DateField("回答期限", null=True, blank=True)
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.OPEN)
    decided_because = models.CharField("判断の理由", max_length=500, blank=True, default="")
    decided_by_name = models.CharField("判断した者", max_length=100, blank=True, default="")
    decided_on = models.DateField("判断した日", null=True, blank=True)
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, blank=True, related_name="reconciliations", verbose_name="質問"
    )
    table = models.ForeignKey(
        HandedInTable,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reconciliations",
        verbose_name="提出された表",
    )
    row = models.PositiveSmallIntegerField("行", null=True, blank=True)
    column = models.PositiveSmallIntegerField("列", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="audit_reconciliation_number"),
            models.UniqueConstraint(
                fields=["table", "row", "column"],
                condition=models.Q(table__isnull=False),
                name="audit_reconciliation_cell_once",
            ),
            models.CheckConstraint(
                name="audit_reconciliation_decided_whole",
                condition=(
                    models.Q(status__in=("accepted", "unexplained"), decided_on__isnull=False)
                    & ~models.Q(decided_because="")
                    & ~models.Q(decided_by_name="")
                )
                | models.Q(
                    status__in=("open", "explained"),
                    decided_on__isnull=True,
                    decided_because="",
                    decided_by_name="",
                ),
            ),
        ]
        ordering = ["number"]
        verbose_name = "数の照合"

    def __str__(self) -> str:
        return f"C-{self.number}"


class ReconciledFigure(AppendOnly):
    """One of the figures that are held against each other: where it stands, what it says, of which day."""

    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, related_name="figures", verbose_name="数の照合"
    )
    order = models.PositiveSmallIntegerField("順")
    source = models.CharField("出どころ", max_length=200)
    value = models.DecimalField("数", max_digits=24, decimal_places=6)
    unit = models.CharField("単位", max_length=20, blank=True, default="")
    as_of = models.DateField("時点", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reconciliation", "order"], name="audit_reconciled_figure_order")
        ]
        ordering = ["order"]
        verbose_name = "照合する数"

    def __str__(self) -> str:
        return f"{self.source} {self.value}"


class Explanation(AppendOnly):
    """What somebody said the difference comes from; ``calculation`` (100×27=2,700) was worked out again when written."""

    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, related_name="explanations", verbose_name="数の照合"
    )
    text = models.TextField("説明", max_length=2000)
    calculation = models.CharField("計算", max_length=200, blank=True, default="")
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="根拠の資料"
    )
    by_code = models.CharField("説明した者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    explained_on = models.DateField("説明日")

    class Meta:
        ordering = ["pk"]
        verbose_name = "差異の説明"

    def __str__(self) -> str:
        return self.text[:40]


class WorkingPaper(AppendOnly):
    """監査調書: A-1, A-2 … of an audit, sealed by a hash over its text and files as it is written.

    A correction is a new paper that ``supersedes`` it, with the reason. Rows are never changed or deleted.
    """

    class Kind(models.TextChoices):
        CHECKLIST = "checklist", "チェックリスト"
        EVIDENCE = "evidence", "証拠資料"
        INTERVIEW = "interview", "聞き取り"
        OBSERVATION = "observation", "観察"
        PHOTOGRAPH = "photograph", "写真"
        CALCULATION = "calculation", "計算"
        OTHER = "other", "その他"

    engagement = models.ForeignKey(Engagement, models.PROTECT, related_name="papers", verbose_name="監査")
    series = models.CharField("区分記号", max_length=1)
    number = models.PositiveSmallIntegerField("番号")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    title = models.CharField("件名", max_length=200)
    text = models.TextField("内容", max_length=20000, blank=True, default="")
    source = models.CharField("入手先・相手", max_length=200, blank=True, default="")
    made_on = models.DateField("実施日")
    by_code = models.CharField("作成者", max_length=64)
    by_name = models.CharField("作成者の氏名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name="差し替える調書"
    )
    superseded_because = models.CharField("差し替える理由", max_length=300, blank=True, default="")
    sha256 = models.CharField("ハッシュ", max_length=64)

    objects = OfEngagement.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "series", "number"], name="audit_paper_number"),
            models.CheckConstraint(
                name="audit_paper_supersedes_why",
                condition=models.Q(supersedes__isnull=True, superseded_because="")
                | (models.Q(supersedes__isnull=False) & ~models.Q(superseded_because="")),
            ),
        ]
        ordering = ["series", "number"]
        verbose_name = "監査調書"

    def __str__(self) -> str:
        return f"{self.series}-{self.number}"


class WorkingPaperFile(AppendOnly):
    """A file of a working paper: its hash is part of the paper's."""

    paper = models.ForeignKey(WorkingPaper, models.PROTECT, related_name="files", verbose_name="監査調書")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "file"], name="audit_paper_file_once")]
        ordering = ["pk"]
        verbose_name = "監査調書のファイル"

    def __str__(self) -> str:
        return f"{self.paper_id} {self.file_id}"


class PaperLink(AppendOnly):
    """What a working paper is the evidence of: a line of the checklist, a question, a count, an item of the report."""

    paper = models.ForeignKey(WorkingPaper, models.PROTECT, related_name="links", verbose_name="監査調書")
    line = models.ForeignKey(
        ChecklistLine, models.PROTECT, null=True, related_name="papers", verbose_name="確認項目"
    )
    visit_item = models.ForeignKey(
        VisitItem, models.PROTECT, null=True, related_name="papers", verbose_name="訪問調査の確認項目"
    )
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, related_name="papers", verbose_name="質問"
    )
    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, null=True, related_name="papers", verbose_name="数の照合"
    )
    item = models.ForeignKey(
        ReportItem, models.PROTECT, null=True, related_name="papers", verbose_name="報告書の項目"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = "監査調書の参照先"

    def __str__(self) -> str:
        return f"{self.paper_id}"
