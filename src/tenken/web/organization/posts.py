"""Posts: who is appointed to them and which roles they carry."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from tenken.common.refusals import Missing
from tenken.organization import operations, queries
from tenken.organization.access import require
from tenken.organization.models import Assignment, Post, PostRole
from tenken.organization.operations.assignments import require_to_appoint
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS
from tenken.web.organization import forms
from tenken.web.organization.pages import change_page, posted
from tenken.web.organization.units import unit_crumbs
from tenken.web.principal import SignedInRequest, signed_in

_HERE = "organization-units"


def _post(request: SignedInRequest, post_id: int) -> Post:
    rows = Post.objects.restrict(request.principal, CHANGE_PEOPLE).select_related("unit")
    post = rows.filter(pk=post_id).first()
    if post is None:
        raise Missing("この職はないか、発令できる範囲にありません。")
    return post


def _change(
    request: SignedInRequest, post: Post, form: Any, operation: Any, title: str, submit: str, done: str
) -> HttpResponse:
    address = reverse("organization-unit", args=[post.unit_id])
    return change_page(
        request,
        form,
        operation,
        title=title,
        submit=submit,
        back=address,
        cancel=address,
        done=done,
        here=_HERE,
        crumbs=unit_crumbs(post.unit),
    )


@signed_in
def new(request: SignedInRequest, unit_id: int) -> HttpResponse:
    by = request.principal
    unit = queries.visible_unit(by, unit_id)
    require(by, CHANGE_UNITS, unit=unit)
    address = reverse("organization-unit", args=[unit.pk])
    return change_page(
        request,
        forms.PostForm(by, posted(request)),
        lambda said: operations.add_post(by=by, unit=unit, **said),
        title=f"「{unit.name}」に職を加える",
        submit="加える",
        back=address,
        cancel=address,
        done="職を加えました。",
        here=_HERE,
        crumbs=unit_crumbs(unit),
    )


@signed_in
def assign(request: SignedInRequest, post_id: int) -> HttpResponse:
    by, post = request.principal, _post(request, post_id)
    require_to_appoint(by, post)
    return _change(
        request,
        post,
        forms.AssignForm(by, posted(request)),
        lambda said: operations.assign(by=by, post=post, **said),
        f"「{post.title}」に発令する",
        "発令する",
        "発令しました。",
    )


@signed_in
def grant(request: SignedInRequest, post_id: int) -> HttpResponse:
    by, post = request.principal, _post(request, post_id)
    return _change(
        request,
        post,
        forms.GrantForm(by, posted(request), initial={"unit": post.unit_id}),
        lambda said: operations.grant_role(by=by, post=post, **said),
        f"「{post.title}」に役割を付ける",
        "付ける",
        "役割を付けました。",
    )


@signed_in
def revoke(request: SignedInRequest, grant_id: int) -> HttpResponse:
    by = request.principal
    row = PostRole.objects.filter(pk=grant_id, post__city=by.city_id).select_related("role", "unit").first()
    if row is None:
        raise Missing("この役割はありません。")
    post = _post(request, row.post_id)
    require(by, CHANGE_PEOPLE, unit=row.unit)
    return _change(
        request,
        post,
        forms.EndForm(posted(request)),
        lambda said: operations.revoke_role(by=by, grant=row, on=said["on"]),
        f"「{post.title}」の役割「{row.role.name}」を終える",
        "終える",
        "役割を終えました。",
    )


@signed_in
def end(request: SignedInRequest, assignment_id: int) -> HttpResponse:
    by = request.principal
    rows = Assignment.objects.restrict(by, CHANGE_PEOPLE).select_related("person", "post__unit")
    row = rows.filter(pk=assignment_id).first()
    if row is None:
        raise Missing("この発令はないか、解令できる範囲にありません。")
    require_to_appoint(by, row.post)
    return _change(
        request,
        row.post,
        forms.EndForm(posted(request)),
        lambda said: operations.end_assignment(by=by, assignment=row, on=said["on"]),
        f"{row.person.name}を「{row.post.title}」から解令する",
        "解令する",
        "解令しました。",
    )
