"""三種公所: it has no 情報管理者 of its own; its head is 副情報管理者 of the section it stands below (003 (2)3)."""

from __future__ import annotations

from datetime import date

from tenken.organization.models import Post, PostRole, Role, Unit, UnitPlacement
from tenken.organization.models.validity import valid_on

DEPUTY = "deputy"


def section_above(unit: Unit, on: date) -> Unit | None:
    """Return the nearest unit above *unit* on a date that answers sheets itself, or None."""
    seen: set[int] = set()
    above: Unit | None = unit
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        row = UnitPlacement.objects.filter(valid_on(on), unit=above).select_related("parent__kind").first()
        above = row.parent if row else None
        if above is not None and above.kind.answers_sheets:
            return above
    return None


def name_head_deputy(post: Post, on: date) -> PostRole | None:
    """Make *post*, the head of a 三種公所, deputy of the section above; None where no section stands above."""
    section = section_above(post.unit, on)
    if section is None:
        return None
    role = Role.objects.get(city=post.city_id, code=DEPUTY)
    return PostRole.objects.create(post=post, role=role, unit=section, valid_from=on, valid_to=post.valid_to)


def follow_the_office(unit: Unit, on: date) -> None:
    """After *unit* moved: the heads of it and of the offices below end as deputies of the old section and begin as
    those of the new. Only grants over another unit than the office itself are theirs as heads."""
    for office in _offices(unit, on):
        section = section_above(office, on)
        heads = PostRole.objects.filter(valid_on(on), post__unit=office, role__code=DEPUTY).exclude(
            unit=office
        )
        for grant in heads.select_related("post", "role"):
            if section is not None and grant.unit_id == section.pk:
                continue
            _end(grant, on)
            if section is not None:
                PostRole.objects.create(
                    post=grant.post, role=grant.role, unit=section, valid_from=on, valid_to=grant.valid_to
                )


def _offices(unit: Unit, on: date) -> list[Unit]:
    """Return the 三種公所 among *unit* and what stands below it."""
    found, level = [], [unit.pk]
    seen: set[int] = set()
    while level:
        seen.update(level)
        found += [*Unit.objects.filter(pk__in=level, kind__office_class=3)]
        rows = UnitPlacement.objects.filter(valid_on(on), parent__in=level).values_list("unit_id", flat=True)
        level = [child for child in rows if child not in seen]
    return found


def _end(grant: PostRole, on: date) -> None:
    """End *grant*; one that would have begun that very day never counted and is taken back."""
    if grant.valid_from < on:
        PostRole.objects.filter(pk=grant.pk).update(valid_to=on)
    else:
        grant.delete()
