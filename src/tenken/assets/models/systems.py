"""情報システム台帳: systems and networks, what they are made of, what changed in them and what went wrong."""

from __future__ import annotations

from django.db import models

from tenken.assets.models.classes import Classification
from tenken.organization.models import City, Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class InformationSystemQuerySet(ScopedQuerySet["InformationSystem"]):
    unit_path = "owner"
    city_path = "city"


class InformationSystem(Valid):
    """A system or network and the section that owns it (システム所管課). ``code`` is stable.

    ``important`` (重要な情報システム) is never said by hand: it follows from the four criteria of document 003 (3)2, see
    ``assets.rules.importance``: used by several sections (``used_by``, ``used_by_all``), handles class S
    (``classification``), an outage of a week would be grave (``outage_is_grave``), named by the 情報管理者
    (``named_important_because``). ``networks``: codes of ``Network``.
    """

    class Kind(models.TextChoices):
        SYSTEM = "system", "情報システム"
        NETWORK = "network", "ネットワーク"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    kind = models.CharField("種類", max_length=8, choices=Kind, default=Kind.SYSTEM)
    name = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所管課")
    used_by = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name="利用する課公所")
    used_by_all = models.BooleanField("全庁で利用", default=False)
    networks = models.JSONField("接続するネットワーク", default=list, blank=True)
    public = models.BooleanField("インターネットに公開", default=False)
    classification = models.CharField(
        "扱う情報の重要性分類", max_length=2, choices=Classification, blank=True, default=""
    )
    personal_data = models.BooleanField("個人情報を含む", default=False)
    outage_is_grave = models.BooleanField("一週間の停止が重大な支障となる", default=False)
    named_important_because = models.CharField("重要と定めた理由", max_length=300, blank=True, default="")
    important = models.BooleanField("重要な情報システム", default=False)
    vendor = models.CharField("保守の事業者", max_length=120, blank=True, default="")
    in_use_since = models.DateField("稼働開始日", null=True, blank=True)
    support_ends_on = models.DateField("サポート終了日", null=True, blank=True)
    outline = models.TextField("概要", max_length=1000, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = InformationSystemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="assets_system_code"),
            validity_constraint("assets_system_validity"),
        ]
        ordering = ["code"]
        verbose_name = "情報システム"

    def __str__(self) -> str:
        return self.name


class SystemProduct(models.Model):
    """A product a system is made of: OS, database, middleware, package; with the day its support ends."""

    class Kind(models.TextChoices):
        OPERATING_SYSTEM = "os", "OS"
        DATABASE = "database", "データベース"
        MIDDLEWARE = "middleware", "ミドルウェア"
        PACKAGE = "package", "業務パッケージ"
        HARDWARE = "hardware", "機器"

    system = models.ForeignKey(
        InformationSystem, models.CASCADE, related_name="products", verbose_name="情報システム"
    )
    kind = models.CharField("種類", max_length=12, choices=Kind)
    name = models.CharField("製品", max_length=120)
    release = models.CharField("版", max_length=60, blank=True, default="")
    support_ends_on = models.DateField("サポート終了日", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "name", "release"], name="assets_product_once")
        ]
        ordering = ["kind", "name", "release"]
        verbose_name = "情報システムの製品"

    def __str__(self) -> str:
        return f"{self.name} {self.release}".strip()


class SystemOccurrence(models.Model):
    """Something that happened to a system: a change made to it, or a failure (セキュリティ障害) reported of it.

    Failures are kept here until the room of incidents takes them over; ``assets.queries.occurrences`` is the door.
    """

    class Kind(models.TextChoices):
        INTRODUCED = "introduced", "新規に稼働"
        REPLACED = "replaced", "更改"
        CHANGED = "changed", "大きな変更"
        MOVED = "moved", "設置場所・ネットワークの変更"
        VENDOR_CHANGED = "vendor_changed", "事業者の変更"
        FAILURE = "failure", "セキュリティ障害"

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="occurrences", verbose_name="情報システム"
    )
    kind = models.CharField("種類", max_length=16, choices=Kind)
    happened_on = models.DateField("発生日")
    outline = models.CharField("内容", max_length=500)
    recorded_by = models.CharField("記録者", max_length=64)
    recorded_at = models.DateTimeField("記録日時")
    struck_because = models.CharField("取り消した理由", max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["system", "happened_on"], name="assets_occurrence_day")]
        ordering = ["-happened_on", "-pk"]
        verbose_name = "情報システムの変更と障害"

    def __str__(self) -> str:
        return f"{self.system_id} {self.kind} {self.happened_on}"
