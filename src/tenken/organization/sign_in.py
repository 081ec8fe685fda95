"""What happens to an account at the door: signed in, refused, signed out, password and second factor changed."""

from __future__ import annotations

from django.db import transaction

from tenken.common.refusals import Invalid, Problem
from tenken.journal.actor import Actor
from tenken.journal.operations import record
from tenken.organization.access import Principal
from tenken.organization.api_tokens import revoke_tokens_of
from tenken.organization.models import Account, City

_SUBJECT = "organization.account"


@transaction.atomic
def record_sign_in(*, by: Principal, account: Account) -> None:
    """Record that *by* signed in with *account*."""
    record(
        by=by,
        city_code=by.city_code,
        operation="account.sign_in",
        subject=(_SUBJECT, account.username),
        changes={},
    )


@transaction.atomic
def record_sign_out(*, by: Principal, account: Account) -> None:
    """Record that *by* signed out."""
    record(
        by=by,
        city_code=by.city_code,
        operation="account.sign_out",
        subject=(_SUBJECT, account.username),
        changes={},
    )


def record_refused_sign_in(*, username: str, channel: str, address: str) -> bool:
    """Record a refused attempt, never the password. Tell whether it was written.

    An attempt at an account goes to its city's journal under the account's name. An attempt at a name that does not
    exist goes to the journal of the only city, without the name (people type passwords there); where several cities
    share the installation it belongs to none of them and False is returned.
    """
    account = Account.objects.select_related("person__city").filter(username=username).first()
    cities = [account.person.city] if account else list(City.objects.order_by("pk")[:2])
    if len(cities) != 1:
        return False
    with transaction.atomic():
        record(
            by=_Door(Actor(code="system:sign_in", name="システム", channel=channel, address=address)),
            city_code=cities[0].code,
            operation="account.sign_in_refused",
            subject=(_SUBJECT, account.username if account else ""),
            changes={"known": account is not None},
        )
    return True


@transaction.atomic
def change_own_password(*, by: Principal, account: Account, password: str) -> None:
    """Set *account*'s password and lift the order to change it. The caller has checked the old one and the rules.

    ``Invalid`` when the new password is the one in use.
    """
    stored = Account.objects.select_for_update().get(pk=account.pk)
    if stored.check_password(password):
        message = "今のパスワードと違うものにしてください。"
        raise Invalid(message, [Problem(message, "新しいパスワード", "password1")])
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    revoke_tokens_of(by=by, person_id=account.person_id)
    record(
        by=by,
        city_code=by.city_code,
        operation="account.password.change",
        subject=(_SUBJECT, account.username),
        changes={},
    )


@transaction.atomic
def record_second_factor(*, by: Principal, account: Account, change: str) -> None:
    """Record a change of the second factor: ``totp_activated``, ``webauthn_removed``, ``recovery_codes_generated`` …"""
    record(
        by=by,
        city_code=by.city_code,
        operation=f"account.mfa.{change}",
        subject=(_SUBJECT, account.username),
        changes={},
    )


class _Door:
    """Nobody is signed in yet: the door itself speaks."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
