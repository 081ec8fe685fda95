"""What terminals reported: what is installed, how it changed, who they were taken for."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet
from tenken.telemetry.models.terminals import Terminal


class InventorySetting(models.Model):
    """From when on a city calls a terminal silent or out of date, in days. Locked while an inventory is taken in, so
    that two of one city never make the same machine twice.

    ``junk``: further identities of makers that name no machine (``inventory.rules.identity`` knows the usual ones).
    """

    city = models.OneToOneField(City, models.PROTECT, related_name="+", verbose_name="市")
    silent_days = models.PositiveSmallIntegerField("受信がない日数", default=14)
    antivirus_days = models.PositiveSmallIntegerField("パターンファイルの古さ（日）", default=7)
    patch_days = models.PositiveSmallIntegerField("更新プログラムの古さ（日）", default=45)
    junk = models.JSONField("端末を表さない番号", default=list, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        verbose_name = "構成情報の設定"

    def __str__(self) -> str:
        return f"{self.city_id}"


class TerminalIdentity(models.Model):
    """One way a terminal showed itself: the agent's id, the UUID and the serial of the hardware ('' where it said none
    or only junk; then ``name``, what the computer was called). ``reason``: why it was taken for this terminal
    (``inventory.rules.identity.Reason``)."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="identities", verbose_name="端末")
    agent_id = models.CharField("エージェントの番号", max_length=120, blank=True, default="")
    uuid = models.CharField("UUID", max_length=40, blank=True, default="")
    serial = models.CharField("シリアル", max_length=100, blank=True, default="")
    name = models.CharField("コンピューター名", max_length=100, blank=True, default="")
    macs = models.JSONField("MACアドレス", default=list, blank=True)
    reason = models.CharField("判断の理由", max_length=20)
    source_code = models.CharField("送信元", max_length=20)
    first_seen = models.DateTimeField("初めて受信した日時")
    last_seen = models.DateTimeField("最後に受信した日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "agent_id", "uuid", "serial", "name"], name="telemetry_identity_once"
            )
        ]
        indexes = [
            models.Index(fields=["city", "uuid"], name="telemetry_identity_uuid"),
            models.Index(fields=["city", "serial"], name="telemetry_identity_serial"),
        ]
        ordering = ["-last_seen", "-pk"]
        verbose_name = "端末の識別"

    def __str__(self) -> str:
        return self.agent_id or self.uuid or self.serial


class DoubtfulMatchQuerySet(ScopedQuerySet["DoubtfulMatch"]):
    unit_path = "other__unit"
    city_path = "city"


class DoubtfulMatch(models.Model):
    """Two terminals that may be one machine. Nothing was merged: a person decides, and may take it back.

    ``terminal`` is the one made anew, ``other`` the one it may be. Decided "same", ``terminal`` is merged into
    ``other``; ``moved`` keeps the keys of the identities that went with it, so that a split puts them back.
    """

    class State(models.TextChoices):
        OPEN = "open", "確認待ち"
        SAME = "same", "同じ端末"
        DIFFERENT = "different", "別の端末"

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="doubts", verbose_name="新しい端末")
    other = models.ForeignKey(
        Terminal, models.PROTECT, related_name="doubted", verbose_name="同じかもしれない端末"
    )
    reason = models.CharField("疑いの理由", max_length=20)
    found_at = models.DateTimeField("見つけた日時")
    state = models.CharField("判断", max_length=10, choices=State, default=State.OPEN)
    because = models.CharField("判断の理由", max_length=300, blank=True, default="")
    decided_by = models.CharField("判断した者", max_length=64, blank=True, default="")
    decided_at = models.DateTimeField("判断した日時", null=True, blank=True)
    moved = models.JSONField("移した識別", default=list, blank=True)
    version = models.PositiveIntegerField("版", default=1)

    objects = DoubtfulMatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "other"], name="telemetry_doubt_once"),
            models.CheckConstraint(
                name="telemetry_doubt_decided",
                condition=models.Q(state="open", decided_at__isnull=True, decided_by="")
                | (~models.Q(state="open") & models.Q(decided_at__isnull=False) & ~models.Q(decided_by="")),
            ),
        ]
        ordering = ["-found_at", "-pk"]
        verbose_name = "同じかもしれない端末"

    def __str__(self) -> str:
        return f"{self.terminal_id}={self.other_id}?"


class TerminalReport(models.Model):
    """The last inventory of a terminal besides what ``Terminal`` and ``InstalledSoftware`` hold.

    ``digests``: a hash of each section as it came, so that an inventory that says nothing new costs nothing.
    ``parts``: rows of ``inventory.report.Part`` as [kind, name, serial, detail]; ``antivirus``: rows of
    ``AntivirusState`` as objects.
    """

    terminal = models.OneToOneField(
        Terminal, models.PROTECT, primary_key=True, related_name="report", verbose_name="端末"
    )
    source_code = models.CharField("送信元", max_length=20)
    reported_at = models.DateTimeField("作成日時", null=True, blank=True)
    received_at = models.DateTimeField("受信日時")
    chassis = models.CharField("筐体", max_length=60, blank=True, default="")
    os_build = models.CharField("OSのビルド", max_length=60, blank=True, default="")
    os_installed_on = models.DateField("OSの導入日", null=True, blank=True)
    last_user = models.CharField("最後の利用者", max_length=100, blank=True, default="")
    tag = models.CharField("札", max_length=100, blank=True, default="")
    addresses = models.JSONField("IPアドレス", default=list, blank=True)
    macs = models.JSONField("MACアドレス", default=list, blank=True)
    antivirus = models.JSONField("ウイルス対策", default=list, blank=True)
    parts = models.JSONField("構成部品", default=list, blank=True)
    digests = models.JSONField("照合値", default=dict, blank=True)

    class Meta:
        verbose_name = "端末の構成情報"

    def __str__(self) -> str:
        return f"{self.terminal_id}"


class SoftwareTitleQuerySet(ScopedQuerySet["SoftwareTitle"]):
    unit_path = "releases__installed__terminal__unit"
    city_path = "city"
    multiplies = True


class SoftwareTitle(models.Model):
    """A piece of software under one name, however agents write it. ``key``: see ``inventory.rules.titles``."""

    class Kind(models.TextChoices):
        APPLICATION = "application", "アプリケーション"
        OFFICE = "office", "Office"
        ANTIVIRUS = "antivirus", "ウイルス対策"
        UPDATE = "update", "更新プログラム"
        DRIVER = "driver", "ドライバー"

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    kind = models.CharField("種類", max_length=12, choices=Kind, default=Kind.APPLICATION)
    key = models.CharField("照合用の名称", max_length=200)
    name = models.CharField("名称", max_length=200)
    publisher = models.CharField("提供元", max_length=120, blank=True, default="")
    first_seen = models.DateTimeField("初めて受信した日時")

    objects = SoftwareTitleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "kind", "key"], name="telemetry_title_key")]
        ordering = ["name", "pk"]
        verbose_name = "ソフトウェア"

    def __str__(self) -> str:
        return self.name


class SoftwareRelease(models.Model):
    """A version of a title, as its agent writes it."""

    title = models.ForeignKey(SoftwareTitle, models.PROTECT, related_name="releases", verbose_name="名称")
    version = models.CharField("版", max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["title", "version"], name="telemetry_release_once")]
        ordering = ["title", "version"]
        verbose_name = "ソフトウェアの版"

    def __str__(self) -> str:
        return f"{self.title_id} {self.version}".strip()


class InstalledSoftware(models.Model):
    """What stands on a terminal now; what stood there before is in ``InventoryChange``."""

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="installed", verbose_name="端末")
    release = models.ForeignKey(
        SoftwareRelease, models.PROTECT, related_name="installed", verbose_name="ソフトウェア"
    )
    installed_on = models.DateField("導入日", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "release"], name="telemetry_installed_once")
        ]
        verbose_name = "導入されたソフトウェア"

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.release_id}"


class InventoryChange(models.Model):
    """One thing that differs from the inventory before: ``before`` and ``after`` in words, by whom it was reported.

    ``subject``: a kind of ``SoftwareTitle``, of ``report.Part``, or a field of ``Terminal`` (computer_name …).
    The first inventory of a terminal is one row (``first``), not one for each of its items.
    """

    class What(models.TextChoices):
        FIRST = "first", "初めての構成情報"
        ADDED = "added", "追加"
        REMOVED = "removed", "削除"
        CHANGED = "changed", "変更"

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="changes", verbose_name="端末")
    at = models.DateTimeField("受信日時")
    reported_at = models.DateTimeField("作成日時", null=True, blank=True)
    source_code = models.CharField("送信元", max_length=20)
    what = models.CharField("変化", max_length=8, choices=What)
    subject = models.CharField("対象", max_length=20)
    name = models.CharField("名称", max_length=200)
    before = models.CharField("前", max_length=200, blank=True, default="")
    after = models.CharField("後", max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["terminal", "-at"], name="telemetry_change_terminal")]
        ordering = ["-at", "-pk"]
        verbose_name = "構成の変化"

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.what} {self.name}"
