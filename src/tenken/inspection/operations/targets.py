"""Whom a programme reaches: its rule, the exceptions named one by one, and who comes in after the launch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from tenken.assets.models import InformationSystem
from tenken.common.refusals import Invalid, Problem, Stale
from tenken.inspection.models import Kind, Programme, Sheet, SheetForm, TargetException
from tenken.inspection.operations.programmes import locked_programme, raise_version, unchanged_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.targets import recipients_of_launch, sections_on
from tenken.inspection.rules.targets import RULES_OF
from tenken.inspection.states import programme_after
from tenken.journal.operations import record
from tenken.notices.operations import queue
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on

REASON_LIMIT = 300


@dataclass(frozen=True)
class TargetSaid:
    """One unit or one system (the other None) that is taken in or left out against the rule."""

    include: bool
    reason: str
    unit_id: int | None = None
    system_id: int | None = None


@transaction.atomic
def set_targets(
    *,
    by: Principal,
    programme: Programme,
    target_rule: str,
    exceptions: Sequence[TargetSaid],
    version: int,
    basis: Programme | None = None,
    on: date | None = None,
) -> Programme:
    """Set whom a planned programme reaches: its rule and all its exceptions anew.

    *basis*: the programme whose issues decide, None for the one before. ``Invalid`` for a rule that does not fit the
    kind, an exception without a reason or given twice, a unit or system that the city does not have.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
    programme_after(programme.status, "change")
    problems = list(_exception_problems(programme, exceptions))
    if target_rule not in RULES_OF[programme.kind]:
        problems.append(Problem("この種類の点検では選べない対象です。", "対象", "target_rule"))
    if basis is not None and (basis.city_id != programme.city_id or basis.pk == programme.pk):
        problems.append(Problem("もとにする点検がありません。", "もとにする点検", "basis"))
    if problems:
        raise Invalid("対象に誤りがあります。", problems)
    programme.target_rule, programme.basis = target_rule, basis
    programme.save(update_fields=["target_rule", "basis"])
    write_exceptions(programme, exceptions)
    raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.set_targets",
        subject=("inspection.programme", programme.pk),
        changes={
            "target_rule": target_rule,
            "basis": basis.pk if basis else None,
            "exceptions": [asdict(one) for one in exceptions],
        },
        business_date=on,
    )
    return programme


def write_exceptions(programme: Programme, exceptions: Sequence[TargetSaid]) -> None:
    """Make *exceptions* those of a programme nobody has seen yet."""
    TargetException.objects.filter(programme=programme).delete()
    mode = {True: TargetException.Mode.INCLUDE, False: TargetException.Mode.EXCLUDE}
    TargetException.objects.bulk_create(
        TargetException(
            programme=programme,
            mode=mode[one.include],
            unit_id=one.unit_id,
            system_id=one.system_id,
            reason=one.reason.strip(),
        )
        for one in exceptions
    )


def _exception_problems(programme: Programme, exceptions: Sequence[TargetSaid]) -> Iterator[Problem]:
    units = set(Unit.objects.filter(city=programme.city).values_list("pk", flat=True))
    systems = set(InformationSystem.objects.filter(city=programme.city).values_list("pk", flat=True))
    seen: set[tuple[int | None, int | None]] = set()
    for number, one in enumerate(exceptions, start=1):
        place, prefix = f"例外{number}", f"exceptions-{number - 1}"
        key = (one.unit_id, one.system_id)
        if (one.unit_id is None) == (one.system_id is None):
            yield Problem("課公所か情報システムの、どちらか1つを選んでください。", place, f"{prefix}-subject")
        elif one.unit_id not in units | {None} or one.system_id not in systems | {None}:
            yield Problem("この市にない課公所か情報システムです。", place, f"{prefix}-subject")
        elif one.system_id and programme.kind != Kind.SYSTEM_AUDIT:
            yield Problem("情報システムは、情報システム監査でだけ選べます。", place, f"{prefix}-subject")
        if key in seen:
            yield Problem("同じものが2回あります。", place, f"{prefix}-subject")
        seen.add(key)
        yield from reason_problems(one.reason, place, f"{prefix}-reason")


def reason_problems(reason: str, place: str, field: str) -> Iterator[Problem]:
    """Yield what is wrong with the words that say why."""
    if not reason.strip():
        yield Problem("理由を入力してください。", place, field)
    if len(reason.strip()) > REASON_LIMIT:
        yield Problem(f"理由は{REASON_LIMIT}字までです。", place, field)


@transaction.atomic
def add_target(
    *,
    by: Principal,
    programme: Programme,
    unit: Unit,
    reason: str,
    system: InformationSystem | None = None,
    on: date | None = None,
) -> Sheet:
    """Give a section that was founded (or forgotten) a sheet of a running programme, and tell it by mail.

    *system*: the sheet is for this system of the section. ``Invalid`` without a reason, for a unit that answers no
    sheets on the date or has its sheet already; ``Stale`` unless the programme runs.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    if programme.status != Programme.Status.LAUNCHED:
        raise Stale("対象を加えられるのは、実施中の点検だけです。")
    day = on or by.on
    sections = dict(sections_on(programme.city, day))
    problems = _addition_problems(programme, unit, system, sections, day)
    problems += reason_problems(reason, "理由", "reason")
    if problems:
        raise Invalid("対象に加えられません。", problems)
    subject = {"system": system, "unit": None} if system else {"unit": unit, "system": None}
    said = {"mode": TargetException.Mode.INCLUDE, "reason": reason.strip()}
    TargetException.objects.update_or_create(programme=programme, **subject, defaults=said)
    form = SheetForm.objects.filter(programme=programme).latest("version")
    sheet = Sheet.objects.create(
        programme=programme, form=form, unit=unit, bureau_id=sections[unit.pk], system=system
    )
    raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.add_target",
        subject=("inspection.programme", programme.pk),
        changes={
            "unit": unit.pk,
            "system": system.pk if system else None,
            "reason": reason.strip(),
            "sheet": sheet.pk,
        },
        business_date=day,
    )
    queue(
        by=by,
        city_code=programme.city.code,
        kind="inspection.launched",
        recipients=recipients_of_launch(programme.city, [unit.pk], day),
        subject=f"【点検】{programme.name}の対象になりました",
        body=f"{unit.name}が{programme.name}の対象になりました。点検シートに記入して、提出してください。",
        link=f"/inspection/sheets/{sheet.pk}/",
    )
    return sheet


def _addition_problems(
    programme: Programme,
    unit: Unit,
    system: InformationSystem | None,
    sections: Mapping[int, int | None],
    day: date,
) -> list[Problem]:
    problems = []
    if programme.kind == Kind.SELF_CHECK:
        problems.append(Problem("職員の自己チェックには、課公所を加えられません。", "対象", "unit"))
    if unit.pk not in sections:
        problems.append(Problem("いま点検の対象になる課公所ではありません。", "課公所", "unit"))
    if (system is None) != (programme.kind != Kind.SYSTEM_AUDIT):
        problems.append(
            Problem("情報システム監査では、情報システムを選んでください。", "情報システム", "system")
        )
    if system is not None and not InformationSystem.objects.filter(
        valid_on(day), pk=system.pk, city=programme.city
    ):
        problems.append(Problem("いまの台帳にない情報システムです。", "情報システム", "system"))
    same = {"system": system} if system else {"unit": unit, "system__isnull": True}
    if Sheet.objects.filter(programme=programme, **same).exists():
        problems.append(Problem("すでに点検シートがあります。", "課公所", "unit"))
    return problems
