"""Who calls the API: a person's token, or the session of the browser they are signed in with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import SimpleRateThrottle

from tenken.common.refusals import Denied
from tenken.organization.access import Principal, principal_of
from tenken.organization.api_tokens import account_of_token
from tenken.organization.models import Account

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiRequest(HttpRequest):
    """A request of a known person: ``auth`` is their :class:`Principal`."""

    auth: Principal


class Token(HttpBearer):
    """``Authorization: Bearer tenken_…`` with a token from the person's own page."""

    def authenticate(self, request: HttpRequest, token: str) -> Principal | None:
        found = account_of_token(token.strip())
        if found is None:
            return None
        account, used = found
        if used.read_only and request.method not in _SAFE:
            raise Denied("このAPIトークンでは読取りだけができます。")
        return _principal(request, account)


class Session(APIKeyCookie):
    """The session cookie; writing needs the CSRF token besides."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        user = request.user
        if not isinstance(user, Account) or user.must_change_password:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Principal | None:
        return _principal(request, request.user) if isinstance(request.user, Account) else None


def _principal(request: HttpRequest, account: Account) -> Principal:
    address = str(request.META.get("REMOTE_ADDR") or "")[:64]
    return principal_of(account.person, channel="api", address=address)


class PerPerson(SimpleRateThrottle):
    """So many calls per person and minute."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        principal: Principal | None = getattr(request, "auth", None)
        return f"api-rate-{principal.city_code}-{principal.actor.code}" if principal else None
