"""Meetings of the steering bodies, and what the CISO and the heads of bureaus did of their duties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.demo import plan
from tenken.demo.city import DemoCity
from tenken.demo.data_files import read
from tenken.demo.days import in_year, opening_day
from tenken.meetings.models import Council, Meeting, OfficerDuty
from tenken.meetings.operations import (
    AgendaItem,
    adopt_default_councils_and_duties,
    hold_meeting,
    plan_meeting,
    record_duty,
    save_duty,
)
from tenken.meetings.rules.duty_state import due_dates
from tenken.organization.models import Unit

_FIRST_DUTY = "ciso-first"


def adopt_defaults(made: DemoCity, on: date) -> None:
    """Take over the usual councils and duties, and one more: the policy that the CISO sets in spring."""
    adopt_default_councils_and_duties(by=made.system(on), on=on)
    save_duty(
        by=made.system(on),
        duty=None,
        name=read("meetings")["first_duty"],
        kind="instruction",
        months=[5],
        role="ciso",
        code=_FIRST_DUTY,
        on=on,
    )


def load_meetings(made: DemoCity, fiscal_year: int, today: date) -> None:
    """Plan the meetings of a year and hold those whose day has come. That of 29 July 2015 is the one of document 001."""
    written = read("meetings")
    for row in written["yearly"]:
        if fiscal_year == 2015 and row["council"] == "expert_committee":
            _meeting(made, "expert_committee", written["document"]["day"], written["document"], 2015, today)
        else:
            _meeting(made, row["council"], in_year(fiscal_year, row["day"]), row, fiscal_year, today)


def _meeting(
    made: DemoCity, council: str, day: date, row: dict[str, Any], fiscal_year: int, today: date
) -> None:
    names = {"{year}": str(FiscalYear(fiscal_year)), "{before}": str(FiscalYear(fiscal_year - 1))}

    def named(text: str) -> str:
        for mark, name in names.items():
            text = text.replace(mark, name)
        return text

    planned_on = min(opening_day(day - timedelta(days=30)), today)
    meeting = plan_meeting(
        by=made.acting(plan.secretariat_post(), planned_on),
        council=Council.objects.get(city=made.city, code=council),
        meets_on=day,
        begins_at=time.fromisoformat(row["begins"]),
        ends_at=time.fromisoformat(row["ends"]),
        place=row["place"],
        agenda=[AgendaItem(named(title), paper) for title, paper in row["agenda"]],
        on=planned_on,
    )
    if day <= today:
        hold_meeting(
            by=made.acting(plan.secretariat_post(), day),
            meeting=meeting,
            attendees=row["attendees"],
            minutes=named(row["minutes"]),
            version=meeting.version,
            on=day,
        )


def record_duties(made: DemoCity, fiscal_year: int, today: date) -> None:
    """Record what the CISO and the heads of bureaus did in a year, shortly before each date. Of what fell due by *today*
    in the present year, the CISO's last one is still owed, and so are those of two or three bureaus."""
    duties = list(OfficerDuty.objects.filter(city=made.city, retired_on=None))
    ciso = [duty for duty in duties if duty.role == "ciso"]
    owed = None
    if FiscalYear.of(today).year == fiscal_year:
        due = [(day, duty.kind == "site_check", duty.pk) for day, duty in _due(ciso, fiscal_year, today)]
        owed = max(due)[2] if due else None
    for day, duty in _due(ciso, fiscal_year, today):
        if duty.pk != owed:
            _done(made, duty, None, plan.post_of("ciso01"), day)
    bureaus = [unit for unit in made.units_on(today).values() if unit.kind.rank == 1]
    for place, bureau in enumerate(bureaus):
        if owed is not None and place % 9 == 4:
            continue
        for day, duty in _due([one for one in duties if one.role != "ciso"], fiscal_year, today):
            _done(made, duty, bureau, f"{bureau.code}-1", day)


def _due(duties: Sequence[OfficerDuty], fiscal_year: int, today: date) -> list[tuple[date, OfficerDuty]]:
    year = FiscalYear(fiscal_year)
    return [(day, duty) for duty in duties for day in due_dates(duty.months, year) if day < today]


def _done(made: DemoCity, duty: OfficerDuty, bureau: Unit | None, post: str, due: date) -> None:
    written = read("meetings")
    done_on = opening_day(due - timedelta(days=12))
    meeting = (
        Meeting.objects.filter(
            council__city=made.city, meets_on__year=due.year, meets_on__month=due.month, status="held"
        ).first()
        if duty.kind == "meeting"
        else None
    )
    site = duty.kind == "site_check" and bureau is not None
    record_duty(
        by=made.acting(post, done_on),
        duty=duty,
        done_on=meeting.meets_on if meeting else done_on,
        text=written["bureau_site_check"] if site else written["duties"][duty.kind],
        unit=bureau,
        meeting=meeting,
        on=max(done_on, meeting.meets_on) if meeting else done_on,
    )
