"""The journal's tables. Rows are written by ``journal.operations`` only."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnly(models.Model):
    """A table whose rows, once written, neither change nor go away."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} rows are never deleted")


class Chain(models.Model):
    """The head of one city's chain. Its row is locked while an entry is added, so that the chain cannot fork."""

    city_code = models.CharField("団体コード", max_length=6, primary_key=True)
    count = models.PositiveBigIntegerField("件数", default=0)
    head = models.CharField("先頭のハッシュ", max_length=64)

    def __str__(self) -> str:
        return f"{self.city_code} {self.count}"


class Entry(AppendOnly):
    """One change: who, when, from where, what. ``hash`` covers every field here and the hash before it."""

    city_code = models.CharField("団体コード", max_length=6)
    sequence = models.PositiveBigIntegerField("番号")
    recorded_at = models.DateTimeField("記録日時")
    business_date = models.DateField("業務日")
    actor_code = models.CharField("操作者", max_length=64)
    channel = models.CharField("経路", max_length=16)
    operation = models.CharField("操作", max_length=80)
    subject_type = models.CharField("対象の種類", max_length=80)
    subject_id = models.CharField("対象", max_length=64)
    payload_digest = models.CharField("内容のダイジェスト", max_length=64)
    previous_hash = models.CharField("直前のハッシュ", max_length=64)
    hash = models.CharField("ハッシュ", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city_code", "sequence"], name="journal_entry_sequence"),
            models.UniqueConstraint(fields=["city_code", "previous_hash"], name="journal_entry_no_fork"),
        ]
        indexes = [
            models.Index(fields=["city_code", "subject_type", "subject_id"], name="journal_entry_subject"),
            models.Index(fields=["city_code", "actor_code", "recorded_at"], name="journal_entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.city_code}#{self.sequence} {self.operation}"


class Payload(models.Model):
    """What changed, beside the chain: the retention rule may erase ``body`` and ``salt``, the chain stays whole."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, verbose_name="記録")
    salt = models.CharField("ソルト", max_length=32)
    body = models.TextField("内容")
    erased_at = models.DateTimeField("消去日時", null=True)
    erased_under = models.CharField("消去の根拠", max_length=120, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="journal_payload_erased_whole",
                condition=models.Q(erased_at__isnull=True, erased_under="")
                | (models.Q(erased_at__isnull=False, body="", salt="") & ~models.Q(erased_under="")),
            )
        ]

    def __str__(self) -> str:
        return f"payload of {self.entry_id}"


class Seal(AppendOnly):
    """The chain's count and head at the end of a day. A copy is kept outside the database (``TENKEN_HOME/seals``)."""

    city_code = models.CharField("団体コード", max_length=6)
    sealed_on = models.DateField("封印日")
    count = models.PositiveBigIntegerField("件数")
    head = models.CharField("先頭のハッシュ", max_length=64)
    sealed_at = models.DateTimeField("封印日時")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city_code", "sealed_on"], name="journal_seal_day")]

    def __str__(self) -> str:
        return f"{self.city_code} {self.sealed_on}"


class PersonalDataAccess(AppendOnly):
    """Who looked at personal data, what and why. Written in batches; not part of the chain."""

    city_code = models.CharField("団体コード", max_length=6)
    accessed_at = models.DateTimeField("閲覧日時")
    actor_code = models.CharField("閲覧者", max_length=64)
    channel = models.CharField("経路", max_length=16)
    address = models.CharField("接続元", max_length=64, default="")
    subject_type = models.CharField("対象の種類", max_length=80)
    subject_id = models.CharField("対象", max_length=64, default="")
    purpose = models.CharField("目的", max_length=200)
    rows = models.PositiveIntegerField("件数", default=1)

    class Meta:
        indexes = [models.Index(fields=["city_code", "accessed_at"], name="journal_access_time")]

    def __str__(self) -> str:
        return f"{self.actor_code} {self.subject_type}"
