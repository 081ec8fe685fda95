"""Technical audit (技術監査): results of scanners as they came in, and the weaknesses of each system they add up to.

``ScanImport`` with ``HostScan``, ``ReportedWeakness`` and ``ReportedPlace`` is what one file says; it is kept, so that two
scans can be compared years later. ``Weakness``, ``WeaknessPlace`` and ``ScannedMachine`` are what stands of a system: only
applied imports reach them.
"""

from __future__ import annotations

from django.db import models

from tenken.assets.models import InformationSystem
from tenken.audit.models.engagements import Engagement
from tenken.audit.technical.words import CHANGES, CONTEXTS, SEVERITY_LABELS, URGENCY_LABELS
from tenken.files.models import StoredFile
from tenken.findings.models import Finding
from tenken.journal.models import AppendOnly
from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet

_SEVERITIES = list(SEVERITY_LABELS.items())
_URGENCIES = list(URGENCY_LABELS.items())


class ScanImportQuerySet(ScopedQuerySet["ScanImport"]):
    unit_path = "system__owner"
    city_path = "system__city"


class ScanImport(models.Model):
    """診断結果の取込み: one file of a scanner, for one system.

    ``scanned_at``: when the scan ended, from the file or as told (``told_on``). ``partial``: it looked at some weaknesses
    only, so what it does not name is not gone. ``compared_with``: the last import applied to the system when the difference
    was made. ``figures``: the difference in numbers. ``status`` moves only by ``audit.technical.operations``.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "受付済"
        READING = "reading", "読取り中"
        READY = "ready", "確認待ち"
        APPLIED = "applied", "取込済"
        REFUSED = "refused", "読み取れず"
        DISCARDED = "discarded", "取りやめ"

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, blank=True, related_name="scans", verbose_name="監査"
    )
    fiscal_year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    format = models.CharField("形式", max_length=20)
    tools = models.JSONField("診断ツール", default=list)
    mapping = models.JSONField("表の対応づけ", null=True, blank=True)
    partial = models.BooleanField("一部だけの診断", default=False)
    told_on = models.DateField("診断日（入力）", null=True, blank=True)
    scanned_at = models.DateTimeField("診断日時", null=True, blank=True)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.RECEIVED)
    version = models.PositiveIntegerField("版", default=1)
    job_id = models.PositiveBigIntegerField("処理", null=True, blank=True)
    message = models.CharField("結果", max_length=500, blank=True, default="")
    problems = models.JSONField("誤り", default=list)
    figures = models.JSONField("件数", default=dict)
    compared_with = models.PositiveBigIntegerField("比べた取込み", null=True, blank=True)
    requested_by = models.CharField("依頼者", max_length=64)
    requested_by_name = models.CharField("依頼者名", max_length=100)
    requested_at = models.DateTimeField("依頼日時")
    applied_by_name = models.CharField("取り込んだ者", max_length=100, blank=True, default="")
    applied_at = models.DateTimeField("取込日時", null=True, blank=True)

    objects = ScanImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_scan_applied_whole",
                condition=models.Q(status="applied", applied_at__isnull=False, scanned_at__isnull=False)
                | (~models.Q(status="applied") & models.Q(applied_at__isnull=True)),
            )
        ]
        indexes = [models.Index(fields=["system", "status", "scanned_at"], name="audit_scan_system")]
        verbose_name = "診断結果の取込み"

    def __str__(self) -> str:
        return self.source


class HostScan(models.Model):
    """That a scan looked at a host with a tool, also when it found nothing there."""

    scan = models.ForeignKey(ScanImport, models.CASCADE, related_name="hosts", verbose_name="取込み")
    tool = models.CharField("診断ツール", max_length=40)
    host = models.CharField("機器", max_length=255)
    host_name = models.CharField("機器名", max_length=255, blank=True, default="")
    operating_system = models.CharField("OS", max_length=500, blank=True, default="")
    support_ended_on = models.DateField("OSのサポート終了日", null=True, blank=True)
    exposed = models.BooleanField("外部から届く", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scan", "tool", "host"], name="audit_host_scan_once")]
        indexes = [models.Index(fields=["host", "tool"], name="audit_host_scan_host")]
        verbose_name = "診断した機器"

    def __str__(self) -> str:
        return f"{self.tool} {self.host}"


class Described(models.Model):
    """What a scanner says of a weakness. ``rule``: its own identifier, a CVE or the title where it has none."""

    tool = models.CharField("診断ツール", max_length=40)
    rule = models.CharField("ツールの番号", max_length=200)
    title = models.CharField("ぜい弱性", max_length=500)
    severity = models.CharField("ツールの深刻度", max_length=8, choices=_SEVERITIES)
    score = models.FloatField("CVSS", null=True, blank=True)
    vector = models.CharField("CVSSの内訳", max_length=300, blank=True, default="")
    cvss = models.CharField("CVSSの版", max_length=8, blank=True, default="")
    cves = models.JSONField("CVE", default=list)
    cwes = models.JSONField("CWE", default=list)
    description = models.TextField("説明", blank=True, default="")
    solution = models.TextField("対策", blank=True, default="")
    links = models.JSONField("参考", default=list)
    end_of_support = models.BooleanField("サポート終了", default=False)

    class Meta:
        abstract = True


class ReportedWeakness(Described):
    """A weakness as one scan tells it."""

    scan = models.ForeignKey(ScanImport, models.CASCADE, related_name="reported", verbose_name="取込み")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scan", "tool", "rule"], name="audit_reported_weakness_once")
        ]
        verbose_name = "診断が報告したぜい弱性"

    def __str__(self) -> str:
        return self.title


class Located(models.Model):
    """Where a weakness is. ``key``: a digest of host, port, protocol and location."""

    key = models.CharField("場所の鍵", max_length=32)
    host = models.CharField("機器", max_length=255)
    port = models.PositiveIntegerField("ポート", null=True, blank=True)
    protocol = models.CharField("プロトコル", max_length=20, blank=True, default="")
    service = models.CharField("サービス", max_length=100, blank=True, default="")
    location = models.CharField("位置", max_length=2000, blank=True, default="")
    output = models.TextField("ツールの出力", blank=True, default="")

    class Meta:
        abstract = True


class ReportedPlace(Located):
    """One place of a weakness as one scan tells it."""

    reported = models.ForeignKey(
        ReportedWeakness, models.CASCADE, related_name="places", verbose_name="診断が報告したぜい弱性"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reported", "key"], name="audit_reported_place_once")]
        verbose_name = "診断が報告した場所"

    def __str__(self) -> str:
        return f"{self.host}:{self.port or ''}"


class ScanDifference(models.Model):
    """What an import changes for one weakness, in hosts: seen before it is applied, kept afterwards."""

    scan = models.ForeignKey(ScanImport, models.CASCADE, related_name="differences", verbose_name="取込み")
    tool = models.CharField("診断ツール", max_length=40)
    rule = models.CharField("ツールの番号", max_length=200)
    title = models.CharField("ぜい弱性", max_length=500)
    severity = models.CharField("ツールの深刻度", max_length=8, choices=_SEVERITIES)
    change = models.CharField("変化", max_length=8, choices=list(CHANGES.items()))
    hosts_before = models.PositiveIntegerField("いまの機器")
    hosts_after = models.PositiveIntegerField("取込み後の機器")
    added = models.PositiveIntegerField("加わる機器")
    removed = models.PositiveIntegerField("見えなくなる機器")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scan", "tool", "rule"], name="audit_scan_difference_once")
        ]
        verbose_name = "診断結果の差分"

    def __str__(self) -> str:
        return f"{self.change} {self.title}"


class WeaknessQuerySet(ScopedQuerySet["Weakness"]):
    unit_path = "system__owner"
    city_path = "system__city"


class Weakness(Described):
    """ぜい弱性: the same one on many hosts of a system is one.

    ``hosts`` and ``places`` count where it stands now. ``not_seen_since``: the first scan that looked everywhere it was and
    did not see it; None while it stands. ``returned_at``, ``returns``: it came back after that. ``urgency``: by rule
    (``audit.technical.rules.urgency``); the ``judged_…`` columns repeat the latest ``WeaknessJudgement``, which counts until
    ``judged_until`` and while ``urgency`` has not risen above ``judged_from``. ``finding``: the latest one opened of it.
    """

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    exposed = models.BooleanField("外部から届く", default=False)
    urgency = models.PositiveSmallIntegerField("緊急度", choices=_URGENCIES, default=0)
    hosts = models.PositiveIntegerField("機器", default=0)
    places = models.PositiveIntegerField("箇所", default=0)
    first_seen_at = models.DateTimeField("最初に見つかった日")
    last_seen_at = models.DateTimeField("最後に見つかった日")
    not_seen_since = models.DateTimeField("見つからなくなった日", null=True, blank=True)
    returned_at = models.DateTimeField("再び見つかった日", null=True, blank=True)
    returns = models.PositiveIntegerField("再び見つかった回数", default=0)
    judged_urgency = models.PositiveSmallIntegerField(
        "判断した緊急度", choices=_URGENCIES, null=True, blank=True
    )
    judged_from = models.PositiveSmallIntegerField("判断したときの緊急度", null=True, blank=True)
    judged_until = models.DateField("判断の見直し日", null=True, blank=True)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="課題"
    )

    objects = WeaknessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "tool", "rule"], name="audit_weakness_once"),
            models.CheckConstraint(
                name="audit_weakness_judged_whole",
                condition=models.Q(
                    judged_urgency__isnull=True, judged_from__isnull=True, judged_until__isnull=True
                )
                | models.Q(
                    judged_urgency__isnull=False, judged_from__isnull=False, judged_until__isnull=False
                ),
            ),
        ]
        indexes = [models.Index(fields=["system", "urgency"], name="audit_weakness_urgency")]
        verbose_name = "ぜい弱性"

    def __str__(self) -> str:
        return self.title


class WeaknessPlace(Located):
    """Where a weakness was seen, from when to when; ``not_seen_since``: by the first later scan of the host by that tool."""

    weakness = models.ForeignKey(Weakness, models.PROTECT, related_name="seen_at", verbose_name="ぜい弱性")
    exposed = models.BooleanField("外部から届く", default=False)
    first_seen_at = models.DateTimeField("最初に見つかった日")
    last_seen_at = models.DateTimeField("最後に見つかった日")
    not_seen_since = models.DateTimeField("見つからなくなった日", null=True, blank=True)
    returned_at = models.DateTimeField("再び見つかった日", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["weakness", "key"], name="audit_weakness_place_once"),
            models.CheckConstraint(
                name="audit_weakness_place_in_order",
                condition=models.Q(first_seen_at__lte=models.F("last_seen_at"))
                & (
                    models.Q(not_seen_since__isnull=True)
                    | models.Q(not_seen_since__gt=models.F("last_seen_at"))
                ),
            ),
        ]
        verbose_name = "ぜい弱性の場所"

    def __str__(self) -> str:
        return f"{self.host}:{self.port or ''}"


class ScannedMachine(models.Model):
    """A host of a system as scans know it: its name, its OS and when that OS went out of support."""

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="+", verbose_name="情報システム"
    )
    host = models.CharField("機器", max_length=255)
    host_name = models.CharField("機器名", max_length=255, blank=True, default="")
    operating_system = models.CharField("OS", max_length=500, blank=True, default="")
    support_ended_on = models.DateField("OSのサポート終了日", null=True, blank=True)
    exposed = models.BooleanField("外部から届く", default=False)
    first_scanned_at = models.DateTimeField("最初の診断")
    last_scanned_at = models.DateTimeField("最後の診断")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "host"], name="audit_machine_once")]
        verbose_name = "診断した機器（いま）"

    def __str__(self) -> str:
        return self.host


class WeaknessJudgement(AppendOnly):
    """判断: what a weakness is worth in its surroundings, by a named auditor, until it is looked at again.

    ``severity`` and ``from_urgency``: what stood when it was judged. A lifted judgement is a row of its own.
    """

    weakness = models.ForeignKey(Weakness, models.PROTECT, related_name="judgements", verbose_name="ぜい弱性")
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="監査"
    )
    context = models.CharField("判断の根拠", max_length=14, choices=list(CONTEXTS.items()))
    severity = models.CharField("ツールの深刻度", max_length=8, choices=_SEVERITIES)
    from_urgency = models.PositiveSmallIntegerField("判断する前の緊急度", choices=_URGENCIES)
    urgency = models.PositiveSmallIntegerField("判断した緊急度", choices=_URGENCIES)
    reason = models.TextField("理由", max_length=2000)
    by_code = models.CharField("判断した者", max_length=64)
    by_name = models.CharField("判断した者の氏名", max_length=100)
    judged_on = models.DateField("判断日")
    valid_until = models.DateField("見直し日")
    recorded_at = models.DateTimeField("記録日時")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_judgement_dates", condition=models.Q(valid_until__gte=models.F("judged_on"))
            )
        ]
        ordering = ["pk"]
        verbose_name = "ぜい弱性の判断"

    def __str__(self) -> str:
        return f"{self.weakness_id} {self.judged_on}"


class ScanMapping(models.Model):
    """表の対応づけ: which column of a tool's table says what, under a name, to be used again."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    name = models.CharField("名称", max_length=100)
    mapping = models.JSONField("対応づけ")
    saved_by_name = models.CharField("登録者", max_length=100)
    saved_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="audit_scan_mapping_name")]
        ordering = ["name"]
        verbose_name = "診断結果の表の対応づけ"

    def __str__(self) -> str:
        return self.name
