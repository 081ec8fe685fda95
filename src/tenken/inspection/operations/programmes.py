"""Planning, launching and closing a programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from tenken.approvals.operations import ensure_route
from tenken.common import clock
from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Denied, Invalid, Missing, Problem, Stale
from tenken.inspection.models import Programme, Question, Sheet, SheetForm, Stage
from tenken.inspection.operations.stages import StagePlan, stage_problems, write_stages
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.targets import recipients_of_launch, sections_on
from tenken.inspection.states import programme_after
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.notices.operations import queue
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy.queries.bank import ItemOnDate, items_on

SHEET_ROUTE = "inspection.sheet"
_SHEET_STEPS = (
    ("情報管理者の承認", "section_manager", "deputy"),
    ("事務局の受付", "secretariat", ""),
)


@transaction.atomic
def plan_programme(
    *,
    by: Principal,
    city: City,
    fiscal_year: int,
    name: str,
    purpose: str = "",
    stages: Sequence[StagePlan],
    code: str = "yearly",
    on: date | None = None,
) -> Programme:
    """Plan a programme of a fiscal year with its stages; nobody sees a sheet before :func:`launch`.

    ``Invalid`` for an empty name, a year out of range, stages that are missing or end before they begin, or a code
    the year already has.
    """
    require(by, MANAGE_PROGRAMMES)
    if city.pk != by.city_id:
        raise Denied("ほかの市の情報は扱えません。")
    problems = stage_problems(stages)
    if not name.strip():
        problems.append(Problem("名称を入力してください。", "名称", "name"))
    if len(name) > 120:
        problems.append(Problem("名称は120字までです。", "名称", "name"))
    if len(purpose) > 2_000:
        problems.append(Problem("目的は2,000字までです。", "目的", "purpose"))
    if not 1990 <= fiscal_year <= 2100:
        problems.append(Problem("年度は西暦4桁で入力してください（例：2014）。", "年度", "fiscal_year"))
    elif Programme.objects.filter(city=city, fiscal_year=fiscal_year, code=code).exists():
        message = f"{FiscalYear(fiscal_year)}の点検（{code}）はすでにあります。"
        problems.append(Problem(message, "年度", "fiscal_year"))
    if problems:
        raise Invalid("点検の予定に誤りがあります。", problems)
    ensure_route(by=by, city=city, code=SHEET_ROUTE, name="点検シートの提出", steps=_SHEET_STEPS)
    programme = Programme.objects.create(
        city=city, fiscal_year=fiscal_year, code=code, name=name.strip(), purpose=purpose.strip()
    )
    write_stages(programme, stages)
    record(
        by=by,
        city_code=city.code,
        operation="inspection.programme.plan",
        subject=("inspection.programme", programme.pk),
        changes={"fiscal_year": fiscal_year, "name": name, "stages": [asdict(stage) for stage in stages]},
        business_date=on,
    )
    return programme


@transaction.atomic
def change_stages(
    *, by: Principal, programme: Programme, stages: Sequence[StagePlan], version: int, on: date | None = None
) -> Programme:
    """Set the stages anew, in their order, also after the launch. ``Invalid`` when one that holds visits would go."""
    require(by, MANAGE_PROGRAMMES)
    programme = _locked(by, programme, version)
    programme_after(programme.status, "change_stages")
    if problems := stage_problems(stages):
        raise Invalid("段階に誤りがあります。", problems)
    write_stages(programme, stages)
    _raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.change_stages",
        subject=("inspection.programme", programme.pk),
        changes={"stages": [asdict(stage) for stage in stages]},
        business_date=on,
    )
    return programme


@transaction.atomic
def choose_questions(
    *,
    by: Principal,
    programme: Programme,
    item_codes: Sequence[str],
    version: int,
    on: date | None = None,
) -> SheetForm:
    """Build the programme's sheet from bank items, in the bank's order, each in its wording in force on the date.

    Until the launch the choice can be made again. ``Invalid`` names codes the bank does not have.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = _locked(by, programme, version)
    programme_after(programme.status, "change")
    items = items_on(programme.city.pk, on or by.on)
    unknown = sorted(set(item_codes) - {item.item.code for item in items})
    if unknown:
        raise Invalid(
            "ない点検項目が選ばれています。", [Problem(code, "点検項目", "items") for code in unknown]
        )
    if not item_codes:
        raise Invalid(
            "点検項目を1つ以上選んでください。", [Problem("選ばれていません。", "点検項目", "items")]
        )
    form, _ = SheetForm.objects.get_or_create(programme=programme, version=1)
    Question.objects.filter(form=form).delete()  # a plan nobody has seen yet
    chosen = set(item_codes)
    Question.objects.bulk_create(_questions(form, [item for item in items if item.item.code in chosen]))
    _raise_version(programme)
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.choose_questions",
        subject=("inspection.programme", programme.pk),
        changes={"items": sorted(item_codes)},
        business_date=on,
    )
    return form


def _questions(form: SheetForm, items: Sequence[ItemOnDate]) -> list[Question]:
    """Number *items*, which come in the bank's order: 1-1, 1-2 … within the first 調査項目, 2-1 in the next."""
    questions: list[Question] = []
    chapter, place, category = 0, 0, None
    for order, item in enumerate(items, start=1):
        if item.category.pk != category:
            chapter, place, category = chapter + 1, 0, item.category.pk
        place += 1
        number = f"{chapter}-{place}"
        questions.append(
            Question(form=form, order=order, number=number, category=item.category, revision=item.revision)
        )
    return questions


@transaction.atomic
def launch(*, by: Principal, programme: Programme, version: int, on: date | None = None) -> int:
    """Freeze the sheet's form and give every section its sheet at once; tell deputies and managers by mail.

    Returns the number of sheets. ``Invalid`` without questions or sections.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = _locked(by, programme, version)
    day = on or by.on
    programme.status = programme_after(programme.status, "launch")
    form = SheetForm.objects.filter(programme=programme).order_by("-version").first()
    questions = list(
        Question.objects.filter(form=form).select_related("revision__item", "category").order_by("order")
        if form
        else []
    )
    if form is None or not questions:
        raise Invalid("点検シートの設問がまだ選ばれていません。")
    sections = sections_on(programme.city, day)
    if not sections:
        raise Invalid(f"{day}の時点で、点検の対象となる課公所がありません。")
    form.sha256 = form_hash(questions)
    form.save(update_fields=["sha256"])
    Sheet.objects.bulk_create(
        Sheet(programme=programme, form=form, unit_id=unit, bureau_id=bureau) for unit, bureau in sections
    )
    programme.launched_on, programme.launched_at = day, clock.now()
    programme.version += 1
    programme.save(update_fields=["status", "launched_on", "launched_at", "version"])
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.launch",
        subject=("inspection.programme", programme.pk),
        changes={"sheets": [unit for unit, _ in sections], "form": form.sha256, "questions": len(questions)},
        business_date=day,
    )
    if day == clock.today():  # a past year loaded later tells nobody
        _tell_sections(by, programme, [unit for unit, _ in sections])
    return len(sections)


def form_hash(questions: Sequence[Question]) -> str:
    """Return the hash over what *questions* ask (``revision.item`` loaded): numbers, items, wording, order."""
    return sha256(
        canonical_json(
            [
                {
                    "number": question.number,
                    "item": question.revision.item.code,
                    "revision": question.revision.number,
                    "question": question.revision.question,
                    "required": question.required,
                }
                for question in questions
            ]
        )
    )


def _tell_sections(by: Principal, programme: Programme, units: Sequence[int]) -> None:
    stage = programme.stages.filter(kind=Stage.Kind.SELF_INSPECTION).first()
    until = f"{stage.ends_on.month}月{stage.ends_on.day}日まで" if stage else ""
    queue(
        by=by,
        city_code=programme.city.code,
        kind="inspection.launched",
        recipients=recipients_of_launch(programme.city, units, by.on),
        subject=f"【点検】{programme.name}が始まりました",
        body=f"{programme.name}が始まりました。点検シートに{until}記入して、提出してください。",
        link="/inspection/",
    )


@transaction.atomic
def close_programme(
    *, by: Principal, programme: Programme, version: int, on: date | None = None
) -> Programme:
    """End the programme: its sheets and stages no longer change. Open findings live on in their own room."""
    require(by, MANAGE_PROGRAMMES)
    programme = _locked(by, programme, version)
    programme.status = programme_after(programme.status, "close")
    programme.closed_on = on or by.on
    programme.version += 1
    programme.save(update_fields=["status", "closed_on", "version"])
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.close",
        subject=("inspection.programme", programme.pk),
        changes={},
        business_date=on,
    )
    return programme


def locked_programme(by: Principal, programme: Programme) -> Programme:
    """Return the programme with its city, its row locked; ``Missing`` when *by*'s city has no such programme."""
    fresh = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("city")
        .filter(pk=programme.pk, city=by.city_id)
        .first()
    )
    if fresh is None:
        raise Missing("点検がありません。")
    return fresh


def _locked(by: Principal, programme: Programme, version: int) -> Programme:
    fresh = locked_programme(by, programme)
    if fresh.version != version:
        raise Stale("ほかの人が先にこの点検を変更しました。ページを開き直してください。")
    return fresh


def _raise_version(programme: Programme) -> None:
    programme.version += 1
    programme.save(update_fields=["version"])
