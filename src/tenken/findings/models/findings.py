"""Findings and what was done about them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.files.models import StoredFile
from tenken.findings.models.sources import AuditReport
from tenken.findings.states import MEASURE_LEVELS, REASONS
from tenken.journal.models import AppendOnly
from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class FindingQuerySet(ScopedQuerySet["Finding"]):
    pass


class FindingCounter(models.Model):
    """The last number given in a city's fiscal year. Its row is locked while numbers are given: none twice, none again."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最後の番号", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "fiscal_year"], name="findings_counter")]
        verbose_name = "課題の番号"

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.last}"


class Finding(models.Model):
    """課題: something in a unit that does not meet a clause.

    ``origin`` says where it came from, ``origin_key`` the row there ("inspection.answer:12"); ``item_code`` and
    ``category_code`` tie it to the bank so that years compare. ``status`` moves only by ``findings.states``.
    ``number`` is given once per city and year and never again. ``version`` rises by one with each change and with it one
    :class:`FindingEvent`. ``closed_as_not_improved``: it was 未改善 when the improvement stage ended, whatever came later.

    ``cause`` and ``immediate_action`` are why it came about and what was done at once, before ``plan`` keeps it from
    coming back (情報セキュリティ発見事項報告書兼是正処置計画報告書, document 004).

    ``measure_level`` says whether the measure is the section's daily work or the bureau's environment (document 001,
    資料1 1(2)③); then ``measure_bureau`` is who has to see to it. What cannot be fixed carries its reason
    (``not_improved_reason``), the measure that lowers the risk instead, the day it is looked at again, and who found the
    reason true and how (2(2)①④). ``aspect``: 運用面 or 技術面 (図5); '' where the bank does not say.

    ``kind`` says what the finding is called where it comes from (document 002); ``track`` which of two ways it is
    answered: improvement (plan and report of the section) or measures (dated ``Measure`` rows told to the auditors).
    ``report``, ``reference``, ``viewpoint``, ``perspective`` and ``report_order`` place it in an audit report as
    published: 「指摘（3）①」 under 着眼点（3）; ``heading`` is printed above the first of several parts (ア, イ) of one matter.
    ``unpublished_because``: its content is left out of what the city publishes, and why.
    ``follows``: the closed finding of which this is the return. ``assessment`` and ``good_practice`` want no answer.
    """

    class Origin(models.TextChoices):
        SELF_INSPECTION = "self_inspection", "自己点検"
        VISIT = "visit", "訪問調査"
        TRACE = "trace", "追跡調査"
        AUDIT = "audit", "監査"
        EXTERNAL_AUDIT = "external_audit", "外部の監査"
        SCAN = "scan", "技術監査（診断）"
        EXTENT = "extent", "横展開の確認"
        ALERT = "alert", "アラート"

    class Kind(models.TextChoices):
        ISSUE = "issue", "課題"
        EXCEPTION = "exception", "指摘"
        OPINION = "opinion", "意見"
        POTENTIAL = "potential", "リスク発現の可能性があるもの"
        ASSESSMENT = "assessment", "評価"
        GOOD_PRACTICE = "good_practice", "優良事例"

    class Track(models.TextChoices):
        IMPROVEMENT = "improvement", "改善計画と改善報告"
        MEASURES = "measures", "措置の報告"

    class Perspective(models.TextChoices):
        ECONOMY = "economy", "経済性"
        EFFICIENCY = "efficiency", "効率性"
        EFFECTIVENESS = "effectiveness", "有効性"
        COMPLIANCE = "compliance", "合規性"

    class Aspect(models.TextChoices):
        OPERATIONAL = "operational", "運用面"
        TECHNICAL = "technical", "技術面"

    class Risk(models.TextChoices):
        LOW = "low", "低"
        MEDIUM = "medium", "中"
        HIGH = "high", "高"

    class Status(models.TextChoices):
        OPEN = "open", "改善計画の作成待ち"
        PLANNED = "planned", "改善中"
        REPORTED = "reported", "改善報告済（確認待ち）"
        VERIFIED = "verified", "改善済"
        NOT_IMPROVED = "not_improved", "未改善"
        CANNOT_FIX = "cannot_fix", "改善困難（確認待ち）"
        TREATED = "treated", "リスク低減策で管理"
        NOT_STARTED = "not_started", "未着手"
        CONSIDERING = "considering", "検討中"
        CONTINUING = "continuing", "継続努力"
        PROMISED = "promised", "措置済（予定を含む）"
        MEASURED = "measured", "措置済（確認待ち）"
        NOTED = "noted", "記録（対応不要）"
        WITHDRAWN = "withdrawn", "取下げ"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings", verbose_name="組織")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("番号")
    origin = models.CharField("出所", max_length=20, choices=Origin)
    origin_key = models.CharField("出所の記録", max_length=80)
    item_code = models.CharField("点検項目", max_length=40, blank=True, default="")
    category_code = models.CharField("調査項目", max_length=40, blank=True, default="")
    title = models.CharField("課題", max_length=500)
    detail = models.TextField("内容", max_length=5000, blank=True, default="")
    kind = models.CharField("区分", max_length=14, choices=Kind, default=Kind.ISSUE)
    track = models.CharField("対応のしかた", max_length=12, choices=Track, default=Track.IMPROVEMENT)
    aspect = models.CharField("運用面・技術面", max_length=12, choices=Aspect, blank=True, default="")
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="情報システム",
    )
    report = models.ForeignKey(
        AuditReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name="監査結果報告書",
    )
    reference = models.CharField("報告書の番号", max_length=60, blank=True, default="")
    viewpoint = models.CharField("着眼点", max_length=20, blank=True, default="")
    perspective = models.CharField("視点", max_length=14, choices=Perspective, blank=True, default="")
    heading = models.CharField("見出し", max_length=500, blank=True, default="")
    report_order = models.PositiveSmallIntegerField("報告書の順", default=0)
    unpublished_because = models.CharField("公表しない理由", max_length=300, blank=True, default="")
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="以前の課題"
    )
    status = models.CharField("状態", max_length=14, choices=Status, default=Status.OPEN)
    opened_on = models.DateField("発生日")
    due_on = models.DateField("期限", null=True, blank=True)
    closed_on = models.DateField("完了日", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    cause = models.TextField("原因", max_length=2000, blank=True, default="")
    immediate_action = models.TextField("応急処置", max_length=2000, blank=True, default="")
    plan = models.TextField("改善計画", max_length=4000, blank=True, default="")
    plan_owner = models.CharField("担当", max_length=100, blank=True, default="")
    plan_due_on = models.DateField("改善予定日", null=True, blank=True)
    plan_needs_budget = models.BooleanField("予算が必要", default=False)
    action = models.TextField("改善内容", max_length=4000, blank=True, default="")
    action_on = models.DateField("改善実施日", null=True, blank=True)
    not_improved_reason = models.CharField(
        "未改善の理由", max_length=20, choices=list(REASONS.items()), blank=True, default=""
    )
    not_improved_note = models.TextField("未改善の説明", max_length=2000, blank=True, default="")

    measure_level = models.CharField(
        "対策の区分", max_length=12, choices=list(MEASURE_LEVELS.items()), blank=True, default=""
    )
    measure_bureau = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="対策を行う局・区"
    )
    budget_yen = models.PositiveBigIntegerField("予算額（円）", null=True, blank=True)
    budget_year = models.PositiveSmallIntegerField("予算の年度", null=True, blank=True)

    compensating_measure = models.TextField("リスク低減策", max_length=4000, blank=True, default="")
    residual_risk = models.CharField("残るリスク", max_length=8, choices=Risk, blank=True, default="")
    residual_risk_note = models.TextField("残るリスクの説明", max_length=2000, blank=True, default="")
    review_on = models.DateField("見直し日", null=True, blank=True)
    confirmed_by = models.CharField("理由を確認した者", max_length=64, blank=True, default="")
    confirmed_by_name = models.CharField("理由を確認した者の氏名", max_length=100, blank=True, default="")
    confirmed_on = models.DateField("理由の確認日", null=True, blank=True)
    confirmed_how = models.TextField("理由の確認方法", max_length=2000, blank=True, default="")

    closed_as_not_improved = models.BooleanField("改善取組の終了時に未改善", default=False)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "number"], name="findings_number"),
            models.UniqueConstraint(
                fields=["city", "origin_key"],
                condition=~models.Q(status="withdrawn"),
                name="findings_origin_once",
            ),
            models.CheckConstraint(
                name="findings_not_improved_has_reason",
                condition=(~models.Q(status="not_improved") & models.Q(closed_as_not_improved=False))
                | ~models.Q(not_improved_reason=""),
            ),
            models.CheckConstraint(
                name="findings_reported_has_action",
                condition=~models.Q(status__in=("reported", "verified"))
                | (models.Q(action_on__isnull=False) & ~models.Q(action="")),
            ),
            models.CheckConstraint(
                name="findings_planned_has_plan",
                condition=~models.Q(status="planned")
                | (models.Q(plan_due_on__isnull=False) & ~models.Q(plan="")),
            ),
            models.CheckConstraint(
                name="findings_status_known",
                condition=models.Q(
                    status__in=(
                        "open",
                        "planned",
                        "reported",
                        "verified",
                        "not_improved",
                        "cannot_fix",
                        "treated",
                        "not_started",
                        "considering",
                        "continuing",
                        "promised",
                        "measured",
                        "noted",
                        "withdrawn",
                    )
                ),
            ),
            models.CheckConstraint(
                name="findings_closed_has_date",
                condition=models.Q(status__in=("verified", "noted", "withdrawn"), closed_on__isnull=False)
                | (
                    ~models.Q(status__in=("verified", "noted", "withdrawn"))
                    & models.Q(closed_on__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="findings_cannot_fix_whole",
                condition=(
                    models.Q(status__in=("cannot_fix", "treated"), review_on__isnull=False)
                    & ~models.Q(not_improved_reason="")
                    & ~models.Q(compensating_measure="")
                )
                | (
                    ~models.Q(status__in=("cannot_fix", "treated"))
                    & models.Q(
                        review_on__isnull=True,
                        compensating_measure="",
                        residual_risk="",
                        residual_risk_note="",
                    )
                ),
            ),
            models.CheckConstraint(
                name="findings_treated_is_confirmed",
                condition=(
                    models.Q(status="treated", confirmed_on__isnull=False)
                    & ~models.Q(confirmed_by="")
                    & ~models.Q(confirmed_by_name="")
                    & ~models.Q(confirmed_how="")
                )
                | (
                    ~models.Q(status="treated")
                    & models.Q(
                        confirmed_on__isnull=True, confirmed_by="", confirmed_by_name="", confirmed_how=""
                    )
                ),
            ),
            models.CheckConstraint(
                name="findings_status_of_its_track",
                condition=models.Q(
                    track="measures",
                    status__in=(
                        "not_started",
                        "considering",
                        "continuing",
                        "promised",
                        "measured",
                        "verified",
                        "noted",
                        "withdrawn",
                    ),
                )
                | (
                    models.Q(track="improvement")
                    & ~models.Q(
                        status__in=("not_started", "considering", "continuing", "promised", "measured")
                    )
                ),
            ),
            models.CheckConstraint(
                name="findings_noted_wants_no_answer",
                condition=models.Q(
                    kind__in=("assessment", "good_practice"), status__in=("noted", "withdrawn")
                )
                | (~models.Q(kind__in=("assessment", "good_practice")) & ~models.Q(status="noted")),
            ),
            models.CheckConstraint(
                name="findings_measures_answer_a_report",
                condition=~models.Q(track="measures") | models.Q(report__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["report", "reference"],
                condition=models.Q(report__isnull=False)
                & ~models.Q(reference="")
                & ~models.Q(status="withdrawn"),
                name="findings_reference_once",
            ),
            models.CheckConstraint(
                name="findings_environment_names_bureau",
                condition=models.Q(measure_level="environment", measure_bureau__isnull=False)
                | (models.Q(measure_level__in=("", "daily")) & models.Q(measure_bureau__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "fiscal_year", "category_code"], name="findings_year_category"),
            models.Index(fields=["unit", "status"], name="findings_unit_status"),
            models.Index(fields=["city", "item_code", "fiscal_year"], name="findings_item_year"),
            models.Index(fields=["report", "report_order"], name="findings_report_order"),
            models.Index(fields=["system", "status"], name="findings_system_status"),
        ]
        verbose_name = "課題"

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.number}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("findings are withdrawn, never deleted")


class FindingEvent(AppendOnly):
    """One step in a finding's life, as people read it: who did what when, with what words."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events", verbose_name="課題")
    event = models.CharField("できごと", max_length=20)
    status = models.CharField("その後の状態", max_length=14)
    by_code = models.CharField("行った者", max_length=64)
    by_name = models.CharField("氏名", max_length=100)
    comment = models.TextField("内容", max_length=4000, blank=True, default="")
    happened_on = models.DateField("業務日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        ordering = ["pk"]
        verbose_name = "課題の経過"

    def __str__(self) -> str:
        return f"{self.finding_id} {self.event}"


class FindingEvidence(AppendOnly):
    """A file that shows what was done."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence", verbose_name="課題")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="ファイル")
    added_by = models.CharField("登録者", max_length=64)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "file"], name="findings_evidence_once")]
        verbose_name = "課題の証拠"

    def __str__(self) -> str:
        return f"{self.finding_id} {self.file_id}"
