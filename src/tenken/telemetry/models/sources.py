"""送信元: who may send, in which protocol, and how what they send is kept."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City
from tenken.organization.scoping import ScopedQuerySet


class SourceQuerySet(ScopedQuerySet["Source"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class Source(models.Model):
    """One sender or kind of sender of a city. It shows itself by its key (only the hash is kept, shown once when made)
    or by a client certificate (``certificate``: SHA-256 of its DER, hex).

    ``code`` is what the store keeps of it. ``retention_class`` names how long its events are kept
    (``telemetry.retention``); ``keep_raw_days``: how long payloads stay as they came (0: not at all, quarantine apart).
    ``events_per_second``: above it the sender is told when to come again (0: no limit of its own).
    """

    class Protocol(models.TextChoices):
        OCS = "ocs", "OCS・FusionInventory（XML）"
        GLPI = "glpi", "GLPIエージェント（JSON）"
        OSQUERY = "osquery", "osquery（TLS API）"
        OTLP = "otlp", "OpenTelemetry（OTLP/HTTP）"
        SYSLOG = "syslog", "syslog（RFC 5424）"
        JSON_LINES = "jsonl", "JSON Lines（HTTP）"
        CSV = "csv", "CSVファイル"

    class Dialect(models.TextChoices):
        """What the lines of a JSON Lines source are."""

        TENKEN = "tenken", "Tenkenの項目名"
        WINDOWS = "windows", "Windowsイベント（Sysmon・Security・PrintService）"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=100)
    protocol = models.CharField("方式", max_length=8, choices=Protocol)
    dialect = models.CharField("行の形式", max_length=8, choices=Dialect, default=Dialect.TENKEN)
    key_hash = models.CharField("鍵のハッシュ値", max_length=64, blank=True, default="", db_index=True)
    certificate = models.CharField("証明書の指紋", max_length=64, blank=True, default="", db_index=True)
    retention_class = models.CharField("保存区分", max_length=20, default="operation")
    keep_raw_days = models.PositiveSmallIntegerField("受信原本の保存日数", default=0)
    events_per_second = models.PositiveIntegerField("毎秒の上限", default=0)
    enabled = models.BooleanField("受信する", default=True)
    created_at = models.DateTimeField("登録日時")
    version = models.PositiveIntegerField("版", default=1)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="telemetry_source_code"),
            models.UniqueConstraint(
                fields=["key_hash"], condition=~models.Q(key_hash=""), name="telemetry_source_key"
            ),
        ]
        ordering = ["code"]
        verbose_name = "送信元"

    def __str__(self) -> str:
        return self.name
