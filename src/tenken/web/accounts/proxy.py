"""Sign-in by a reverse proxy (REMOTE_USER). Off unless both the header and the proxy's addresses are set.

Trust: whoever can connect from one of ``TENKEN_REMOTE_USER_FROM`` can be anyone. The proxy must overwrite the header on
every request, and Tenken must not be reachable past it. From other addresses the header is ignored.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from tenken.organization import sign_in
from tenken.organization.access import principal_of
from tenken.organization.authentication import AccountBackend
from tenken.organization.models import Account

_SESSION_MARK = "signed_in_by_proxy"


class ProxySignInMiddleware:
    """Sign in the account the proxy names, and out when it names another or none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REMOTE_USER_HEADER and request.META.get("REMOTE_ADDR") in settings.REMOTE_USER_FROM:
            self._follow(request, request.headers.get(settings.REMOTE_USER_HEADER, "").strip())
        return self.get_response(request)

    def _follow(self, request: HttpRequest, username: str) -> None:
        user = request.user
        if isinstance(user, Account) and (
            user.username == username or not request.session.get(_SESSION_MARK)
        ):
            return
        if isinstance(user, Account):
            auth.logout(request)
        if not username:
            return
        account = Account.objects.select_related("person__city").filter(username=username).first()
        if account is None or not AccountBackend().user_can_authenticate(account):
            return
        auth.login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session[_SESSION_MARK] = True
        address = request.META.get("REMOTE_ADDR", "")[:64]
        by = principal_of(account.person, channel="web", address=address)
        sign_in.record_sign_in(by=by, account=account)
