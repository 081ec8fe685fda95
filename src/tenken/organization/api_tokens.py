"""Issuing, using and revoking a person's API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tenken.common import clock
from tenken.common.refusals import Denied, Invalid, Missing, Problem
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.authentication import AccountBackend
from tenken.organization.models import Account
from tenken.organization.models.tokens import ApiToken

LONGEST_LIFE = timedelta(days=366)
MOST_PER_PERSON = 10
_MARK = "tenken_"
_USED_RESOLUTION = timedelta(minutes=5)


def own_tokens(by: Principal) -> QuerySet[ApiToken]:
    """Return the tokens of *by*, newest first, revoked and expired ones too."""
    return ApiToken.objects.filter(person=by.person_id)


@transaction.atomic
def issue_token(
    *, by: Principal, name: str, expires_on: date, read_only: bool = True
) -> tuple[ApiToken, str]:
    """Issue a token for *by* and return it with its text, which is shown this once and kept nowhere.

    ``Invalid`` without a name, with an end that is past or more than a year away, or with too many tokens already.
    """
    if by.person_id is None:
        raise Denied("APIトークンは職員だけが発行できます。")
    today = clock.today()
    problems = []
    if not name.strip():
        problems.append(Problem("用途が分かる名称を入力してください。", "名称", "name"))
    if not today < expires_on <= today + LONGEST_LIFE:
        problems.append(Problem("明日から1年以内の日付にしてください。", "有効期限", "expires_on"))
    live = own_tokens(by).filter(revoked_at__isnull=True, expires_on__gt=today).count()
    if live >= MOST_PER_PERSON:
        problems.append(
            Problem(f"有効なトークンは{MOST_PER_PERSON}個までです。使わないものを失効させてください。")
        )
    if problems:
        raise Invalid("APIトークンを発行できません。", problems)
    text = _MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person_id=by.person_id,
        name=name.strip()[:60],
        prefix=text[len(_MARK) : len(_MARK) + 8],
        sha256=_digest(text),
        read_only=read_only,
        created_at=clock.now(),
        expires_on=expires_on,
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="account.api_token.issue",
        subject=("organization.api_token", token.pk),
        changes={
            "name": token.name,
            "prefix": token.prefix,
            "read_only": read_only,
            "expires_on": expires_on,
        },
    )
    return token, text


@transaction.atomic
def revoke_token(*, by: Principal, token_id: int) -> None:
    """Revoke a token of *by*; one already revoked stays so. ``Missing`` when it is not theirs."""
    token = own_tokens(by).select_for_update().filter(pk=token_id).first()
    if token is None:
        raise Missing("APIトークンが見つかりません。")
    if token.revoked_at:
        return
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    record(
        by=by,
        city_code=by.city_code,
        operation="account.api_token.revoke",
        subject=("organization.api_token", token.pk),
        changes={"name": token.name, "prefix": token.prefix},
    )


def revoke_tokens_of(*, by: Principal, person_id: int) -> int:
    """Revoke every live token of a person, inside the caller's transaction; return how many.

    Whoever knew the old password may have issued one: a new password ends them all.
    """
    tokens = list(
        ApiToken.objects.select_for_update().filter(person=person_id, revoked_at__isnull=True).order_by("pk")
    )
    for token in tokens:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        record(
            by=by,
            city_code=by.city_code,
            operation="account.api_token.revoke",
            subject=("organization.api_token", token.pk),
            changes={"name": token.name, "prefix": token.prefix, "because": "password"},
        )
    return len(tokens)


def account_of_token(text: str) -> tuple[Account, ApiToken] | None:
    """Return the account behind a token's *text*, or None when it is unknown, revoked, expired or its account is out
    of its period. The time of use is kept to five minutes."""
    if not text.startswith(_MARK) or len(text) > 100:
        return None
    now, today = clock.now(), clock.today()
    token = (
        ApiToken.objects.select_related("person__city", "person__account")
        .filter(sha256=_digest(text), revoked_at__isnull=True, expires_on__gt=today)
        .first()
    )
    account: Account | None = getattr(token.person, "account", None) if token else None
    if token is None or account is None or account.must_change_password:
        return None
    if not AccountBackend().user_can_authenticate(account):
        return None
    if token.last_used_at is None or now - token.last_used_at > _USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    account.person = token.person
    return account, token


def _digest(text: str) -> str:
    # The token is 256 random bits: a plain hash cannot be guessed back, and a look-up by it is one index read.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
