"""パスワードの発行: the first ones of those who join, on slips that are printed once, and new ones for who forgot."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tenken.common.refusals import Invalid
from tenken.organization import operations, queries
from tenken.organization.access import require
from tenken.organization.models import Person
from tenken.organization.operations.passwords import SLIPS_AT_ONCE, awaiting_first_password
from tenken.organization.permissions import CHANGE_PEOPLE
from tenken.web.organization.forms import ReissueForm
from tenken.web.organization.pages import page, show_problems
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-passwords"


@never_cache
@signed_in
def first_passwords(request: SignedInRequest) -> HttpResponse:
    """How many wait for their first password; when sent, the next slips, shown this once."""
    by = request.principal
    require(by, CHANGE_PEOPLE)
    slips = operations.issue_first_passwords(by=by) if request.method == "POST" else []
    context = {"slips": slips, "waiting": awaiting_first_password(by).count(), "at_once": SLIPS_AT_ONCE}
    return page(request, "passwords", context, here=_HERE)


@never_cache
@signed_in
def reissue(request: SignedInRequest) -> HttpResponse:
    """Choose a person by their 職員番号."""
    by = request.principal
    require(by, CHANGE_PEOPLE)
    form = ReissueForm(by, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _asked(request, form.cleaned_data["person"])
    return page(request, "password_reissue", {"form": form}, here=_HERE, status=422 if form.is_bound else 200)


@never_cache
@signed_in
def reissue_for(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Ask once more; when sent, give the person a new password and show it this once."""
    by = request.principal
    require(by, CHANGE_PEOPLE)
    person = queries.visible_person(by, person_id)
    if request.method != "POST":
        return _asked(request, person)
    try:
        slip = operations.reissue_password(by=by, person=person)
    except Invalid as refusal:
        form = ReissueForm(by, {"person": person.number})
        form.is_valid()
        show_problems(form, refusal)
        return page(request, "password_reissue", {"form": form}, here=_HERE, status=422)
    return page(request, "passwords", {"slips": [slip], "reissued": True}, here=_HERE)


def _asked(request: SignedInRequest, person: Person) -> HttpResponse:
    context = {
        "person": person,
        "action": reverse("organization-password-person", args=[person.pk]),
        "back": reverse("organization-password-reissue"),
    }
    return page(request, "password_confirm", context, here=_HERE)
