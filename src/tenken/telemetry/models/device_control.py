"""What may be connected or printed where, which devices are approved, what was handed out, and remote sessions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from tenken.files.models import StoredFile
from tenken.organization.models import City, Person, Unit
from tenken.organization.scoping import ScopedQuerySet
from tenken.telemetry.device_control.kinds import Access, DeviceKind, device_key
from tenken.telemetry.models.terminals import Terminal


class DevicePolicyQuerySet(ScopedQuerySet["DevicePolicy"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class DevicePolicy(models.Model):
    """A version of the city's policy (使用制限). One draft at most; published, it stays as it is under its hash."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.PositiveIntegerField("版の番号")
    note = models.CharField("改めた理由", max_length=300, blank=True, default="")
    published_at = models.DateTimeField("公布日時", null=True)
    published_on = models.DateField("公布日", null=True)
    published_by = models.CharField("公布者", max_length=64, blank=True, default="")
    published_by_name = models.CharField("公布者名", max_length=100, blank=True, default="")
    sha256 = models.CharField("ハッシュ", max_length=64, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = DevicePolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="telemetry_policy_number"),
            models.UniqueConstraint(
                fields=["city"],
                condition=models.Q(published_at__isnull=True),
                name="telemetry_policy_one_draft",
            ),
            models.CheckConstraint(
                name="telemetry_policy_published",
                condition=(models.Q(published_at__isnull=True, published_on__isnull=True, sha256=""))
                | (models.Q(published_at__isnull=False, published_on__isnull=False) & ~models.Q(sha256="")),
            ),
        ]
        ordering = ["-number"]
        verbose_name = "外部媒体の使用制限"

    def __str__(self) -> str:
        return f"第{self.number}版"


class DevicePolicyLine(models.Model):
    """One line: for a kind ('' all) of a section with all below (None: the city), of a network segment ('' all), of a
    terminal (None: all). ``approved_excepted``: an approved device may be used in spite of it."""

    policy = models.ForeignKey(
        DevicePolicy, models.PROTECT, related_name="lines", verbose_name="外部媒体の使用制限"
    )
    order = models.PositiveSmallIntegerField("順")
    kind = models.CharField("種類", max_length=16, choices=DeviceKind, blank=True, default="")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    segment = models.CharField("ネットワークの区分", max_length=60, blank=True, default="")
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="端末"
    )
    access = models.CharField("制限", max_length=8, choices=Access)
    approved_excepted = models.BooleanField("許可した媒体を除く", default=False)
    note = models.CharField("理由", max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "order"], name="telemetry_policy_line_order"),
            models.CheckConstraint(
                name="telemetry_policy_line_place",
                condition=models.Q(unit__isnull=True) | models.Q(terminal__isnull=True),
            ),
        ]
        ordering = ["order"]
        verbose_name = "使用制限の行"

    def __str__(self) -> str:
        return f"{self.policy_id} {self.order}"


class ApprovedDeviceQuerySet(ScopedQuerySet["ApprovedDevice"]):
    city_path = "city"


class ApprovedDevice(models.Model):
    """A medium or device that a section may use: applied for, approved, used for a time, returned.

    ``serial`` '' : every device of the model. ``terminal``/``person``: only there, only by them. ``ends_on`` is its
    last day. That its time is over follows from the date (``is_usable_on``); no row changes for it.
    """

    class State(models.TextChoices):
        APPLIED = "applied", "申請中"
        SENT_BACK = "sent_back", "差戻し"
        DROPPED = "dropped", "取下げ"
        APPROVED = "approved", "許可"
        RETURNED = "returned", "返却"
        WITHDRAWN = "withdrawn", "許可の取消し"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.CharField("媒体番号", max_length=20)
    kind = models.CharField("種類", max_length=16, choices=DeviceKind)
    name = models.CharField("名称", max_length=100)
    vendor_id = models.CharField("ベンダーID", max_length=4, blank=True, default="")
    product_id = models.CharField("プロダクトID", max_length=4, blank=True, default="")
    serial = models.CharField("シリアル", max_length=100, blank=True, default="")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属")
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使う端末"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使う人"
    )
    access = models.CharField("使い方", max_length=8, choices=Access, default=Access.ALLOW)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日")
    purpose = models.CharField("目的", max_length=300)
    state = models.CharField("状態", max_length=10, choices=State, default=State.APPLIED)
    applied_by = models.CharField("申請者", max_length=64)
    applied_by_name = models.CharField("申請者名", max_length=100)
    applied_on = models.DateField("申請日")
    approved_on = models.DateField("許可日", null=True, blank=True)
    ended_on = models.DateField("返却・取消しの日", null=True, blank=True)
    ended_because = models.CharField("返却・取消しの理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = ApprovedDeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="telemetry_device_number"),
            models.CheckConstraint(
                name="telemetry_device_period", condition=models.Q(ends_on__gte=models.F("starts_on"))
            ),
            models.CheckConstraint(
                name="telemetry_device_ended",
                condition=models.Q(state__in=("returned", "withdrawn"), ended_on__isnull=False)
                | (~models.Q(state__in=("returned", "withdrawn")) & models.Q(ended_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "state", "ends_on"], name="telemetry_device_state"),
            models.Index(fields=["unit", "state"], name="telemetry_device_unit"),
        ]
        ordering = ["number"]
        verbose_name = "許可した媒体"

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """What events know it by."""
        return device_key(self.vendor_id, self.product_id, self.serial)

    def is_usable_on(self, day: date) -> bool:
        """Tell whether it is approved and *day* is in its time."""
        return self.state == self.State.APPROVED and self.starts_on <= day <= self.ends_on


class DeviceHandoutQuerySet(ScopedQuerySet["DeviceHandout"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class DeviceHandout(models.Model):
    """Settings that were made from a policy for the city's tools to apply: for whom, by whom, when, and the file itself."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    policy = models.ForeignKey(
        DevicePolicy, models.PROTECT, related_name="handouts", verbose_name="外部媒体の使用制限"
    )
    target = models.CharField("対象", max_length=200)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    segment = models.CharField("ネットワークの区分", max_length=60, blank=True, default="")
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="端末"
    )
    on = models.DateField("基準日")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    sha256 = models.CharField("ハッシュ", max_length=64)
    made_at = models.DateTimeField("作成日時")
    made_by = models.CharField("作成者", max_length=64)
    made_by_name = models.CharField("作成者名", max_length=100)

    objects = DeviceHandoutQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["city", "-made_at"], name="telemetry_handout_made")]
        ordering = ["-made_at", "-pk"]
        verbose_name = "設定ファイルの払出し"

    def __str__(self) -> str:
        return f"{self.target} {self.made_at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("what was handed out does not change")
        super().save(*args, **kwargs)


class RemoteSessionQuerySet(ScopedQuerySet["RemoteSession"]):
    city_path = "city"


class RemoteSession(models.Model):
    """One time that an administrator operated a terminal from afar, or looked at its screen, and why."""

    class Kind(models.TextChoices):
        OPERATE = "operate", "リモート操作"
        VIEW = "view", "画面閲覧"

    class Told(models.TextChoices):
        BEFORE = "before", "事前に知らせた"
        AFTER = "after", "事後に知らせた"
        NOT = "not", "知らせていない"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="+", verbose_name="端末")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    kind = models.CharField("種別", max_length=8, choices=Kind)
    operator = models.CharField("実施者", max_length=100)
    begins_at = models.DateTimeField("開始")
    ends_at = models.DateTimeField("終了")
    reason = models.CharField("理由", max_length=300)
    told = models.CharField("使用者への連絡", max_length=6, choices=Told)
    ticket = models.CharField("受付番号", max_length=60, blank=True, default="")
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_by_name = models.CharField("記録者名", max_length=100)
    recorded_at = models.DateTimeField("記録日時")
    struck_because = models.CharField("取消しの理由", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = RemoteSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="telemetry_remote_period", condition=models.Q(ends_at__gte=models.F("begins_at"))
            )
        ]
        indexes = [
            models.Index(fields=["city", "-begins_at"], name="telemetry_remote_begins"),
            models.Index(fields=["terminal", "begins_at"], name="telemetry_remote_terminal"),
        ]
        ordering = ["-begins_at", "-pk"]
        verbose_name = "リモート保守の記録"

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.begins_at}"
