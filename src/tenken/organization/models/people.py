"""People, what they are appointed to, and their accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from tenken.organization.models.city import City
from tenken.organization.models.posts import Post
from tenken.organization.models.validity import Valid, validity_constraint
from tenken.organization.scoping import ScopedQuerySet


class PersonQuerySet(ScopedQuerySet["Person"]):
    unit_path = "assignments__post__unit"
    city_path = "city"
    multiplies = True


class Person(models.Model):
    """職員. ``number`` is the 職員番号; names keep every character as typed (髙, 𠮷)."""

    city = models.ForeignKey(City, models.PROTECT, verbose_name="市")
    number = models.CharField("職員番号", max_length=20)
    name = models.CharField("氏名", max_length=100)
    kana = models.CharField("ふりがな", max_length=200, blank=True, default="")
    search_text = models.CharField("検索用", max_length=320, default="", editable=False)
    email = models.EmailField("メール", blank=True, default="")

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "number"], name="organization_person_number")]
        verbose_name = "職員"

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    unit_path = "post__unit"
    city_path = "person__city"


class Assignment(Valid):
    """発令〜解令: a person holds a post for a time. ``valid_to`` is the day of 解令, the first day without the post."""

    class Kind(models.TextChoices):
        MAIN = "main", "本務"
        CONCURRENT = "concurrent", "兼務"
        ACTING = "acting", "事務取扱"

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", verbose_name="職員")
    post = models.ForeignKey(Post, models.PROTECT, related_name="assignments", verbose_name="職")
    kind = models.CharField("区分", max_length=12, choices=Kind, default=Kind.MAIN)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "post"],
                condition=models.Q(valid_to__isnull=True),
                name="organization_assignment_one_open",
            ),
            models.CheckConstraint(
                name="organization_assignment_kind",
                condition=models.Q(kind__in=("main", "concurrent", "acting")),
            ),
            validity_constraint("organization_assignment_validity"),
        ]
        indexes = [models.Index(fields=["post", "valid_from"], name="organization_assignment_post")]
        verbose_name = "発令"

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.post_id}"


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A sign-in of one person. It works from ``valid_from`` to ``valid_to``; there is no all-powerful account."""

    username = models.CharField("利用者名", max_length=64, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="account", verbose_name="職員")
    is_active = models.BooleanField("有効", default=True)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)
    must_change_password = models.BooleanField("次回にパスワードを変更", default=False)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organization_account_validity",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]
        verbose_name = "利用者"

    @property
    def email(self) -> str:
        return self.person.email

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, label: str) -> bool:
        return False
