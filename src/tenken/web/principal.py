"""Who is asking: the signed-in person with today's roles, on every request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from tenken.organization.access import Principal, principal_of
from tenken.organization.models import Account
from tenken.web.refusals import signed_out_fragment

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose ``principal`` is known."""

    principal: Principal


class PrincipalMiddleware:
    """Set ``request.principal`` (lazily): a :class:`Principal`, or None when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.principal = SimpleLazyObject(lambda: principal_for(request, "web"))  # type: ignore[attr-defined]
        return self.get_response(request)


def principal_for(request: HttpRequest, channel: str) -> Principal | None:
    """Return the principal behind *request*, or None."""
    user = request.user
    if not isinstance(user, Account):
        return None
    return principal_of(user.person, channel=channel, address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """Return the network address *request* came from, '' when it is not known."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64]


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let only signed-in people reach *view*; others go to the sign-in page and come back.

    A part of a page asked for by htmx gets a 401 instead, so that what was typed stays on the screen.
    """

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if getattr(request, "htmx", False):
                return signed_out_fragment(request)
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.signed_in = True  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)
