"""端末台帳: the terminals of a city and whom each is assigned to."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City, Person, Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class TerminalQuerySet(ScopedQuerySet["Terminal"]):
    unit_path = "unit"
    city_path = "city"


class Terminal(models.Model):
    """A terminal: what the ledger says of it, and what its agent last said (document 004, chapter 9 第2 5(1)).

    ``number`` (端末機番号) is what events and boards call it by. ``unit`` is where it is assigned today
    (``TerminalAssignment`` holds since when, and what was before); a terminal found on the network that nobody has
    placed has none. ``reported`` ones have an agent; ``last_seen`` is when it was heard last, in any protocol.

    ``in_ledger``: someone entered it; a terminal that was only heard of waits to be entered. ``former_number``: what it
    was called until then, as older events still call it. ``merged_into``: found to be the same machine as another
    terminal, which counts in its place (``inventory.operations.decide_match``; it can be taken back).
    """

    class Kind(models.TextChoices):
        SERVER = "server", "サーバ"
        VIRTUAL_SERVER = "virtual_server", "仮想サーバ"
        DESKTOP = "desktop", "デスクトップ"
        NOTEBOOK = "notebook", "ノートパソコン"
        TABLET = "tablet", "タブレット"
        OTHER = "other", "その他"

    class Procurement(models.TextChoices):
        CENTRAL = "central", "情報政策課で調達"
        SECTION = "section", "各課で購入"

    class State(models.TextChoices):
        IN_USE = "in_use", "使用中"
        SPARE = "spare", "予備"
        LOST = "lost", "所在不明"
        RETIRED = "retired", "廃棄・返却"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.CharField("端末機番号", max_length=40)
    kind = models.CharField("種類", max_length=16, choices=Kind, default=Kind.DESKTOP)
    procurement = models.CharField("調達", max_length=8, choices=Procurement, default=Procurement.CENTRAL)
    state = models.CharField("状態", max_length=8, choices=State, default=State.IN_USE)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用者"
    )
    computer_name = models.CharField("コンピューター名", max_length=100, blank=True, default="")
    domain = models.CharField("ドメイン・ワークグループ", max_length=100, blank=True, default="")
    manufacturer = models.CharField("メーカー", max_length=100, blank=True, default="")
    model = models.CharField("システムモデル", max_length=120, blank=True, default="")
    serial = models.CharField("システムシリアル", max_length=100, blank=True, default="")
    uuid = models.CharField("UUID", max_length=40, blank=True, default="")
    segment = models.CharField("ネットワークの区分", max_length=60, blank=True, default="")
    address = models.CharField("IPアドレス", max_length=45, blank=True, default="")
    os_name = models.CharField("OS", max_length=120, blank=True, default="")
    os_version = models.CharField("OSの版", max_length=60, blank=True, default="")
    antivirus = models.CharField("ウイルス対策ソフト", max_length=120, blank=True, default="")
    antivirus_updated_on = models.DateField("パターンファイルの日付", null=True, blank=True)
    patched_on = models.DateField("最後の更新プログラムの日付", null=True, blank=True)
    reported = models.BooleanField("エージェントあり", default=False)
    first_seen = models.DateTimeField("初めて受信した日時", null=True, blank=True)
    last_seen = models.DateTimeField("最後に受信した日時", null=True, blank=True)
    inventoried_at = models.DateTimeField("最後の構成情報の日時", null=True, blank=True)
    registered_on = models.DateField("登録日")
    retired_on = models.DateField("廃棄・返却日", null=True, blank=True)
    note = models.CharField("備考", max_length=300, blank=True, default="")
    in_ledger = models.BooleanField("台帳に登録", default=True)
    former_number = models.CharField("前の番号", max_length=40, blank=True, default="")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="同じ端末"
    )
    version = models.PositiveIntegerField("版", default=1)

    objects = TerminalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="telemetry_terminal_number"),
            models.CheckConstraint(
                name="telemetry_terminal_retired",
                condition=models.Q(state="retired", retired_on__isnull=False)
                | (~models.Q(state="retired") & models.Q(retired_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "computer_name"], name="telemetry_terminal_name"),
            models.Index(fields=["city", "last_seen"], name="telemetry_terminal_seen"),
            models.Index(fields=["unit", "state"], name="telemetry_terminal_unit"),
            models.Index(fields=["city", "serial"], name="telemetry_terminal_serial"),
        ]
        ordering = ["number"]
        verbose_name = "端末"

    def __str__(self) -> str:
        return self.number


class TerminalAssignment(Valid):
    """Where a terminal was assigned, and to whom, over time."""

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="assignments", verbose_name="端末")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用者"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"],
                condition=models.Q(valid_to__isnull=True),
                name="telemetry_assignment_one_open",
            ),
            validity_constraint("telemetry_assignment_validity"),
        ]
        verbose_name = "端末の配置"

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.valid_from}"
