"""A city and what it settles for itself."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from tenken.common.identifiers import is_local_government_code


def check_city_code(code: str) -> None:
    """``ValidationError`` unless *code* is a 全国地方公共団体コード with a right check digit."""
    if not is_local_government_code(code):
        raise ValidationError(
            f"「{code}」は全国地方公共団体コードではありません（6桁目の検査数字が合いません）。"
        )


class City(models.Model):
    """地方公共団体: the root of one organisation tree. Cities in one installation never see each other.

    ``organization_version`` rises with every change of units, posts or assignments, so that what was computed
    from them can be kept until then.
    """

    code = models.CharField("全国地方公共団体コード", max_length=6, unique=True, validators=[check_city_code])
    name = models.CharField("名称", max_length=60)
    organization_version = models.PositiveBigIntegerField("組織の版", default=1)

    class Meta:
        verbose_name = "市"

    def __str__(self) -> str:
        return self.name


class ClosingDay(models.Model):
    """閉庁日 of a city besides weekends and national holidays, or an opening day that overrides them."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    day = models.DateField("日付")
    name = models.CharField("名称", max_length=60)
    closed = models.BooleanField("閉庁", default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "day"], name="organization_closing_day")]
        verbose_name = "閉庁日"

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ImplementingBody(models.Model):
    """実施機関: the mayor's office, assembly, board of education, public enterprises … The city's data."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="organization_body_code")]
        verbose_name = "実施機関"

    def __str__(self) -> str:
        return self.name


class UnitKind(models.Model):
    """局・区・部・課・公所: the kinds of units a city has, by rank (1 is the highest below the city)."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=20)
    name = models.CharField("名称", max_length=30)
    rank = models.PositiveSmallIntegerField("階層")
    answers_sheets = models.BooleanField("点検の対象", default=False)
    office_class = models.PositiveSmallIntegerField("公所の種別", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="organization_kind_code"),
            models.CheckConstraint(
                name="organization_kind_office_class",
                condition=models.Q(office_class__isnull=True) | models.Q(office_class__in=(1, 2, 3)),
            ),
        ]
        verbose_name = "組織の種類"

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A role of the city's security organisation and what it allows. Names and further roles are the city's."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    code = models.CharField("コード", max_length=40)
    name = models.CharField("名称", max_length=60)
    order = models.PositiveSmallIntegerField("並び順", default=0)
    capabilities = models.JSONField("できること", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="organization_role_code")]
        ordering = ["order", "code"]
        verbose_name = "役割"

    def __str__(self) -> str:
        return self.name
