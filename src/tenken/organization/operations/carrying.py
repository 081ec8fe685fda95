"""What a unit's successor takes over at the date: posts with their holders and roles, units below, procedures.

A row that ran before the date ends there and a new one begins; a row laid down for that date or later is the
successor's from the start. Nothing that counted is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tenken.common import clock
from tenken.organization.access import Principal
from tenken.organization.models import (
    Assignment,
    EmergencyProcedure,
    Post,
    PostRole,
    Unit,
    UnitPlacement,
)
from tenken.organization.names import refuse


def carry_units_below(old: Unit, new: Unit, on: date) -> None:
    """Put what stands below *old* below *new*."""
    rows = UnitPlacement.objects.filter(parent=old).exclude(valid_to__lte=on).exclude(unit=new)
    later = rows.filter(valid_from__gte=on)
    running = list(rows.filter(valid_from__lt=on))
    later.update(parent=new)
    UnitPlacement.objects.filter(pk__in=[row.pk for row in running]).update(valid_to=on)
    UnitPlacement.objects.bulk_create(
        UnitPlacement(unit_id=row.unit_id, parent=new, valid_from=on, valid_to=row.valid_to)
        for row in running
    )


def carry_posts(old: Unit, new: Unit, on: date, goes_on: Callable[[Post], bool]) -> None:
    """Let the posts of *old* that *go on* continue in *new*, holders and roles with them; the others end.

    Roles that posts elsewhere carry over *old* are carried over *new*.
    """
    for post in Post.objects.filter(unit=old).exclude(valid_to__lte=on):
        if not goes_on(post):
            end_post(post, on)
        elif post.valid_from >= on:
            Post.objects.filter(pk=post.pk).update(unit=new, title=post.title.replace(old.name, new.name))
        else:
            _continue_post(post, old, new, on)
    _carry_grants(PostRole.objects.filter(unit=old), on, lambda grant: (grant.post_id, new.pk))


def _continue_post(post: Post, old: Unit, new: Unit, on: date) -> None:
    heir = Post.objects.create(
        city_id=post.city_id,
        unit=new,
        code=post.code,
        title=post.title.replace(old.name, new.name)[:120],
        single_seat=post.single_seat,
        valid_from=on,
        valid_to=post.valid_to,
    )
    held = Assignment.objects.filter(post=post).exclude(valid_to__lte=on)
    running = list(held.filter(valid_from__lt=on))
    held.filter(valid_from__gte=on).update(post=heir)
    Assignment.objects.filter(pk__in=[row.pk for row in running]).update(valid_to=on)
    Assignment.objects.bulk_create(
        Assignment(person_id=row.person_id, post=heir, kind=row.kind, valid_from=on, valid_to=row.valid_to)
        for row in running
    )
    _carry_grants(
        PostRole.objects.filter(post=post),
        on,
        lambda grant: (heir.pk, new.pk if grant.unit_id == old.pk else grant.unit_id),
    )
    Post.objects.filter(pk=post.pk).update(valid_to=on)


def _carry_grants(grants: object, on: date, heir: Callable[[PostRole], tuple[int, int]]) -> None:
    """End each of *grants* at the date and begin its heir (post, unit), unless that stands already."""
    for grant in grants.exclude(valid_to__lte=on):  # type: ignore[attr-defined]
        post_id, unit_id = heir(grant)
        starts = max(on, grant.valid_from)
        same = PostRole.objects.filter(post=post_id, role=grant.role_id, unit=unit_id)
        stands = same.exclude(pk=grant.pk).exclude(valid_to__lte=starts).exists()
        if grant.valid_from < on:
            PostRole.objects.filter(pk=grant.pk).update(valid_to=on)
            if not stands:
                PostRole.objects.create(
                    post_id=post_id,
                    role_id=grant.role_id,
                    unit_id=unit_id,
                    valid_from=on,
                    valid_to=grant.valid_to,
                )
        elif stands:
            grant.delete()  # laid down for later, and doubled by the merger: it never counted
        else:
            PostRole.objects.filter(pk=grant.pk).update(post=post_id, unit=unit_id)


def end_post(post: Post, on: date) -> None:
    """End *post*, its holders' assignments and its roles at the date.

    ``Invalid`` when something of it is laid down for that date or later: that must be settled first.
    """
    later = Assignment.objects.filter(post=post, valid_from__gte=on).select_related("person").first()
    if later:
        raise refuse(
            f"「{post.title}」には{later.valid_from}からの{later.person.name}の発令があります。先に取り消してください。",
            label="施行日",
            field="on",
        )
    if post.valid_from >= on:
        raise refuse(
            f"「{post.title}」は{post.valid_from}からの職です。先に別の組織へ移してください。",
            label="施行日",
            field="on",
        )
    Assignment.objects.filter(post=post).exclude(valid_to__lte=on).update(valid_to=on)
    grants = PostRole.objects.filter(post=post).exclude(valid_to__lte=on)
    grants.filter(valid_from__gte=on).delete()
    grants.filter(valid_from__lt=on).update(valid_to=on)
    Post.objects.filter(pk=post.pk).update(valid_to=on)


def carry_emergency_procedure(by: Principal, old: Unit, new: Unit, on: date) -> None:
    """Let the procedure for the manager's absence go on in *new*."""
    row = EmergencyProcedure.objects.filter(unit=old, valid_to=None).first()
    if row is None:
        return
    EmergencyProcedure.objects.filter(pk=row.pk).update(valid_to=max(on, row.valid_from))
    EmergencyProcedure.objects.create(
        unit=new,
        text=row.text,
        contact=row.contact,
        valid_from=max(on, row.valid_from),
        recorded_by=by.actor.code,
        recorded_at=clock.now(),
    )
