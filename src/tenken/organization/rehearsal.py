"""A change of units tried out: what it does to units, posts and their holders, told before it is done.

    with rehearsal(by):
        effect = effect_of(by, [unit], on, "改称", lambda: [rename_unit(by=by, unit=unit, name="市民税課", on=on)])

The change is really made and taken back, so that what is told is what will happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from tenken.organization.access import Principal
from tenken.organization.models import Assignment, Post, Unit, UnitPlacement
from tenken.organization.models.validity import valid_on
from tenken.organization.queries import names_with_bureau


@dataclass(frozen=True)
class Effect:
    """What a change does from ``on``. ``old_ids``: the units before, for what other rooms know of them.

    ``ending``: posts that end, each with its holders; ``moved``: units that stand elsewhere from then on.
    """

    label: str
    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    going_on: tuple[str, ...]
    ending: tuple[str, ...]
    new: tuple[str, ...]
    moved: tuple[str, ...]
    old_ids: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def said(self) -> list[object]:
        """What the digest of a difference stands for: all but keys, which a second try gives anew."""
        return [
            self.label,
            self.on.isoformat(),
            *map(list, (self.before, self.after, self.going_on, self.ending, self.new, self.moved)),
        ]


@contextmanager
def rehearsal(by: Principal) -> Iterator[None]:
    """Take back all that is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    by.city.refresh_from_db(fields=["organization_version"])


def effect_of(
    by: Principal,
    old: Sequence[Unit],
    on: date,
    label: str,
    change: Callable[[], Sequence[Unit]],
    *,
    rows: tuple[int, ...] = (),
) -> Effect:
    """Make the change and tell what it did. *change* gives the units that stand for *old* afterwards."""
    old_ids = tuple(unit.pk for unit in old)
    eve = on - timedelta(days=1)
    before = _told(by, old_ids, eve)
    held = _holders(old_ids, on)
    posts = {post.code: post for post in Post.objects.filter(unit__in=old_ids).exclude(valid_to__lte=on)}
    below = _below(old_ids, on)
    made = list(change())
    new_ids = [unit.pk for unit in made]
    now = {post.code: post for post in Post.objects.filter(valid_on(on), unit__in=new_ids)}
    standing = set(
        Post.objects.filter(valid_on(on), city=by.city_id, code__in=posts).values_list("code", flat=True)
    )
    beside = now.keys() - posts.keys() if set(new_ids) - set(old_ids) or not old_ids else set()
    founded = {post.code for post in now.values() if post.valid_from == on}
    return Effect(
        label=label,
        on=on,
        before=before,
        after=_told(by, new_ids, on),
        going_on=tuple(
            now[code].title if code in now else posts[code].title
            for code in sorted(posts)
            if code in standing
        ),
        ending=tuple(
            f"{post.title}（{held.get(post.pk, '欠員')}）"
            for code, post in sorted(posts.items())
            if code not in standing
        ),
        new=tuple(now[code].title for code in sorted(beside & founded)),
        moved=tuple(below) if set(new_ids) != set(old_ids) else (),
        old_ids=old_ids,
        rows=rows,
    )


def _told(by: Principal, units: Sequence[int], day: date) -> tuple[str, ...]:
    names = names_with_bureau(by.city, units, day)
    codes = dict(Unit.objects.filter(pk__in=units).values_list("pk", "code"))
    return tuple(f"{codes[unit]} {names[unit]}" for unit in units)


def _holders(units: Sequence[int], on: date) -> dict[int, str]:
    """Return who holds each post the day before, in words."""
    found: dict[int, list[str]] = {}
    held = Assignment.objects.filter(valid_on(on - timedelta(days=1)), post__unit__in=units)
    for post, name in held.order_by("kind", "pk").values_list("post_id", "person__name"):
        found.setdefault(post, []).append(name)
    return {post: "、".join(names) for post, names in found.items()}


def _below(units: Sequence[int], on: date) -> list[str]:
    rows = UnitPlacement.objects.filter(parent__in=units).exclude(valid_to__lte=on).exclude(unit__in=units)
    return list(rows.order_by("unit__code").values_list("unit__name", flat=True).distinct())
