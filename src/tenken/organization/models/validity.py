"""Validity in time: a row counts from ``valid_from`` up to the day before ``valid_to`` (none: until further notice)."""

from __future__ import annotations

from datetime import date

from django.db import models


def valid_on(day: date, prefix: str = "") -> models.Q:
    """Return the condition that a row (reached by *prefix*, e.g. "post__") is valid on *day*."""
    return models.Q(**{f"{prefix}valid_from__lte": day}) & (
        models.Q(**{f"{prefix}valid_to__isnull": True}) | models.Q(**{f"{prefix}valid_to__gt": day})
    )


def validity_constraint(name: str) -> models.CheckConstraint:
    """Return the constraint that a row does not end before it begins."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
    )


class Valid(models.Model):
    """A row that counts for a time."""

    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True, help_text="この日から無効になります。")

    class Meta:
        abstract = True

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
