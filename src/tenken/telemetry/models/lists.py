"""Lists that rules and enrichment ask, and the hours each section is on duty."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class WatchListQuerySet(ScopedQuerySet["WatchList"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class WatchList(models.Model):
    """A list of a city. ``code`` is what rules call it by (``%keywords%``); the first five stand in every city under the
    code of their kind and come into being with their first entry, ``own`` ones are the city's.

    ``version`` rises with each change of the list or its entries.
    """

    class Kind(models.TextChoices):
        FOLDERS = "folders", "指定フォルダ"
        KEYWORDS = "keywords", "キーワード"
        APPS = "approved_apps", "許可アプリケーション"
        ADDRESSES = "approved_addresses", "許可メールアドレス"
        HOSTS = "approved_hosts", "許可サイト"
        OWN = "own", "独自のリスト"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("種類", max_length=20, choices=Kind, default=Kind.OWN)
    note = models.CharField("説明", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = WatchListQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="telemetry_list_code")]
        ordering = ["code"]
        verbose_name = "リスト"

    def __str__(self) -> str:
        return self.name


class WatchEntry(models.Model):
    """One value of a list, from ``valid_from`` (none: always) up to and with ``valid_until`` (none: until further
    notice). Who took it in and why stays with it; what was removed stays in the journal."""

    watch_list = models.ForeignKey(WatchList, models.PROTECT, related_name="entries", verbose_name="リスト")
    value = models.CharField("値", max_length=300)
    note = models.CharField("備考", max_length=300, blank=True, default="")
    valid_from = models.DateField("開始日", null=True, blank=True)
    valid_until = models.DateField("終了日", null=True, blank=True)
    added_by = models.CharField("登録者", max_length=64)
    added_by_name = models.CharField("登録者の氏名", max_length=100)
    added_at = models.DateTimeField("登録日時")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["watch_list", "value"], name="telemetry_list_value"),
            models.CheckConstraint(name="telemetry_list_value_said", condition=~models.Q(value="")),
            models.CheckConstraint(
                name="telemetry_list_period",
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
        ]
        ordering = ["value"]
        verbose_name = "リストの値"

    def __str__(self) -> str:
        return self.value


class DutyHoursQuerySet(ScopedQuerySet["DutyHours"]):
    unit_path = "unit"
    city_path = "unit__city"


class DutyHours(models.Model):
    """One stretch of the week in which a unit, and all below it without hours of their own, is on duty.

    ``day``: Monday 0 … Sunday 6, 7 for national holidays and the city's 閉庁日. ``ends`` not after ``starts``: the
    stretch ends the next day (00:00–00:00 is the whole day). All times are Japan's.
    """

    class Day(models.IntegerChoices):
        MONDAY = 0, "月"
        TUESDAY = 1, "火"
        WEDNESDAY = 2, "水"
        THURSDAY = 3, "木"
        FRIDAY = 4, "金"
        SATURDAY = 5, "土"
        SUNDAY = 6, "日"
        HOLIDAY = 7, "祝日・閉庁日"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属")
    day = models.PositiveSmallIntegerField("曜日", choices=Day)
    starts = models.TimeField("始まり")
    ends = models.TimeField("終わり")

    objects = DutyHoursQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "day", "starts"], name="telemetry_duty_once"),
            models.CheckConstraint(name="telemetry_duty_day", condition=models.Q(day__lte=7)),
        ]
        ordering = ["unit", "day", "starts"]
        verbose_name = "執務時間"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.get_day_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"
