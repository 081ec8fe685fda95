"""Sections merged, renamed, split or new in the middle of a campaign: their sheets follow. Nothing written is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid, Stale
from tenken.inspection.models import Answer, AnswerEvidence, Programme, Sheet, SheetForm
from tenken.inspection.operations.many import check_running
from tenken.inspection.operations.programmes import locked_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.reorganisation import CarryOver, Heir, carry_over_plan
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import Unit


@transaction.atomic
def carry_over_reorganisation(
    *, by: Principal, programme: Programme, on: date | None = None, seen: str | None = None
) -> CarryOver:
    """Let the open sheets of sections that ended go over to their heirs, and return what was done.

    The heir's sheet (a new one where it has none) takes the answers it lacks, with their evidence; on what the
    predecessors disagree it decides itself. The old sheet stays as it was written, exempted. Sections that came to be
    without a predecessor get a sheet. Done again, it finds nothing to do. *seen*: ``CarryOver.mark`` of what was shown
    (None: not shown); ``Stale`` when that has changed, or the programme does not run.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    check_running(programme)
    list(Sheet.objects.select_for_update(of=("self",)).filter(programme=programme).order_by("pk"))
    plan = carry_over_plan(by, programme, on or by.on)
    if seen is not None and seen != plan.mark:
        raise Stale("表示したあとに、点検シートか組織が変わりました。もう一度、内容を確かめてください。")
    if not plan.anything:
        return plan
    new_sheets = _new_sheets(plan)
    moved: dict[int, tuple[Sheet, list[str]]] = {}
    counts = {}
    for heir in plan.heirs:
        sheet = heir.sheet or new_sheets[heir.unit.pk]
        counts[sheet.pk] = _take(by, heir, sheet)
        for source in heir.sources:
            _, names = moved.setdefault(source.pk, (sheet, []))
            names.append(heir.unit.name)
    for heir in plan.heirs:
        for source in heir.sources:
            target, names = moved[source.pk]
            _leave(source, f"組織の変更により、{'、'.join(names)}の点検シートに引き継ぎ", plan.on, target)
    for sheet in plan.gone:
        _leave(sheet, "組織の廃止", plan.on, None)
    record(
        by=by,
        city_code=by.city_code,
        operation="inspection.programme.carry_over",
        subject=("inspection.programme", programme.pk),
        changes={
            "moved": [[source, target.pk] for source, (target, _) in sorted(moved.items())],
            "answers": counts,
            "conflicts": {heir.unit.code: list(heir.conflicts) for heir in plan.heirs if heir.conflicts},
            "new": sorted(sheet.unit_id for sheet in new_sheets.values()),
            "ended": [sheet.pk for sheet in plan.gone],
        },
        business_date=on,
    )
    return plan


def _new_sheets(plan: CarryOver) -> dict[int, Sheet]:
    """Give each heir and new section that has none a sheet; return them by unit. An heir keeps the latest own due date."""
    form = SheetForm.objects.filter(programme=plan.programme).order_by("-version").first()
    if form is None:
        raise Invalid("この点検には、点検シートの様式がありません。")
    wanted: list[tuple[Unit, int | None, Sequence[Sheet]]] = [
        *((heir.unit, heir.bureau_id, heir.sources) for heir in plan.heirs if heir.sheet is None),
        *((unit, bureau, ()) for unit, bureau in plan.new),
    ]
    sheets = {}
    for unit, bureau, sources in wanted:
        later = max((source for source in sources if source.due_on), key=lambda one: one.due_on, default=None)  # type: ignore[arg-type, return-value]
        sheets[unit.pk] = Sheet.objects.create(
            programme=plan.programme,
            form=form,
            unit=unit,
            bureau_id=bureau,
            due_on=later.due_on if later else None,
            extension_reason=later.extension_reason if later else "",
        )
    return sheets


def _take(by: Principal, heir: Heir, sheet: Sheet) -> int:
    """Write what *heir* takes into its sheet; return how many answers."""
    if not heir.takes:
        return 0
    earlier = Answer.objects.in_bulk([one.answer_id for one in heir.takes.values()])
    blank = {
        answer.question_id: answer
        for answer in Answer.objects.filter(sheet=sheet, question__in=heir.takes, verdict="")
    }
    moment = clock.now()
    for question, result in heir.takes.items():
        source = earlier[result.answer_id]
        answer = blank.get(question) or Answer(sheet=sheet, question_id=question, version=0)
        answer.verdict, answer.reason, answer.comment = result.verdict, result.reason, result.comment
        answer.version += 1
        answer.carried_from_id = source.carried_from_id or source.pk
        answer.answered_by, answer.answered_by_name = source.answered_by, source.answered_by_name
        answer.answered_at = source.answered_at
        answer.save()
    _bring_evidence(by, heir, sheet, moment)
    issues = sum(one.verdict == Answer.Verdict.ISSUE for one in heir.takes.values())
    sheet.status = sheet_after(sheet.status, "answer")
    sheet.issues += issues
    sheet.version += 1
    sheet.save(update_fields=["status", "issues", "version"])
    return len(heir.takes)


def _bring_evidence(by: Principal, heir: Heir, sheet: Sheet, moment: datetime) -> None:
    """Let the files behind the answers taken stand behind the heir's too."""
    answers = dict(
        Answer.objects.filter(sheet=sheet, question__in=heir.takes).values_list("question_id", "pk")
    )
    rows = AnswerEvidence.objects.filter(
        answer__sheet__in=[source.pk for source in heir.sources],
        answer__question__in=heir.takes,
        removal__isnull=True,
    ).values_list("answer__question_id", "file_id")
    for question, file in sorted(set(rows)):
        if not AnswerEvidence.objects.filter(answer=answers[question], file=file).exists():
            AnswerEvidence(
                answer_id=answers[question], file_id=file, added_by=by.actor.code, added_at=moment
            ).save(force_insert=True)


def _leave(sheet: Sheet, reason: str, on: date, target: Sheet | None) -> None:
    if sheet.status == Sheet.Status.EXEMPTED:
        return  # split in two: its first heir came by already
    sheet.status = sheet_after(sheet.status, "exempt")
    sheet.exempted_on, sheet.exemption_reason, sheet.moved_to = on, reason[:300], target
    sheet.version += 1
    sheet.save(update_fields=["status", "exempted_on", "exemption_reason", "moved_to", "version"])
