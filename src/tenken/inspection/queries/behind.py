"""Who has not handed in: how late, who sits there, when they were last reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenken.inspection.models import Programme, Sheet
from tenken.inspection.permissions import VIEW_SHEETS
from tenken.inspection.queries.boards import NO_BUREAU
from tenken.inspection.queries.due import deadlines_of
from tenken.inspection.queries.reminders import DEPUTY, MANAGER, Seats, last_sent, unanswered
from tenken.inspection.states import HANDED_IN, NOT_HANDED_IN
from tenken.organization.access import Principal


@dataclass(frozen=True)
class Behind:
    """A sheet that is not handed in. ``absent``: in words, where the manager's seat is empty; '' where it is not."""

    sheet: Sheet
    due_on: date | None
    days_late: int
    unanswered: int
    managers: str
    absent: str
    last_sent: date | None

    @property
    def bureau(self) -> str:
        return self.sheet.bureau.name if self.sheet.bureau else NO_BUREAU

    @property
    def bureau_order(self) -> str:
        return self.sheet.bureau.code if self.sheet.bureau else ""


@dataclass(frozen=True)
class BureauBehind:
    """One 局・区: how many of its sheets are not handed in, how many of these late, the longest, empty seats."""

    bureau_id: int
    name: str
    order: str
    total: int
    not_handed_in: int
    late: int
    longest: int
    absent: int


def behind(by: Principal, programme: Programme, today: date) -> list[Behind]:
    """Return the sheets of *programme* that *by* may see and that are not handed in, by 局・区. Ten queries or so."""
    sheets = list(
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme, status__in=NOT_HANDED_IN)
        .select_related("unit", "bureau", "system")
        .annotate(reminded=last_sent())
        .order_by("bureau__code", "unit__code", "pk")
    )
    deadlines = deadlines_of(by.city, [programme])
    seats = Seats(by.city, sheets, today)
    left = unanswered(sheets)
    return [
        Behind(
            sheet=sheet,
            due_on=deadlines.of(sheet),
            days_late=deadlines.days_late(sheet, today),
            unanswered=left[sheet.pk],
            managers="、".join(one.person_name for one in seats.holders(sheet, MANAGER)),
            absent=_absent(seats, sheet),
            last_sent=sheet.reminded,  # type: ignore[attr-defined]
        )
        for sheet in sheets
    ]


def _absent(seats: Seats, sheet: Sheet) -> str:
    if seats.holders(sheet, MANAGER):
        return ""
    deputies = "、".join(one.person_name for one in seats.holders(sheet, DEPUTY))
    return f"不在（代決：{deputies}）" if deputies else "不在（副情報管理者もなし）"


def behind_by_bureau(by: Principal, programme: Programme, rows: Sequence[Behind]) -> list[BureauBehind]:
    """Return *rows* by 局・区, with the number of all sheets to be handed in. One query."""
    totals: dict[int, int] = {}
    names: dict[int, tuple[str, str]] = {}
    wanted = Sheet.objects.restrict(by, VIEW_SHEETS).filter(
        programme=programme, status__in=HANDED_IN | NOT_HANDED_IN
    )
    for key, name, code in wanted.values_list("bureau_id", "bureau__name", "bureau__code"):
        totals[key or 0] = totals.get(key or 0, 0) + 1
        names[key or 0] = (name or NO_BUREAU, code or "")
    found = []
    for key, (name, code) in sorted(names.items(), key=lambda one: one[1][1]):
        mine = [row for row in rows if (row.sheet.bureau_id or 0) == key]
        found.append(
            BureauBehind(
                bureau_id=key,
                name=name,
                order=code,
                total=totals[key],
                not_handed_in=len(mine),
                late=sum(row.days_late > 0 for row in mine),
                longest=max((row.days_late for row in mine), default=0),
                absent=sum(bool(row.absent) for row in mine),
            )
        )
    return found
