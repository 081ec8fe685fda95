"""検索の記録: who searched the operation logs, for which purpose, what was shown and taken out; samples and notices."""

from __future__ import annotations

from django.db import models

from tenken.files.models import StoredFile
from tenken.organization.models import City, Person, Unit
from tenken.organization.scoping import ScopedQuerySet


class SearchRecordQuerySet(ScopedQuerySet["SearchRecord"]):
    unit_path = None
    city_path = "city"


class SavedSearchQuerySet(ScopedQuerySet["SavedSearch"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class ViewSampleQuerySet(ScopedQuerySet["ViewSample"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class SearchPurpose(models.Model):
    """Why a person looks into operation logs: stated once for a session of work, until ``expires_at`` or a new one."""

    class Kind(models.TextChoices):
        INCIDENT = "incident", "事故・異常の調査"
        ALERT = "alert", "アラートの確認"
        AUDIT = "audit", "監査・点検"
        SAMPLE = "sample", "業務データ閲覧の抜取り確認"
        INQUIRY = "inquiry", "照会・開示請求への対応"
        SUPPORT = "support", "職員からの問合せへの対応"
        OPERATION = "operation", "システムの運用・障害対応"
        OTHER = "other", "その他"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="検索した者")
    kind = models.CharField("目的", max_length=10, choices=Kind)
    text = models.CharField("目的の内容", max_length=200)
    stated_at = models.DateTimeField("申告日時")
    expires_at = models.DateTimeField("有効期限")
    ended_at = models.DateTimeField("終了日時", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-stated_at"], name="telemetry_purpose_person")]
        verbose_name = "検索の目的"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text}"


class SearchRecord(models.Model):
    """One search: who, when, why, by which conditions; how many events of it were shown, and whether it was taken out.

    ``criteria`` is ``search.criteria.Criteria.as_json()``; ``summary`` says it in words. ``shown`` grows as the person
    scrolls on. Never deleted but by the rule of retention.
    """

    class Kind(models.TextChoices):
        SEARCH = "search", "検索"
        TERMINAL_DAY = "terminal_day", "端末の1日"
        PERSON_DAY = "person_day", "職員の1日"
        FILE_LIFE = "file_life", "ファイルの経過"
        EVENT = "event", "操作の詳細"
        EXPORT = "export", "出力"
        SAMPLE = "sample", "抜取り"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="検索した者")
    purpose = models.ForeignKey(SearchPurpose, models.PROTECT, related_name="searches", verbose_name="目的")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    searched_at = models.DateTimeField("検索日時")
    criteria = models.JSONField("条件", default=dict)
    summary = models.CharField("条件の内容", max_length=500)
    shown = models.PositiveIntegerField("表示した件数", default=0)
    exported = models.BooleanField("出力", default=False)

    objects = SearchRecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["city", "-searched_at"], name="telemetry_search_time"),
            models.Index(fields=["person", "-searched_at"], name="telemetry_search_person"),
        ]
        verbose_name = "検索の記録"

    def __str__(self) -> str:
        return self.summary


class SavedSearch(models.Model):
    """Conditions kept under a name, for oneself or for all who search in the city."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="作成者")
    name = models.CharField("名称", max_length=80)
    query = models.CharField("条件", max_length=2000)
    summary = models.CharField("条件の内容", max_length=500)
    shared = models.BooleanField("ほかの検索者と共有する", default=False)
    saved_at = models.DateTimeField("保存日時")

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="telemetry_saved_search_name")]
        ordering = ["name"]
        verbose_name = "保存した検索"

    def __str__(self) -> str:
        return self.name


class SearchExport(models.Model):
    """Found events taken out as a file. The file is held by the files room; its hash is what the taker can prove."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV（Excel向け・CP932）"
        CSV_UTF8 = "csv_utf8", "CSV（UTF-8・BOM付き）"
        EXCEL = "xlsx", "Excel"
        PARQUET = "parquet", "Parquet"

    search = models.OneToOneField(
        SearchRecord, models.PROTECT, related_name="export", verbose_name="検索の記録"
    )
    format = models.CharField("形式", max_length=8, choices=Format)
    job_id = models.PositiveBigIntegerField("処理", null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ファイル"
    )
    rows = models.PositiveIntegerField("件数", null=True, blank=True)
    finished_at = models.DateTimeField("終了日時", null=True, blank=True)

    class Meta:
        verbose_name = "検索結果の出力"

    def __str__(self) -> str:
        return f"{self.search_id} {self.format}"


class ViewSample(models.Model):
    """業務データ閲覧の抜取り: views of personal records drawn by lot from a period (document 002, 指摘(5)).

    ``seed`` and the period are enough to draw the same again as long as the events are kept; ``population`` is how many
    views there were. The draw: ``search.rules.lots``.
    """

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    title = models.CharField("名称", max_length=100)
    purpose = models.ForeignKey(SearchPurpose, models.PROTECT, related_name="+", verbose_name="目的")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="対象の組織"
    )
    starts_on = models.DateField("期間の初日")
    ends_on = models.DateField("期間の末日")
    seed = models.PositiveBigIntegerField("乱数の種")
    wanted = models.PositiveIntegerField("抜取り数")
    population = models.PositiveBigIntegerField("期間の閲覧の件数")
    due_on = models.DateField("回答期限", null=True, blank=True)
    drawn_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="抜き取った者")
    drawn_at = models.DateTimeField("抜取り日時")

    objects = ViewSampleQuerySet.as_manager()

    class Meta:
        ordering = ["-drawn_at", "-pk"]
        verbose_name = "閲覧の抜取り"

    def __str__(self) -> str:
        return self.title


class SampledViewQuerySet(ScopedQuerySet["SampledView"]):
    unit_path = "unit"
    city_path = "sample__city"


class SampledView(models.Model):
    """One drawn view, as the event said it, and whether the section found it necessary for its work."""

    class Verdict(models.TextChoices):
        WAITING = "", "未回答"
        NEEDED = "needed", "業務上必要"
        NOT_NEEDED = "not_needed", "業務上必要でない"
        UNKNOWN = "unknown", "確認できない"

    sample = models.ForeignKey(ViewSample, models.PROTECT, related_name="views", verbose_name="抜取り")
    number = models.PositiveIntegerField("番号")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="課公所"
    )
    ts = models.DateTimeField("閲覧日時")
    payload = models.DecimalField("受信原本の番号", max_digits=20, decimal_places=0)
    seq = models.PositiveBigIntegerField("受信原本の中の順")
    device = models.CharField("端末機番号", max_length=100, blank=True, default="")
    person_number = models.CharField("職員番号", max_length=100, blank=True, default="")
    person_name = models.CharField("氏名", max_length=100, blank=True, default="")
    what = models.CharField("閲覧したもの", max_length=500, blank=True, default="")
    off_hours = models.BooleanField("執務時間外", default=False)
    verdict = models.CharField("業務上の必要", max_length=10, choices=Verdict, blank=True, default="")
    note = models.CharField("確認の内容", max_length=500, blank=True, default="")
    reviewed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="確認した者"
    )
    reviewed_at = models.DateTimeField("確認日時", null=True, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = SampledViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="telemetry_sampled_number"),
            models.CheckConstraint(
                name="telemetry_sampled_reviewed",
                condition=models.Q(verdict="", reviewed_at__isnull=True, reviewed_by__isnull=True)
                | (~models.Q(verdict="") & models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False)),
            ),
        ]
        ordering = ["number"]
        verbose_name = "抜き取った閲覧"

    def __str__(self) -> str:
        return f"{self.sample_id}-{self.number}"


class OverrideNoticeRule(models.Model):
    """On which day of each month section heads are told the overrides of the month before (document 002, 意見2(6))."""

    city = models.OneToOneField(City, models.PROTECT, primary_key=True, verbose_name="市")
    day = models.PositiveSmallIntegerField("通知する日", default=5)
    enabled = models.BooleanField("毎月通知する", default=True)
    tell_none = models.BooleanField("0件の課公所にも通知する", default=False)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="telemetry_override_rule_day", condition=models.Q(day__gte=1, day__lte=28)
            )
        ]
        verbose_name = "解除件数の通知の設定"

    def __str__(self) -> str:
        return f"{self.city_id}: {self.day}日"


class OverrideNoticeQuerySet(ScopedQuerySet["OverrideNotice"]):
    unit_path = "unit"
    city_path = "unit__city"


class OverrideNotice(models.Model):
    """What a section's head was told of a month. ``mails``: how many mails went out (0: nobody had an address)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="課公所")
    month = models.DateField("対象の月", help_text="月の初日")
    overrides = models.PositiveIntegerField("解除の件数")
    mails = models.PositiveSmallIntegerField("送ったメール")
    told_at = models.DateTimeField("通知日時")

    objects = OverrideNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="telemetry_override_notice_once")
        ]
        verbose_name = "解除件数の通知"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month}"
