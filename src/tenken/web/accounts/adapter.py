"""How sign-in behaves: accounts come from the staff list, refusals tell nothing, everything is journaled.

django-allauth calls these two adapters; the hooks stand in for signals.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tenken.organization import sign_in
from tenken.organization.access import principal_of
from tenken.organization.models import Account
from tenken.web.principal import address_of

logger = logging.getLogger("tenken.sign_in")

_MFA_MAILS = "mfa/email/"


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, no mail is sent, and what happens at the door is in the journal."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for an unknown number, a wrong password and an account out of its period.
        "username_password_mismatch": "利用者名かパスワードが違います。",
        "account_inactive": "利用者名かパスワードが違います。",
        "invalid_login": "利用者名かパスワードが違います。",
        "incorrect_password": "パスワードが違います。",
        "enter_current_password": "今のパスワードが違います。",
        "too_many_login_attempts": "ログインの失敗が続いたため、しばらく受け付けません。5分ほど待ってから、もう一度お試しください。",
        "rate_limited": "操作が続いたため、しばらく受け付けません。少し待ってから、もう一度お試しください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account alone. allauth's own key holds the Host header, whose port a stranger chooses."""
        return f"account:{str(credentials.get('username', '')).casefold()}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        address = address_of(request)
        username = str(credentials.get("username", ""))
        if not sign_in.record_refused_sign_in(username=username, channel="web", address=address):
            logger.warning("sign-in refused for an unknown account from %s", address)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        sign_in.record_sign_in(by=_principal(request, user), account=user)
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Account):
            sign_in.record_sign_out(by=_principal(request, request.user), account=request.user)
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        sign_in.change_own_password(by=_principal(self.request, user), account=user, password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_me")

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        # Called at each change of the second factor; the journal keeps it instead of a mail.
        if template_prefix.startswith(_MFA_MAILS):
            change = template_prefix.removeprefix(_MFA_MAILS)
            sign_in.record_second_factor(by=_principal(self.request, user), account=user, change=change)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        for method in methods:
            method["description"] = _METHODS.get(str(method["id"]), method["description"])
        return methods


_METHODS = {
    "reauthenticate": "パスワードで確認する",
    "mfa_reauthenticate": "認証アプリで確認する",
    "mfa_reauthenticate:webauthn": "セキュリティキーで確認する",
}


class EncryptedMFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are encrypted with the installation's key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "コードが違います。",
        "cannot_delete_authenticator": "2段階認証を解除できません。",
        "cannot_generate_recovery_codes": "2段階認証を設定してから、予備コードを発行してください。",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ValueError("a second factor was encrypted with another secret key") from error

    def get_totp_issuer(self) -> str:
        return "Tenken"

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return "セキュリティキー"


def _cipher() -> MultiFernet:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(("mfa:" + key).encode()).digest())) for key in keys]
    )


def _principal(request: HttpRequest, user: Account) -> Any:
    return principal_of(user.person, channel="web", address=address_of(request))
