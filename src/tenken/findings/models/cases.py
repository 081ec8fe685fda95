"""課題・対策事例集: what one section learned, for all others to read."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from tenken.organization.models import City, Unit
from tenken.organization.scoping import ScopedQuerySet


class CaseQuerySet(ScopedQuerySet["Case"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class CaseCounter(models.Model):
    """The last number given in a city's casebook of a fiscal year. Its row is locked while a number is given."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最後の番号", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "fiscal_year"], name="findings_case_counter")]
        verbose_name = "事例の番号"

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.last}"


class Case(models.Model):
    """事例: a problem with its measure, or a good practice (document 001, 参考資料2 and 資料1 1(2)②).

    ``source_kind``/``source_key`` name the row it was taken from ("findings.finding", 12). ``unit`` is whose it is; its
    name is printed only when the section has given permission. ``version`` rises by one with each change.
    """

    class Kind(models.TextChoices):
        MEASURE = "measure", "課題・対策"
        GOOD_PRACTICE = "good_practice", "優良事例"

    class Status(models.TextChoices):
        DRAFT = "draft", "案"
        PUBLISHED = "published", "公開"
        WITHDRAWN = "withdrawn", "取下げ"

    class Permission(models.TextChoices):
        NOT_ASKED = "not_asked", "未照会"
        ASKED = "asked", "照会中"
        GIVEN = "given", "承諾"
        REFUSED = "refused", "掲載しない"

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("番号")
    kind = models.CharField("種類", max_length=14, choices=Kind)
    category_code = models.CharField("調査項目", max_length=40, blank=True, default="")
    title = models.CharField("題名", max_length=100)
    situation = models.TextField("課題・状況", max_length=2000)
    measure = models.TextField("対策・効果", max_length=2000)
    source_kind = models.CharField("出所の種類", max_length=40, blank=True, default="")
    source_key = models.CharField("出所の記録", max_length=40, blank=True, default="")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="課公所"
    )
    permission = models.CharField(
        "課名の掲載", max_length=10, choices=Permission, default=Permission.NOT_ASKED
    )
    permission_asked_by = models.CharField("照会した者", max_length=100, blank=True, default="")
    permission_asked_on = models.DateField("照会日", null=True, blank=True)
    permission_answered_by = models.CharField("回答した者", max_length=100, blank=True, default="")
    permission_answered_on = models.DateField("回答日", null=True, blank=True)
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.DRAFT)
    published_on = models.DateField("公開日", null=True, blank=True)
    withdrawn_reason = models.CharField("取下げの理由", max_length=200, blank=True, default="")
    version = models.PositiveIntegerField("版", default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "fiscal_year", "number"], name="findings_case_number"),
            models.UniqueConstraint(
                fields=["city", "kind", "source_kind", "source_key"],
                condition=~models.Q(source_kind="") & ~models.Q(status="withdrawn"),
                name="findings_case_source_once",
            ),
            models.CheckConstraint(
                name="findings_case_states_known",
                condition=models.Q(
                    status__in=("draft", "published", "withdrawn"),
                    kind__in=("measure", "good_practice"),
                    permission__in=("not_asked", "asked", "given", "refused"),
                ),
            ),
            models.CheckConstraint(
                name="findings_case_published_has_date",
                condition=~models.Q(status="published") | models.Q(published_on__isnull=False),
            ),
            models.CheckConstraint(
                name="findings_case_withdrawn_has_reason",
                condition=~models.Q(status="withdrawn") | ~models.Q(withdrawn_reason=""),
            ),
            models.CheckConstraint(
                name="findings_case_permission_whole",
                condition=models.Q(permission="not_asked")
                | (
                    models.Q(
                        permission="asked",
                        unit__isnull=False,
                        permission_asked_on__isnull=False,
                        permission_answered_on__isnull=True,
                    )
                    & ~models.Q(permission_asked_by="")
                )
                | (
                    models.Q(
                        permission__in=("given", "refused"),
                        unit__isnull=False,
                        permission_answered_on__isnull=False,
                    )
                    & ~models.Q(permission_answered_by="")
                ),
            ),
        ]
        indexes = [models.Index(fields=["city", "fiscal_year", "status"], name="findings_case_year")]
        verbose_name = "事例"

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.number}"

    @property
    def printed_unit_id(self) -> int | None:
        """The section that may be named, None where it may not."""
        return self.unit_id if self.permission == self.Permission.GIVEN else None

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("cases are withdrawn, never deleted")
