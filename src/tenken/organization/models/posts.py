"""Posts: work belongs to a post, and a post carries roles; people come and go."""

from __future__ import annotations

from django.db import models

from tenken.organization.models.city import City, Role
from tenken.organization.models.units import Unit
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class PostQuerySet(ScopedQuerySet["Post"]):
    city_path = "city"


class Post(Valid):
    """職: 「企画課長」「企画課情報担当係長」. ``single_seat`` posts have one holder (本務) at a time."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name="組織")
    code = models.CharField("職コード", max_length=30)
    title = models.CharField("職名", max_length=120)
    single_seat = models.BooleanField("定員1人", default=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "code", "valid_from"], name="organization_post_code"),
            validity_constraint("organization_post_validity"),
        ]
        verbose_name = "職"

    def __str__(self) -> str:
        return self.title


class PostRole(Valid):
    """The role a post carries, for a unit and all below it."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="roles", verbose_name="職")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name="役割")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="role_grants", verbose_name="範囲")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "role", "unit", "valid_from"], name="organization_post_role"
            ),
            validity_constraint("organization_post_role_validity"),
        ]
        verbose_name = "職の役割"

    def __str__(self) -> str:
        return f"{self.post_id} {self.role_id} {self.unit_id}"
