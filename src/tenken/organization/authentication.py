"""Sign-in: an account works while it and its person are in office."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from tenken.common import clock
from tenken.organization.models import Account


class AccountBackend(ModelBackend):
    """Django's password check, plus the account's period: a leaver's account ends with its ``valid_to``."""

    def user_can_authenticate(self, user: Any) -> bool:
        if not isinstance(user, Account):
            return False
        today = clock.today()
        return (
            user.is_active and user.valid_from <= today and (user.valid_to is None or today < user.valid_to)
        )

    def get_user(self, user_id: Any) -> Account | None:
        account = Account.objects.select_related("person__city").filter(pk=user_id).first()
        return account if self.user_can_authenticate(account) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()
