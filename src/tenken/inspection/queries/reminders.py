"""Whom a reminder reaches, what is due to be sent, and what was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count, OuterRef, QuerySet, Subquery

from tenken.inspection.models import Answer, Programme, Question, ReminderSent, ReminderStep, Sheet
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.due import deadlines_of
from tenken.inspection.rules.reminders_due import Chased, Due, Step, reminders_due
from tenken.inspection.states import NOT_HANDED_IN
from tenken.organization.access import Principal
from tenken.organization.models import City, Person
from tenken.organization.queries import Holder, holders_on
from tenken.organization.tree import tree_of

DEPUTY = "deputy"
MANAGER = "section_manager"
BUREAU = "bureau_manager"
# Who is told where the seat is empty.
_NEXT: dict[str, tuple[str, ...]] = {
    DEPUTY: (DEPUTY, MANAGER, BUREAU),
    MANAGER: (MANAGER, DEPUTY, BUREAU),
    BUREAU: (BUREAU,),
}


@dataclass(frozen=True)
class Reached:
    """A person a reminder goes to, in what role. ``address`` '': they have none."""

    code: str
    name: str
    address: str
    role: str


@dataclass(frozen=True)
class Late:
    """A sheet in a reminder: when it is due, how many questions have no verdict."""

    sheet: Sheet
    due_on: date
    unanswered: int


@dataclass(frozen=True)
class Batch:
    """What one run tells: each due step with its sheet and the people it reaches."""

    today: date
    due: tuple[Due, ...]
    sheets: dict[int, Late]
    people: dict[tuple[int, int], tuple[Reached, ...]]

    def by_person(self) -> dict[Reached, list[Late]]:
        """Return each person once with their sheets, the earliest due first; whoever has several roles, in the first."""
        found: dict[str, tuple[Reached, dict[int, Late]]] = {}
        for one in self.due:
            for person in self.people[one.step_id, one.sheet_id]:
                _, sheets = found.setdefault(person.code, (person, {}))
                sheets[one.sheet_id] = self.sheets[one.sheet_id]
        return {
            person: sorted(sheets.values(), key=lambda late: (late.due_on, late.sheet.unit.code))
            for person, sheets in found.values()
        }


class Seats:
    """Who sits where on a day: deputies and managers of sections, managers of bureaus.

    Two queries a role, when it is first asked for, and one for the addresses of all who are told.
    """

    def __init__(self, city: City, sheets: Sequence[Sheet], day: date) -> None:
        self._tree, self._day = tree_of(city, day), day
        self._sections = {sheet.unit_id for sheet in sheets}
        self._bureaus = {sheet.bureau_id for sheet in sheets if sheet.bureau_id}
        self._held: dict[str, dict[int, list[Holder]]] = {}

    def _holders(self, role: str) -> dict[int, list[Holder]]:
        if role not in self._held:
            units = self._bureaus if role == BUREAU else self._sections
            self._held[role] = holders_on(self._tree.lineage_forward(units), role, self._day)
        return self._held[role]

    @cached_property
    def _address(self) -> dict[int, str]:
        people = {
            holder.person_id
            for role in (DEPUTY, MANAGER, BUREAU)
            for held in self._holders(role).values()
            for holder in held
        }
        return dict(Person.objects.filter(pk__in=people).values_list("pk", "email"))

    def holders(self, sheet: Sheet, role: str) -> list[Holder]:
        """Return who holds *role* for the sheet's section (or bureau), or for what became of it."""
        unit = sheet.bureau_id if role == BUREAU else sheet.unit_id
        if unit is None:
            return []
        return [
            one
            for heir in sorted(self._tree.lineage_forward([unit]))
            for one in self._holders(role).get(heir, ())
        ]

    def reached(self, sheet: Sheet, audience: str) -> tuple[Reached, ...]:
        """Return who is told for *audience*; where its seat is empty, who stands next."""
        for role in _NEXT[audience]:
            if held := self.holders(sheet, role):
                return tuple(
                    Reached(one.person_number, one.person_name, self._address[one.person_id], role)
                    for one in held
                )
        return ()


def batch(city: City, today: date) -> Batch:
    """Return what is to be sent in *city* today, over all running programmes. Some ten queries, however many sheets."""
    steps: dict[int, list[Step]] = defaultdict(list)
    rows = ReminderStep.objects.filter(
        programme__city=city, programme__status=Programme.Status.LAUNCHED, retired=False
    ).order_by("days", "pk")
    for row in rows:
        steps[row.programme_id].append(Step(row.pk, row.days, row.audience, row.weekly))
    if not steps:
        return Batch(today, (), {}, {})
    sheets = list(
        Sheet.objects.filter(programme__in=steps, status__in=NOT_HANDED_IN)
        .select_related("unit", "bureau", "programme", "system")
        .order_by("bureau__code", "unit__code", "pk")
    )
    deadlines = deadlines_of(city, steps)
    due_dates = {sheet.pk: day for sheet in sheets if (day := deadlines.of(sheet))}
    sent = set(
        ReminderSent.objects.filter(sheet__in=due_dates).values_list("step_id", "sheet_id", "due_on", "round")
    )
    due = [
        one
        for programme, of_programme in steps.items()
        for one in reminders_due(
            [
                Chased(s.pk, due_dates[s.pk])
                for s in sheets
                if s.programme_id == programme and s.pk in due_dates
            ],
            of_programme,
            sent,
            today,
            deadlines.days,
        )
    ]
    told = {one.sheet_id for one in due}
    concerned = [sheet for sheet in sheets if sheet.pk in told]
    return _with_people(city, today, due, concerned, due_dates)


def _with_people(
    city: City, today: date, due: Sequence[Due], sheets: Sequence[Sheet], due_dates: dict[int, date]
) -> Batch:
    seats = Seats(city, sheets, today)
    by_key = {sheet.pk: sheet for sheet in sheets}
    left = unanswered(sheets)
    return Batch(
        today,
        tuple(due),
        {sheet.pk: Late(sheet, due_dates[sheet.pk], left[sheet.pk]) for sheet in sheets},
        {(one.step_id, one.sheet_id): seats.reached(by_key[one.sheet_id], one.audience) for one in due},
    )


def unanswered(sheets: Iterable[Sheet]) -> dict[int, int]:
    """Return how many questions of each of *sheets* have no verdict. Two queries."""
    rows = list(sheets)
    asked = dict(
        Question.objects.filter(form__in={sheet.form_id for sheet in rows})
        .order_by()
        .values("form")
        .annotate(n=Count("pk"))
        .values_list("form", "n")
    )
    given = dict(
        Answer.objects.filter(sheet__in=rows)
        .exclude(verdict="")
        .order_by()
        .values("sheet")
        .annotate(n=Count("pk"))
        .values_list("sheet", "n")
    )
    return {sheet.pk: asked.get(sheet.form_id, 0) - given.get(sheet.pk, 0) for sheet in rows}


def reminders_sent(by: Principal, programme: Programme) -> QuerySet[ReminderSent]:
    """Return what was sent about sheets that *by* may see, the latest first."""
    return (
        ReminderSent.objects.filter(
            step__programme=programme,
            sheet__in=Sheet.objects.restrict(by, VIEW_SHEETS).filter(programme=programme),
        )
        .select_related("step", "sheet__unit", "sheet__bureau")
        .order_by("-sent_on", "sheet__bureau__code", "sheet__unit__code", "pk")
    )


def last_sent() -> Subquery:
    """Return the day of a sheet's last reminder, to annotate sheets with."""
    return Subquery(
        ReminderSent.objects.filter(sheet=OuterRef("pk")).order_by("-sent_on").values("sent_on")[:1]
    )
