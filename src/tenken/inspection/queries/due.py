"""When sheets are due: the rule of ``rules.due`` with the stages and opening days of the city."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.rules.due import days_late, due_on
from tenken.inspection.states import HANDED_IN, NOT_HANDED_IN
from tenken.organization.models import City
from tenken.organization.opening_days import OpeningDays, opening_days_of


@dataclass(frozen=True)
class Deadlines:
    """The due dates of programmes: the last day of each one's self-inspection (of its first stage if it has none)."""

    ends: dict[int, date]
    days: OpeningDays

    def of(self, sheet: Sheet) -> date | None:
        """Return when *sheet* is due; None when its programme has no stage."""
        return due_on(sheet.due_on, self.ends.get(sheet.programme_id), self.days)

    def days_late(self, sheet: Sheet, today: date) -> int:
        """Return by how many days *sheet* was handed in late, or is late today. 0: in time, or exempted."""
        if sheet.status in HANDED_IN:
            return days_late(self.of(sheet), sheet.handed_in_on or sheet.submitted_on, today)
        return days_late(self.of(sheet), None, today) if sheet.status in NOT_HANDED_IN else 0


def deadlines_of(city: City, programmes: Iterable[Programme | int]) -> Deadlines:
    """Return the due dates of *programmes* of *city*. Two queries."""
    keys = [one if isinstance(one, int) else one.pk for one in programmes]
    stages: dict[int, list[Stage]] = defaultdict(list)
    for stage in Stage.objects.filter(programme__in=keys):
        stages[stage.programme_id].append(stage)
    ends = {programme: day for programme, ones in stages.items() if (day := last_day_of(ones))}
    return Deadlines(ends, opening_days_of(city))


def last_day_of(stages: Iterable[Stage]) -> date | None:
    """Return the last day of a programme's self-inspection, of its first stage if it has none; None without stages."""
    ordered = sorted(stages, key=lambda stage: (stage.kind != Stage.Kind.SELF_INSPECTION, stage.order))
    return ordered[0].ends_on if ordered else None
