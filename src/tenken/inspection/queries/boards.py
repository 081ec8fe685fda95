"""How far a programme is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from tenken.common.refusals import Missing
from tenken.inspection.models import Programme, Sheet, Stage
from tenken.inspection.permissions import FILL_SHEETS, VIEW_PROGRAMMES, VIEW_SHEETS
from tenken.inspection.states import HANDED_IN
from tenken.organization.access import Principal

OWN_SHEETS = 20
NO_BUREAU = "（局・区なし）"


@dataclass
class BureauProgress:
    """One 局・区: how many of its sheets stand where."""

    bureau_id: int | None
    name: str
    code: str
    by_status: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sections_with_issues: int = 0

    @property
    def total(self) -> int:
        """How many are to be handed in; exempted ones are not."""
        return sum(self.by_status.values()) - self.exempted

    @property
    def exempted(self) -> int:
        return self.by_status.get("exempted", 0)

    @property
    def handed_in(self) -> int:
        return sum(count for status, count in self.by_status.items() if status in HANDED_IN)

    @property
    def not_handed_in(self) -> int:
        return self.total - self.handed_in

    @property
    def accepted(self) -> int:
        return self.by_status.get("accepted", 0)

    @property
    def percent(self) -> int:
        return 100 * self.handed_in // self.total if self.total else 0


@dataclass(frozen=True)
class Board:
    """The progress of one programme in the reader's scope, by bureau and in all."""

    programme: Programme
    stages: list[Stage]
    bureaus: list[BureauProgress]
    whole: BureauProgress


def programmes(by: Principal) -> QuerySet[Programme]:
    """Return the city's programmes, the newest first, with their number of sheets."""
    return (
        Programme.objects.restrict(by, VIEW_PROGRAMMES)
        .annotate(sheet_count=Count("sheets"))
        .order_by("-fiscal_year", "code")
    )


def find_programme(by: Principal, programme_id: int) -> Programme:
    """Return a programme of the reader's city; ``Missing`` otherwise."""
    programme = (
        Programme.objects.restrict(by, VIEW_PROGRAMMES).select_related("city").filter(pk=programme_id).first()
    )
    if programme is None:
        raise Missing("点検がないか、見ることのできる範囲にありません。")
    return programme


def board(by: Principal, programme_id: int) -> Board:
    """Return the progress by 局・区 of the sheets *by* may see. Four queries, whatever the number of sheets."""
    programme = find_programme(by, programme_id)
    counted = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme)
        .values_list("bureau_id", "bureau__name", "bureau__code", "status")
        .annotate(sheets=Count("pk"), with_issues=Count("pk", filter=Q(issues__gt=0)))
    )
    bureaus: dict[int | None, BureauProgress] = {}
    whole = BureauProgress(None, "全庁", "")
    for bureau_id, name, code, status, count, with_issues in counted:
        row = bureaus.setdefault(bureau_id, BureauProgress(bureau_id, name or NO_BUREAU, code or ""))
        for progress in (row, whole):
            progress.by_status[status] += count
            progress.sections_with_issues += with_issues
    return Board(
        programme=programme,
        stages=list(programme.stages.all()),
        bureaus=sorted(bureaus.values(), key=lambda row: row.code),
        whole=whole,
    )


def sheets(
    by: Principal,
    programme: Programme,
    *,
    bureau_id: int | None = None,
    statuses: frozenset[str] | None = None,
    with_issues: bool = False,
) -> QuerySet[Sheet]:
    """Return the sheets of a programme that *by* may see, by bureau and unit code. *bureau_id* 0: those of none."""
    rows = (
        Sheet.objects.restrict(by, VIEW_SHEETS)
        .filter(programme=programme)
        .select_related("unit", "bureau")
        .order_by("bureau__code", "unit__code")
    )
    if bureau_id is not None:
        rows = rows.filter(bureau=bureau_id or None)
    if statuses is not None:
        rows = rows.filter(status__in=statuses)
    if with_issues:
        rows = rows.filter(issues__gt=0)
    return rows


def own_sheets(by: Principal, programme: Programme) -> list[Sheet]:
    """Return the sheets that are *by*'s to fill in, the first ones. One query."""
    rows = Sheet.objects.restrict(by, FILL_SHEETS).filter(programme=programme)
    rows = rows.select_related("unit", "system").order_by("unit__code", "system__code")
    return list(rows[:OWN_SHEETS])
