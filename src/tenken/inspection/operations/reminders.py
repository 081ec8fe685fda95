"""Reminders: who is told when is set for each programme; each morning, or by hand, what is due is sent as digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Problem
from tenken.inspection.digests import Part, link_of, parts_of, subject_and_body
from tenken.inspection.models import Programme, ReminderSent, ReminderStep
from tenken.inspection.operations.programmes import locked_programme
from tenken.inspection.permissions import MANAGE_PROGRAMMES
from tenken.inspection.queries.reminders import Batch, Late, Reached, batch
from tenken.inspection.rules.first_open_day import is_first_open_day
from tenken.jobs.schedule import claim, is_done
from tenken.journal.operations import record
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.organization.opening_days import opening_days_of

DIGEST = "inspection.digest"
_WEEKLY = "inspection.weekly_digest"
_FURTHEST = 180  # days before or after the due date


@dataclass(frozen=True)
class StepPlan:
    """One step as the secretariat sets it. ``audience`` is one of ``ReminderStep.Audience``."""

    days: int
    audience: str
    weekly: bool = False


@dataclass(frozen=True)
class Mail:
    """One digest: to whom, with which sheets and what else."""

    person: Reached
    sheets: tuple[Late, ...]
    parts: tuple[Part, ...]
    subject: str
    body: str


@transaction.atomic
def change_reminder_steps(
    *, by: Principal, programme: Programme, steps: Sequence[StepPlan], on: date | None = None
) -> list[ReminderStep]:
    """Set who is told when about sheets of *programme*; no steps: nobody. Return the steps.

    What was sent by a step that goes stays known. ``Invalid`` for a step given twice, beyond 180 days or to nobody known.
    """
    require(by, MANAGE_PROGRAMMES)
    programme = locked_programme(by, programme)
    if problems := _step_problems(steps):
        raise Invalid("督促の段階に誤りがあります。", problems)
    standing = {(step.days, step.audience): step for step in ReminderStep.objects.filter(programme=programme)}
    wanted = {(step.days, step.audience): step for step in steps}
    for key, row in standing.items():
        row.retired = key not in wanted
        row.weekly = wanted[key].weekly if key in wanted else row.weekly
        row.save(update_fields=["retired", "weekly"])
    ReminderStep.objects.bulk_create(
        ReminderStep(programme=programme, days=one.days, audience=one.audience, weekly=one.weekly)
        for key, one in wanted.items()
        if key not in standing
    )
    record(
        by=by,
        city_code=by.city_code,
        operation="inspection.reminders.change_steps",
        subject=("inspection.programme", programme.pk),
        changes={"steps": [[one.days, one.audience, one.weekly] for one in steps]},
        business_date=on,
    )
    return list(ReminderStep.objects.filter(programme=programme, retired=False))


def _step_problems(steps: Sequence[StepPlan]) -> list[Problem]:
    problems = []
    seen = set()
    for number, step in enumerate(steps, start=1):
        place, prefix = f"段階{number}", f"steps-{number - 1}"
        if step.audience not in ReminderStep.Audience.values:
            problems.append(Problem("宛先を選んでください。", place, f"{prefix}-audience"))
        if abs(step.days) > _FURTHEST:
            problems.append(Problem(f"期限の前後{_FURTHEST}日までです。", place, f"{prefix}-days"))
        if step.weekly and step.days < 0:
            problems.append(
                Problem("毎週くり返せるのは、期限を過ぎたあとの段階です。", place, f"{prefix}-weekly")
            )
        if (step.days, step.audience) in seen:
            problems.append(Problem("同じ日数と宛先の段階が2つあります。", place, f"{prefix}-days"))
        seen.add((step.days, step.audience))
    return problems


def mails_due(city: City, today: date, *, with_weekly: bool) -> tuple[Batch, list[Mail]]:
    """Return what is to be sent today, one mail a person. *with_weekly*: also to who has no sheet in it."""
    due = batch(city, today)
    further = parts_of(city, today) if due.due or with_weekly else {}
    sheets = {person.code: (person, tuple(mine)) for person, mine in due.by_person().items()}
    codes = [*sheets, *(code for code in further if code not in sheets and with_weekly)]
    mails = []
    for code in codes:
        person, mine = sheets.get(code) or (further[code][0], ())
        parts = tuple(further[code][1]) if code in further else ()
        subject, body = subject_and_body(person, mine, parts, today)
        mails.append(Mail(person, mine, parts, subject, body))
    return due, mails


def weekly_waits(city: City, today: date) -> bool:
    """Tell whether what goes out once a week waits for *today*."""
    return is_first_open_day(today, opening_days_of(city)) and not is_done(_WEEKLY, city.code, today)


@transaction.atomic
def send_reminders(*, by: Principal, on: date | None = None) -> list[Mail]:
    """Send what is due in the city today and has not been sent, one mail a person, and return the mails.

    On a closed day nothing goes out. Besides sheets, findings are told of on the first open day of a week.
    """
    require(by, MANAGE_PROGRAMMES)
    today = on or by.on
    # Two who press at the same moment, or one and the morning's run, go one after the other.
    list(
        Programme.objects.select_for_update()
        .filter(city=by.city_id, status=Programme.Status.LAUNCHED)
        .order_by("pk")
    )
    weekly = is_first_open_day(today, opening_days_of(by.city)) and claim(_WEEKLY, by.city_code, today)
    due, mails = mails_due(by.city, today, with_weekly=weekly)
    _keep(due)
    for mail in mails:
        queue(
            by=by,
            city_code=by.city_code,
            kind=DIGEST,
            recipients=[Recipient(code=mail.person.code, address=mail.person.address)],
            subject=mail.subject,
            body=mail.body,
            link=link_of(mail.sheets),
        )
    if due.due or mails:
        record(
            by=by,
            city_code=by.city_code,
            operation="inspection.reminders.send",
            subject=("organization.city", by.city_id),
            changes={
                "mails": [[mail.person.code, [late.sheet.pk for late in mail.sheets]] for mail in mails],
                "sheets": sorted(due.sheets),
            },
            business_date=on,
        )
    return mails


def _keep(due: Batch) -> None:
    ReminderSent.objects.bulk_create(
        [
            ReminderSent(
                step_id=one.step_id,
                sheet_id=one.sheet_id,
                due_on=one.due_on,
                round=one.round,
                sent_on=due.today,
                recipients=[
                    {
                        "code": person.code,
                        "name": person.name,
                        "role": person.role,
                        "mail": bool(person.address),
                    }
                    for person in due.people[one.step_id, one.sheet_id]
                ],
            )
            for one in due.due
        ],
        batch_size=500,
    )
