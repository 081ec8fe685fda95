"""One mail a day to each who has questions, requests or differences of auditors to answer that are due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery

from tenken.audit.fieldwork.operations.applying import note
from tenken.audit.fieldwork.operations.telling import answerers
from tenken.audit.fieldwork.rules.answers_due import due_for_reminder
from tenken.audit.fieldwork.states import OPEN_TO_QUESTIONS
from tenken.audit.models import EvidenceRequest, Question, QuestionRound, Reconciliation
from tenken.common.era import era_date
from tenken.notices.operations import Recipient, queue
from tenken.organization.access import Principal, system_principal
from tenken.organization.models import City
from tenken.organization.opening_days import is_open_day

_SHOWN = 40


@dataclass(frozen=True)
class Waiting:
    """Something a section owes auditors: what, of which audit, by when."""

    unit_id: int
    due_on: date
    line: str


def waiting_in(city_id: int) -> list[Waiting]:
    """Return all that sections of a city owe auditors now. Three queries."""
    running = {"engagement__city": city_id, "engagement__status__in": OPEN_TO_QUESTIONS}
    last = QuestionRound.objects.filter(question=OuterRef("pk")).order_by("-round")
    questions = (
        Question.objects.filter(status=Question.Status.ASKED, **running)
        .annotate(due=Subquery(last.values("due_on")[:1]), rounds_asked=Max("rounds__round"))
        .select_related("engagement")
    )
    found = [
        Waiting(
            one.unit_id,
            one.due,
            f"質問{one}{f'-{one.rounds_asked}' if one.rounds_asked > 1 else ''}　{one.topic}（{one.engagement.theme}）",
        )
        for one in questions
    ]
    found += [
        Waiting(one.unit_id, one.due_on, f"資料{one}　{one.what}（{one.engagement.theme}）")
        for one in EvidenceRequest.objects.filter(
            status=EvidenceRequest.Status.REQUESTED, **running
        ).select_related("engagement")
    ]
    found += [
        Waiting(one.unit_id, one.due, f"数の差異{one}　{one.subject}（{one.engagement.theme}）")
        for one in Reconciliation.objects.filter(
            status=Reconciliation.Status.OPEN, asked_on__isnull=False, due_on__isnull=False, **running
        )
        .annotate(due=F("due_on"))
        .select_related("engagement")
    ]
    return found


@transaction.atomic
def remind_answers(*, by: Principal, on: date) -> int:
    """Queue today's mails and return how many: one to each person, with all that is due for a reminder."""
    due = [one for one in waiting_in(by.city_id) if due_for_reminder(one.due_on, on)]
    if not due:
        return 0
    people = answerers(by, {one.unit_id for one in due}, on)
    told: dict[Recipient, list[Waiting]] = defaultdict(list)
    for one in sorted(due, key=lambda one: (one.due_on, one.line)):
        for person in people[one.unit_id]:
            told[person].append(one)
    for person, lines in told.items():
        late = sum(one.due_on < on for one in lines)
        queue(
            by=by,
            city_code=by.city_code,
            kind="audit.reminder",
            recipients=[person],
            subject=f"【監査】監査人への回答をお待ちしています（{len(lines)}件{f'、うち期限超過{late}件' if late else ''}）",
            body="\n".join(
                [
                    *(f"・{one.line}　期限：{era_date(one.due_on)}" for one in lines[:_SHOWN]),
                    *([f"・ほか{len(lines) - _SHOWN}件"] if len(lines) > _SHOWN else []),
                ]
            ),
            link="/audits/questions/",
        )
    changes = {"people": len(told), "waiting": len(due)}
    note(by, "audit.fieldwork.remind", ("organization.city", by.city_id), changes, on)
    return len(told)


def remind_answers_of(city_code: str, day: date) -> None:
    """Do the reminders of a city's day (``jobs.schedule``)."""
    city = City.objects.get(code=city_code)
    remind_answers(by=system_principal(city, "reminders", on=day), on=day)


def cities_with_audits(day: date) -> list[str]:
    """Return the codes of the cities whose offices are open on *day*."""
    return [city.code for city in City.objects.order_by("code") if is_open_day(city, day)]
