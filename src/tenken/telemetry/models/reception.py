"""受信: where a source may send from, which hosts enrolled, what came in, and how the receivers are."""

from __future__ import annotations

from django.db import models

from tenken.organization.scoping import ScopedQuerySet
from tenken.telemetry.models.sources import Source
from tenken.telemetry.models.terminals import Terminal


class SourceAddress(models.Model):
    """A network a syslog source sends from. Plain syslog carries no key: the address is all that tells a sender."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="addresses", verbose_name="送信元")
    network = models.CharField("アドレスの範囲", max_length=43)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network"], name="telemetry_source_address_network"),
        ]
        ordering = ["network"]
        verbose_name = "送信元のアドレス"

    def __str__(self) -> str:
        return self.network


class EnrolledNodeQuerySet(ScopedQuerySet["EnrolledNode"]):
    unit_path = None
    city_path = "source__city"
    city_wide = True


class EnrolledNode(models.Model):
    """A host that enrolled with a source's secret (osquery). It shows itself by a key of its own, of which only the
    hash is kept; a host that enrols again has a new key, and the one before is worth nothing."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="nodes", verbose_name="送信元")
    host_identifier = models.CharField("ホストの識別子", max_length=200)
    key_hash = models.CharField("鍵のハッシュ値", max_length=64, unique=True)
    terminal = models.ForeignKey(Terminal, models.PROTECT, null=True, related_name="+", verbose_name="端末")
    enrolled_at = models.DateTimeField("登録日時")
    last_seen_at = models.DateTimeField("最後に受信した日時")
    revoked_at = models.DateTimeField("取り消した日時", null=True, blank=True, db_index=True)

    objects = EnrolledNodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "host_identifier"], name="telemetry_node_host"),
        ]
        ordering = ["host_identifier"]
        verbose_name = "登録されたホスト"

    def __str__(self) -> str:
        return self.host_identifier


class SourceDay(models.Model):
    """What one source sent on one day in Japan. ``turned_away``: told to come again later; ``refused``: could not be
    read at all; ``quarantined``: parts that were kept because they could not be understood."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="days", verbose_name="送信元")
    day = models.DateField("日")
    payloads = models.PositiveBigIntegerField("受信件数", default=0)
    events = models.PositiveBigIntegerField("操作ログの件数", default=0)
    size = models.PositiveBigIntegerField("受信したバイト数", default=0)
    repeated = models.PositiveBigIntegerField("重複", default=0)
    quarantined = models.PositiveBigIntegerField("読み取れなかった件数", default=0)
    refused = models.PositiveBigIntegerField("受け取らなかった件数", default=0)
    turned_away = models.PositiveBigIntegerField("後で送り直すよう伝えた件数", default=0)
    last_received_at = models.DateTimeField("最後に受信した日時", null=True)
    last_peer = models.CharField("最後の相手", max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "day"], name="telemetry_source_day"),
        ]
        verbose_name = "送信元の受信（日）"

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"


class ReceiverState(models.Model):
    """How one receiving process is, as it said itself a few seconds ago. ``state``: its figures, for the board."""

    name = models.CharField("受信プロセス", max_length=120, unique=True)
    started_at = models.DateTimeField("開始日時")
    told_at = models.DateTimeField("知らせた日時")
    stopped_at = models.DateTimeField("終了日時", null=True, blank=True)
    state = models.JSONField("状態", default=dict)

    class Meta:
        ordering = ["name"]
        verbose_name = "受信プロセスの状態"

    def __str__(self) -> str:
        return self.name
