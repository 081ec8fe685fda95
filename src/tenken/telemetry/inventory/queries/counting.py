"""Counts of the ledger and of the reports, as a paper's rows ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count

from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.telemetry.inventory.queries.standing import IN_HAND, standing_on
from tenken.telemetry.inventory.rules.reconciling import Difference
from tenken.telemetry.models import CountReconciliation, ReconciliationRow, Terminal
from tenken.telemetry.permissions import VIEW_TERMINALS

TOTAL = "記載された合計と、その内訳の計"


def count_rows(city: City, rows: Sequence[ReconciliationRow], on: date) -> list[tuple[int, int]]:
    """Return for each row how many terminals the ledger has, and how many of them report. Four queries."""
    standing = standing_on(city, on)
    counted: Counter[tuple[str, str, str]] = Counter()
    reporting: Counter[tuple[str, str, str]] = Counter()
    groups = Terminal.objects.filter(IN_HAND, city=city, in_ledger=True).order_by()
    for row in groups.values("kind", "procurement", "state").annotate(
        terminals=Count("pk"), heard=Count("pk", filter=standing.reporting)
    ):
        key = row["kind"], row["procurement"], row["state"]
        counted[key] += row["terminals"]
        reporting[key] += row["heard"]
    return [(_matching(counted, row), _matching(reporting, row)) for row in rows]


def _matching(counts: Counter[tuple[str, str, str]], row: ReconciliationRow) -> int:
    return sum(
        count
        for (kind, procurement, state), count in counts.items()
        if (not row.kinds or kind in row.kinds)
        and (not row.procurement or procurement == row.procurement)
        and (row.spare or state != Terminal.State.SPARE)
    )


def differences_of(reconciliation: CountReconciliation) -> dict[int | None, Difference]:
    """Return every difference of a reconciliation, by the row's position; None: the printed total's. Two queries."""
    rows = list(reconciliation.rows.all())
    explained: Counter[int | None] = Counter()
    for one in reconciliation.explanations.filter(struck_because="").select_related("row"):
        explained[one.row.position if one.row else None] += one.count
    found: dict[int | None, Difference] = {
        row.position: Difference(row.label, row.claimed, row.in_ledger, explained[row.position])
        for row in rows
    }
    total = sum(row.claimed for row in rows)
    found[None] = Difference(TOTAL, reconciliation.printed_total, total, explained[None], of_total=True)
    return found


def reconciliations_for(by: Principal) -> Iterable[CountReconciliation]:
    """Return the reconciliations *by* may see, the newest first, rows and explanations fetched beforehand."""
    return CountReconciliation.objects.restrict(by, VIEW_TERMINALS).prefetch_related("rows", "explanations")
