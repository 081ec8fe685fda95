"""Which account is whose, where it is neither the 職員番号 nor the local part of the mail address."""

from __future__ import annotations

from django.db import models

from tenken.organization.models import City, Person
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class AccountNameQuerySet(ScopedQuerySet["AccountName"]):
    unit_path = None
    city_path = "city"
    city_wide = True


class AccountName(Valid):
    """An account of terminals and systems that a person used for a time. ``name`` is folded
    (``events.directory.fold_account``): without its domain, in small letters."""

    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name="市")
    name = models.CharField("アカウント", max_length=100)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="職員")

    objects = AccountNameQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name"],
                condition=models.Q(valid_to__isnull=True),
                name="telemetry_account_one_open",
            ),
            models.UniqueConstraint(fields=["city", "name", "valid_from"], name="telemetry_account_name"),
            validity_constraint("telemetry_account_validity"),
        ]
        ordering = ["name", "valid_from"]
        verbose_name = "アカウントの使用者"

    def __str__(self) -> str:
        return self.name
