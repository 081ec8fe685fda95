"""Counts that do not add up, as one person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from tenken.audit.fieldwork.seeing import Sight, sight_of
from tenken.audit.models import Engagement, Explanation, ReconciledFigure, Reconciliation
from tenken.audit.permissions import ANSWER_AUDITORS
from tenken.common.refusals import Missing
from tenken.organization.access import Principal


@dataclass(frozen=True)
class Held:
    """Figures held against each other: ``difference`` is the first less the second; None when their units differ, or there
    are more than two (then ``spread`` is the largest less the smallest)."""

    figures: tuple[ReconciledFigure, ...]

    @property
    def same_unit(self) -> bool:
        return len({one.unit for one in self.figures}) == 1

    @property
    def difference(self) -> Decimal | None:
        if len(self.figures) != 2 or not self.same_unit:
            return None
        return self.figures[0].value - self.figures[1].value

    @property
    def spread(self) -> Decimal | None:
        values = [one.value for one in self.figures]
        return max(values) - min(values) if values and self.same_unit else None


def _rows() -> QuerySet[Reconciliation]:
    return Reconciliation.objects.select_related(
        "engagement__city", "engagement__unit", "engagement__system", "unit", "question", "table"
    ).prefetch_related(
        Prefetch("figures", queryset=ReconciledFigure.objects.order_by("order")),
        Prefetch("explanations", queryset=Explanation.objects.select_related("file").order_by("pk")),
    )


def reconciliations_of(engagement: Engagement, sight: Sight) -> QuerySet[Reconciliation]:
    """Return the reconciliations of an audit the reader sees: its auditors all, the section those it was asked about."""
    rows = _rows().filter(engagement=engagement).order_by("number")
    return rows if sight.works else rows.filter(_addressed(sight.by))


def reconciliations_to(by: Principal) -> QuerySet[Reconciliation]:
    """Return the reconciliations that were put to the sections *by* answers auditors for."""
    return _rows().filter(_addressed(by), engagement__city=by.city_id).order_by("engagement", "number")


def _addressed(by: Principal) -> Q:
    asked = Q(asked_on__isnull=False)
    return asked if by.everywhere(ANSWER_AUDITORS) else asked & Q(unit__in=by.units_with(ANSWER_AUDITORS))


def find_reconciliation(by: Principal, pk: int) -> tuple[Reconciliation, Sight]:
    """Return a reconciliation *by* may see; ``Missing`` otherwise."""
    row = _rows().filter(pk=pk, engagement__city=by.city_id).first()
    if row is not None:
        sight = sight_of(by, row.engagement)
        if sight.works or (row.asked_on is not None and sight.answers_for(row.unit_id)):
            return row, sight
    raise Missing("数の照合が見つかりません。")


def held(row: Reconciliation) -> Held:
    """Return the figures of a row of this module's lists, with what they differ by."""
    return Held(tuple(row.figures.all()))
