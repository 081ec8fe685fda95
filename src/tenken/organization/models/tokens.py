"""Tokens by which a person's scripts use the API."""

from __future__ import annotations

from django.db import models

from tenken.organization.models.people import Person


class ApiToken(models.Model):
    """One token of one person. Only its hash is kept; it may do what the person may, or only read."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens", verbose_name="職員")
    name = models.CharField("名称", max_length=60)
    prefix = models.CharField("先頭", max_length=8)
    sha256 = models.CharField("ハッシュ", max_length=64, unique=True)
    read_only = models.BooleanField("読取りのみ", default=True)
    created_at = models.DateTimeField("発行日時")
    expires_on = models.DateField("有効期限")
    last_used_at = models.DateTimeField("最終利用", null=True, blank=True)
    revoked_at = models.DateTimeField("失効日時", null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "APIトークン"

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
