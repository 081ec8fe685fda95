"""The launch: the form is frozen, and everyone the rule reaches has a sheet at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common import clock
from tenken.common.refusals import Invalid
from tenken.inspection.models import Kind, Programme, Question, Sheet, SheetForm, Stage
from tenken.inspection.operations.handing_out import hand_out
from tenken.inspection.operations.programmes import unchanged_programme
from tenken.inspection.operations.reminder_defaults import give_default_steps
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.targets import reach_of, recipients_of_launch
from tenken.inspection.states import programme_after
from tenken.journal.canonical import canonical_json, sha256
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require


@dataclass(frozen=True)
class _HandedOut:
    count: int
    noted: dict[str, object]
    recipients: Sequence[Recipient]
    body: str
    link: str


@transaction.atomic
def launch(*, by: Principal, programme: Programme, version: int, on: date | None = None) -> int:
    """Freeze the sheet's form and give everyone the target rule reaches their sheet; tell them by mail.

    Returns the number of sheets, or of people's own checks. ``Invalid`` without questions or without anyone to ask.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = unchanged_programme(by, programme, version)
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
    out = (
        _people(programme, form, day) if programme.kind == Kind.SELF_CHECK else _sheets(programme, form, day)
    )
    form.sha256 = form_hash(questions)
    form.save(update_fields=["sha256"])
    give_default_steps(programme)
    programme.launched_on, programme.launched_at = day, clock.now()
    programme.version += 1
    programme.save(update_fields=["status", "launched_on", "launched_at", "version"])
    record(
        by=by,
        city_code=programme.city.code,
        operation="inspection.programme.launch",
        subject=("inspection.programme", programme.pk),
        changes=out.noted | {"form": form.sha256, "questions": len(questions)},
        business_date=day,
    )
    if day == clock.today():  # a past year loaded later tells nobody
        _tell(by, programme, out)
    return out.count


def _sheets(programme: Programme, form: SheetForm, day: date) -> _HandedOut:
    """Give each target its sheet."""
    reach = reach_of(programme, day)
    targets = reach.selection.targets
    if not targets:
        raise Invalid(f"{day}の時点で、点検の対象となるものがありません。対象を確かめてください。")
    Sheet.objects.bulk_create(
        Sheet(
            programme=programme,
            form=form,
            unit_id=target.unit_id,
            bureau_id=target.bureau_id,
            system_id=target.system_id,
        )
        for target in targets
        if target.unit_id is not None
    )
    excepted = [
        {"unit": one.candidate.unit_id, "system": one.candidate.system_id, "reason": one.reason}
        for one in reach.selection.excepted
    ]
    noted: dict[str, object] = {
        "sheets": [target.unit_id for target in targets],
        "rule": programme.target_rule,
        "left_out": excepted,
    }
    if reach.basis:
        noted["basis"] = reach.basis.pk
    if programme.kind == Kind.SYSTEM_AUDIT:
        noted["systems"] = [target.system_id for target in targets]
    recipients = recipients_of_launch(programme.city, reach.units, day)
    body = f"{programme.name}が始まりました。{_until(programme)}点検シートに記入して、提出してください。"
    return _HandedOut(len(targets), noted, recipients, body, "/inspection/")


def _people(programme: Programme, form: SheetForm, day: date) -> _HandedOut:
    """Give every employee their own check."""
    recipients = hand_out(programme, form, day)
    if not recipients:
        raise Invalid(f"{day}の時点で、自己チェックの対象となる職員がいません。")
    body = (
        f"{programme.name}が始まりました。{_until(programme)}回答して、提出してください。"
        "回答の内容は、上司にも事務局にも見えません。"
    )
    noted: dict[str, object] = {"self_checks": len(recipients), "rule": programme.target_rule}
    return _HandedOut(len(recipients), noted, recipients, body, f"/inspection/self-checks/{programme.pk}/")


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


def _until(programme: Programme) -> str:
    stage = programme.stages.filter(kind=Stage.Kind.SELF_INSPECTION).first()
    return f"{stage.ends_on.month}月{stage.ends_on.day}日までに" if stage else ""


def _tell(by: Principal, programme: Programme, out: _HandedOut) -> None:
    queue(
        by=by,
        city_code=programme.city.code,
        kind="inspection.launched",
        recipients=out.recipients,
        subject=f"【点検】{programme.name}が始まりました",
        body=out.body,
        link=out.link,
    )
