"""Meetings and duties as the pages show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tenken.common.fiscal_year import FiscalYear
from tenken.common.refusals import Missing
from tenken.meetings.models import Council, DutyRecord, Meeting, OfficerDuty
from tenken.meetings.operations.duties import CITY_ROLES, may_record
from tenken.meetings.permissions import MANAGE_MEETINGS, VIEW_DUTIES, VIEW_MEETINGS
from tenken.meetings.rules.duty_state import DutyState, duty_state
from tenken.organization.access import Principal
from tenken.organization.models import Unit
from tenken.organization.models.validity import valid_on


def meetings(by: Principal) -> QuerySet[Meeting]:
    """Return the meetings of *by*'s city, the latest first."""
    return Meeting.objects.restrict(by, VIEW_MEETINGS).select_related("council")


def find_meeting(by: Principal, meeting_id: int) -> Meeting:
    """Return a meeting *by* may see; ``Missing`` otherwise."""
    found = meetings(by).filter(pk=meeting_id).first()
    if found is None:
        raise Missing("会議がないか、見ることのできる範囲にありません。")
    return found


def councils(by: Principal) -> list[Council]:
    """Return the city's councils in their order."""
    return list(Council.objects.filter(city=by.city_id))


@dataclass(frozen=True)
class DutyLine:
    """A duty as it stands in a fiscal year, for the city (``unit`` None) or for one bureau."""

    duty: OfficerDuty
    unit: Unit | None
    state: DutyState
    records: tuple[DutyRecord, ...]
    may_record: bool


def find_duty(by: Principal, duty_id: int) -> OfficerDuty:
    """Return a duty of the city if *by* sees duties at all; ``Missing`` otherwise."""
    found = OfficerDuty.objects.filter(pk=duty_id, city=by.city_id).first() if _sees(by) else None
    if found is None:
        raise Missing("職務がないか、見ることのできる範囲にありません。")
    return found


def duty_lines(by: Principal, year: FiscalYear, *, role: str = "") -> list[DutyLine]:
    """Return how every duty in sight stands in *year*: the city's, and those of each bureau in sight. Three queries.

    The CISO, the secretariat and auditors see all; a bureau's manager sees their bureau's.
    """
    if not _sees(by):
        return []
    duties = OfficerDuty.objects.filter(
        Q(retired_on__isnull=True) | Q(retired_on__gt=year.starts_on), city=by.city_id
    )
    wanted = [duty for duty in duties if not role or duty.role == role]
    wide = by.everywhere(VIEW_DUTIES) or by.everywhere(MANAGE_MEETINGS)
    units = _bureaus(by, wide, year)
    done = _records(wanted, year)
    lines = []
    for duty in wanted:
        for unit in [None] if duty.role in CITY_ROLES else units:
            if unit is None and not wide:
                continue
            records = tuple(done[duty.pk, unit.pk if unit else None])
            state = duty_state(duty.months, year, [one.done_on for one in records], by.on)
            lines.append(DutyLine(duty, unit, state, records, may_record(by, duty, unit)))
    return lines


def _sees(by: Principal) -> bool:
    return by.holds(VIEW_DUTIES) or by.holds(MANAGE_MEETINGS)


def _bureaus(by: Principal, wide: bool, year: FiscalYear) -> list[Unit]:
    day = min(max(by.on, year.starts_on), year.ends_on)
    rows = Unit.objects.filter(valid_on(day), city=by.city_id, kind__rank=1).order_by("code")
    return list(rows if wide else rows.filter(pk__in=by.units_with(VIEW_DUTIES)))


def _records(
    duties: Iterable[OfficerDuty], year: FiscalYear
) -> dict[tuple[int, int | None], list[DutyRecord]]:
    rows = (
        DutyRecord.objects.filter(
            duty__in=list(duties), done_on__range=(year.starts_on, year.ends_on), retraction__isnull=True
        )
        .select_related("meeting__council")
        .order_by("done_on", "pk")
    )
    found: dict[tuple[int, int | None], list[DutyRecord]] = defaultdict(list)
    for row in rows:
        found[row.duty_id, row.unit_id].append(row)
    return found
