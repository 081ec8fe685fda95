"""Sign-ins of the demo: one for each role of the product, one password for all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Invalid
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.organization.models import Account, Post
from tenken.organization.models.validity import valid_on
from tenken.organization.operations import open_account

PASSWORD_VARIABLE = "TENKEN_DEMO_PASSWORD"  # noqa: S105 - the variable, not the password
DEFAULT_PASSWORD = "midori-tenken-2014"  # noqa: S105 - said on the screen: the demo's people are invented


@dataclass(frozen=True)
class DemoAccount:
    """A sign-in: ``username``, who it is, the posts and the roles held today."""

    username: str
    name: str
    posts: tuple[str, ...]
    roles: tuple[str, ...]


def demo_password() -> str:
    """Return the common password: ``TENKEN_DEMO_PASSWORD`` or the fixed one. ``Invalid`` when it is too weak."""
    password = os.environ.get(PASSWORD_VARIABLE) or DEFAULT_PASSWORD
    try:
        validate_password(password)
    except ValidationError as refusal:
        reasons = "".join(refusal.messages)
        raise Invalid(f"{PASSWORD_VARIABLE} のパスワードは使えません。{reasons}") from None
    return password


def open_accounts(made: DemoCity, today: date, password: str) -> list[DemoAccount]:
    """Open the accounts of ``city.yaml`` for whoever holds their posts today; the password is hashed once for all."""
    since = FiscalYear.of(today).previous.starts_on
    opened = []
    for post_code, username in plan.account_posts().items():
        person = made.holder(post_code, today)
        open_account(by=made.system(since), person=person, username=username, password=None, on=since)
        opened.append((username, person))
    Account.objects.filter(username__in=[username for username, _ in opened]).update(
        password=make_password(password)
    )
    return [DemoAccount(username, person.name, *_held(made, person.pk, today)) for username, person in opened]


def _held(made: DemoCity, person: int, day: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    posts = Post.objects.filter(valid_on(day, "assignments__"), city=made.city, assignments__person=person)
    rows = posts.order_by("code").prefetch_related("roles__role")
    roles = {grant.role.order: grant.role.name for post in rows for grant in post.roles.all()}
    return tuple(post.title for post in rows), tuple(roles[order] for order in sorted(roles))
