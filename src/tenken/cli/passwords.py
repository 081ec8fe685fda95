"""Setting a person's password from the command line: whoever may run it may set any."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from tenken.common.refusals import Invalid, Problem

if TYPE_CHECKING:
    from tenken.organization.access import Principal
    from tenken.organization.models import Account


def read_password() -> str:
    """Ask for a new password twice on a terminal; read one line from elsewhere. It is never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("新しいパスワード：")
    if getpass.getpass("もう一度：") != password:
        raise Invalid("二つのパスワードが違います。")
    return password


def set_password(*, by: Principal, account: Account, password: str, must_change: bool) -> None:
    """Set the password of *account*; with *must_change* its person chooses their own at the next sign-in.

    ``Invalid`` when it is weak. Neither the password nor its hash is journaled.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from tenken.journal.operations import record
    from tenken.organization.api_tokens import revoke_tokens_of

    try:
        validate_password(password, account)
    except ValidationError as refusal:
        problems = [Problem(message, "パスワード") for message in refusal.messages]
        raise Invalid("このパスワードは使えません。", problems) from None
    with transaction.atomic():
        account.set_password(password)
        account.must_change_password = must_change
        account.save(update_fields=["password", "must_change_password"])
        revoke_tokens_of(by=by, person_id=account.person_id)
        record(
            by=by,
            city_code=by.city_code,
            operation="organization.account.password",
            subject=("organization.person", account.person_id),
            changes={"username": account.username, "must_change": must_change},
        )
