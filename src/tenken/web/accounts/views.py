"""A person's own page: what they are appointed to, how they sign in, their API tokens."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenken.common.refusals import Invalid, Missing
from tenken.organization.api_tokens import issue_token, own_tokens, revoke_token
from tenken.web.accounts.forms import TokenForm
from tenken.web.principal import SignedInRequest, signed_in


@require_safe
@signed_in
def me(request: SignedInRequest) -> HttpResponse:
    """The signed-in person's page."""
    factors = set(Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True))
    context = {
        "number": request.principal.actor.code,
        "name": request.principal.actor.name,
        "post_header": ["職", "役割"],
        "posts": _posts(request),
        "has_app": Authenticator.Type.TOTP in factors,
        "has_key": Authenticator.Type.WEBAUTHN in factors,
        "has_codes": Authenticator.Type.RECOVERY_CODES in factors,
        "tokens": own_tokens(request.principal),
    }
    return render(request, "web/accounts/me.html", context)


def _posts(request: SignedInRequest) -> list[tuple[str, str]]:
    roles: dict[str, list[str]] = {}
    for grant in request.principal.grants:
        names = roles.setdefault(grant.post_title, [])
        if grant.role_name not in names:
            names.append(grant.role_name)
    return [(post, "、".join(names)) for post, names in roles.items()]


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do without the password: passwords are not sent by mail."""
    return render(request, "web/accounts/forgotten.html")


@require_http_methods(["GET", "POST"])
@signed_in
@reauthentication_required(app="tenken.web")
def add_token(request: SignedInRequest) -> HttpResponse:
    """Issue an API token and show its text, once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, text = issue_token(
                by=request.principal,
                name=form.cleaned_data["name"],
                expires_on=form.cleaned_data["expires_on"],
                read_only=not form.cleaned_data["may_write"],
            )
        except Invalid as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field or None, problem.message)
        else:
            return render(request, "web/accounts/token_issued.html", {"token": token, "text": text})
    status = 422 if form.is_bound else 200
    return render(request, "web/accounts/token_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def remove_token(request: SignedInRequest, token_id: int) -> HttpResponse:
    """Ask, then revoke one of the person's tokens."""
    if request.method == "POST":
        revoke_token(by=request.principal, token_id=token_id)
        messages.success(request, "APIトークンを失効させました。")
        return redirect("account_me")
    token = own_tokens(request.principal).filter(pk=token_id).first()
    if token is None:
        raise Missing("APIトークンが見つかりません。")
    return render(request, "web/accounts/token_remove.html", {"token": token})
