"""Whoever got a password from the secretariat chooses their own before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenken.common.refusals import Denied
from tenken.organization.models import Account
from tenken.web.refusals import refusal_page

_OPEN = frozenset({"account_change_password", "account_logout", "account_login", "help"})


class NewPasswordMiddleware:
    """Send people whose password must change to the page that changes it; the API refuses them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is not None and (match.url_name in _OPEN or "api-1" in match.namespaces):
            return None
        if not isinstance(request.user, Account) or not request.user.must_change_password:
            return None
        if getattr(request, "htmx", False):
            return refusal_page(request, Denied("先にパスワードを変更してください。"))
        return redirect(reverse("account_change_password"))
