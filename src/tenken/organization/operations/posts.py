"""Posts and the roles they carry."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Post, PostRole, Role, Unit
from tenken.organization.names import Checks, refuse
from tenken.organization.operations.city_lock import lock_city, raise_version
from tenken.organization.operations.office_heads import name_head_deputy
from tenken.organization.permissions import CHANGE_PEOPLE, CHANGE_UNITS


@transaction.atomic
def add_post(
    *,
    by: Principal,
    unit: Unit,
    code: str,
    title: str,
    on: date,
    single_seat: bool = True,
    head: bool = False,
) -> Post:
    """Add a post to *unit* from a date on. ``Invalid`` when its code is in use then or later.

    *head*: it is the unit's head; the head of a 三種公所 becomes 副情報管理者 of the section above.
    """
    require(by, CHANGE_UNITS, unit=unit)
    lock_city(by)
    kept_code, kept_title = _check_post(by, unit, code, title, on)
    post = Post.objects.create(
        city_id=by.city_id,
        unit=unit,
        code=kept_code,
        title=kept_title,
        single_seat=single_seat,
        valid_from=on,
    )
    deputy = name_head_deputy(post, on) if head and unit.kind.office_class == 3 else None
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.post.add",
        subject=("organization.post", post.pk),
        changes={
            "code": kept_code,
            "title": kept_title,
            "unit": unit.code,
            "single_seat": single_seat,
            "deputy_of": deputy and deputy.unit.code,
        },
        business_date=on,
    )
    return post


def _check_post(by: Principal, unit: Unit, code: str, title: str, on: date) -> tuple[str, str]:
    """Return code and title as they are kept; ``Invalid`` when one is wrong or the code is in use."""
    checks = Checks()
    kept_code = checks.code(code, label="職コード", limit=30, field="code")
    kept_title = checks.name(title, label="職名", limit=120, field="title")
    if not unit.is_valid_on(on):
        checks.problem(f"「{unit.name}」は{on}にはありません。", label="組織", field="unit")
    same = Post.objects.filter(city=by.city_id, code=kept_code)
    if other := same.exclude(valid_to__lte=on).first() or same.filter(valid_from=on).first():
        checks.problem(
            f"職コード{kept_code}は「{other.title}」が使っています。", label="職コード", field="code"
        )
    checks.done()
    return kept_code, kept_title


@transaction.atomic
def add_first_posts(*, by: Principal, unit: Unit, on: date) -> None:
    """Give a new section that answers sheets its head, who is its 情報管理者, and seats for its people.

    Other units get none: nobody answers for them.
    """
    if not unit.kind.answers_sheets:
        return
    roles = {role.code: role for role in Role.objects.filter(city=by.city_id)}
    for code, suffix, role, single in (("1", "長", "section_manager", True), ("9", "員", "staff", False)):
        post = add_post(
            by=by,
            unit=unit,
            code=f"{unit.code}-{code}",
            title=f"{unit.name}{suffix}",
            on=on,
            single_seat=single,
        )
        if role in roles:
            grant_role(by=by, post=post, role=roles[role], unit=unit, on=on)


@transaction.atomic
def grant_role(
    *, by: Principal, post: Post, role: Role, unit: Unit, on: date, until: date | None = None
) -> PostRole:
    """Let *post* carry *role* for *unit* and all below it, from a date on (to the day before *until*).

    ``Invalid`` when it carries it already in that time. Whoever changes people for *unit* and for the post's own
    unit may grant: a role over the whole city needs the whole city.
    """
    require(by, CHANGE_PEOPLE, unit=post.unit)
    require(by, CHANGE_PEOPLE, unit=unit)
    lock_city(by)
    checks = Checks()
    checks.period(on, until)
    if role.city_id != by.city_id:
        checks.problem("この市の役割から選んでください。", label="役割", field="role")
    overlapping = PostRole.objects.filter(post=post, role=role, unit=unit).exclude(valid_to__lte=on)
    if until is not None:
        overlapping = overlapping.filter(valid_from__lt=until)
    if earlier := overlapping.first():
        checks.problem(
            f"「{post.title}」は{earlier.valid_from}から「{role.name}」です。", label="役割", field="role"
        )
    if not post.is_valid_on(on):
        checks.problem(f"「{post.title}」は{on}にはありません。", label="職", field="post")
    if not unit.is_valid_on(on):
        checks.problem(f"「{unit.name}」は{on}にはありません。", label="範囲", field="unit")
    checks.done()
    grant = PostRole.objects.create(post=post, role=role, unit=unit, valid_from=on, valid_to=until)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.role.grant",
        subject=("organization.post", post.pk),
        changes={"role": role.code, "unit": unit.code, "until": until},
        business_date=on,
    )
    return grant


@transaction.atomic
def revoke_role(*, by: Principal, grant: PostRole, on: date) -> None:
    """End a role at a date: the first day without it. ``Invalid`` when it ended before."""
    require(by, CHANGE_PEOPLE, unit=grant.post.unit)
    require(by, CHANGE_PEOPLE, unit=grant.unit)
    lock_city(by)
    grant = PostRole.objects.select_for_update().select_related("post", "role", "unit").get(pk=grant.pk)
    if grant.valid_to is not None and grant.valid_to <= on:
        raise refuse(f"この役割は{grant.valid_to}に終わっています。", label="終了日", field="on")
    if on <= grant.valid_from:
        raise refuse(
            f"この役割は{grant.valid_from}からです。それより後の日付にしてください。",
            label="終了日",
            field="on",
        )
    PostRole.objects.filter(pk=grant.pk).update(valid_to=on)
    raise_version(by)
    record(
        by=by,
        city_code=by.city_code,
        operation="organization.role.revoke",
        subject=("organization.post", grant.post_id),
        changes={"role": grant.role.code, "unit": grant.unit.code},
        business_date=on,
    )
