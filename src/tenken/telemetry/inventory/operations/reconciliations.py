"""台数の突合: what a paper printed, counted against the ledger and the reports, explained until nothing is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from tenken.common import clock
from tenken.common.japanese_text import plain_text
from tenken.common.refusals import Invalid, Missing, Problem, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.telemetry.inventory.operations.ledger import CHANGED
from tenken.telemetry.inventory.queries.counting import count_rows, differences_of
from tenken.telemetry.inventory.rules.reconciling import open_differences, wrong_explanation
from tenken.telemetry.models import (
    CountReconciliation,
    DifferenceExplanation,
    ReconciliationRow,
    Terminal,
)
from tenken.telemetry.permissions import MANAGE_TERMINALS

RECONCILIATION = "telemetry.reconciliation"
_NOT_KEPT = "突合を記録できませんでした。"
_MOST = 10_000_000


@dataclass(frozen=True)
class RowData:
    """One line of the paper as given (see ``ReconciliationRow``)."""

    label: str
    claimed: int
    kinds: tuple[str, ...] = ()
    procurement: str = ""
    spare: bool = True


@transaction.atomic
def open_reconciliation(
    *,
    by: Principal,
    title: str,
    statement: str,
    as_of: date,
    printed_total: int,
    rows: Sequence[RowData],
) -> CountReconciliation:
    """Begin to reconcile what a paper printed; the counts are taken at once."""
    require(by, MANAGE_TERMINALS)
    title, statement = plain_text(title), plain_text(statement)
    problems = [
        Problem("入力してください。" if not value else f"{longest}字までです。", label, name)
        for name, label, value, longest in (
            ("title", "件名", title, 120),
            ("statement", "記載された資料", statement, 300),
        )
        if not value or len(value) > longest
    ]
    if not 0 <= printed_total <= _MOST:
        problems.append(Problem("0以上の台数にしてください。", "記載された合計", "printed_total"))
    if not rows:
        problems.append(Problem("1行以上を書いてください。", "記載された台数", "rows"))
    for number, row in enumerate(rows, start=1):
        problems += _row_problems(number, row)
    if problems:
        raise Invalid(_NOT_KEPT, problems)
    kept = CountReconciliation.objects.create(
        city=by.city, title=title, statement=statement, as_of=as_of, printed_total=printed_total
    )
    ReconciliationRow.objects.bulk_create(
        ReconciliationRow(
            reconciliation=kept,
            position=number,
            label=plain_text(row.label),
            kinds=list(row.kinds),
            procurement=row.procurement,
            spare=row.spare,
            claimed=row.claimed,
        )
        for number, row in enumerate(rows, start=1)
    )
    _count(by, kept)
    said = {"title": title, "printed_total": printed_total, "rows": {row.label: row.claimed for row in rows}}
    _note(by, "telemetry.reconciliation.open", kept, said)
    return kept


@transaction.atomic
def recount(*, by: Principal, reconciliation: CountReconciliation, version: int) -> CountReconciliation:
    """Count the ledger and the reports anew."""
    kept = _locked(by, reconciliation, version)
    counted = _count(by, kept)
    _raise(kept)
    _note(by, "telemetry.reconciliation.count", kept, {"counted": counted})
    return kept


@transaction.atomic
def explain_difference(
    *,
    by: Principal,
    reconciliation: CountReconciliation,
    row: ReconciliationRow | None,
    count: int,
    text: str,
    version: int,
) -> DifferenceExplanation:
    """Say why *count* (signed: claimed more is +) of a row's difference, or of the printed total's (*row* None), is
    there. ``Invalid`` when it explains more than is open."""
    kept = _locked(by, reconciliation, version)
    position = row.position if row is not None else None
    difference = differences_of(kept).get(position)
    if difference is None:
        raise Missing("この行はありません。")
    problems = []
    if wrong := wrong_explanation(difference, count):
        problems.append(Problem(wrong, "台数", "count"))
    said = plain_text(text)
    if not said or len(said) > 500:
        problems.append(Problem("500字までの説明を入力してください。", "説明", "text"))
    if problems:
        raise Invalid(_NOT_KEPT, problems)
    explanation = DifferenceExplanation.objects.create(
        reconciliation=kept,
        row=row,
        count=count,
        text=said,
        recorded_by=by.actor.name,
        recorded_at=clock.now(),
    )
    _raise(kept)
    changes = {"of": difference.label, "count": count, "text": said}
    _note(by, "telemetry.reconciliation.explain", kept, changes)
    return explanation


@transaction.atomic
def strike_explanation(
    *, by: Principal, explanation: DifferenceExplanation, because: str, version: int
) -> CountReconciliation:
    """Take an explanation back that was wrong; it stays to be read, and explains nothing."""
    kept = _locked(by, explanation.reconciliation, version)
    row = DifferenceExplanation.objects.select_for_update().get(pk=explanation.pk)
    if row.struck_because:
        raise Stale("この説明は、すでに取り消されています。")
    if not (reason := plain_text(because)[:300]):
        raise Invalid(_NOT_KEPT, [Problem("取り消す理由を入力してください。", "理由", "because")])
    row.struck_because = reason
    row.save(update_fields=["struck_because"])
    _raise(kept)
    changes = {"count": row.count, "text": row.text, "because": reason}
    _note(by, "telemetry.reconciliation.strike", kept, changes)
    return kept


@transaction.atomic
def close_reconciliation(
    *, by: Principal, reconciliation: CountReconciliation, version: int
) -> CountReconciliation:
    """Close a reconciliation of which nothing is left unexplained; ``Invalid`` names what is."""
    kept = _locked(by, reconciliation, version)
    still_open = open_differences(list(differences_of(kept).values()))
    if still_open:
        raise Invalid(
            "説明できていない差があるため、完了できません。",
            [Problem(f"差{one.unexplained:+,}台の説明がありません。", one.label) for one in still_open],
        )
    kept.state, kept.closed_at, kept.closed_by = (
        CountReconciliation.State.CLOSED,
        clock.now(),
        by.actor.name,
    )
    _raise(kept)
    _note(by, "telemetry.reconciliation.close", kept, {"title": kept.title})
    return kept


def _row_problems(number: int, row: RowData) -> list[Problem]:
    place = f"{number}行目"
    problems = []
    if not plain_text(row.label) or len(row.label) > 120:
        problems.append(Problem(f"{place}：120字までの種類を書いてください。", "内訳", "rows"))
    if not 0 <= row.claimed <= _MOST:
        problems.append(Problem(f"{place}：0以上の台数にしてください。", "内訳", "rows"))
    if unknown := set(row.kinds) - set(Terminal.Kind.values):
        problems.append(
            Problem(f"{place}：端末の種類「{'、'.join(sorted(unknown))}」はありません。", "内訳", "rows")
        )
    if row.procurement not in ("", *Terminal.Procurement.values):
        problems.append(Problem(f"{place}：調達を選んでください。", "内訳", "rows"))
    return problems


def _locked(by: Principal, reconciliation: CountReconciliation, version: int) -> CountReconciliation:
    require(by, MANAGE_TERMINALS)
    kept = (
        CountReconciliation.objects.select_for_update().filter(pk=reconciliation.pk, city=by.city_id).first()
    )
    if kept is None:
        raise Missing("この突合はありません。")
    if kept.version != version:
        raise Stale(CHANGED)
    if kept.state == CountReconciliation.State.CLOSED:
        raise Stale("完了した突合は変えられません。")
    return kept


def _count(by: Principal, kept: CountReconciliation) -> dict[str, list[int]]:
    rows = list(kept.rows.all())
    for row, (in_ledger, in_reports) in zip(rows, count_rows(by.city, rows, by.on), strict=True):
        row.in_ledger, row.in_reports = in_ledger, in_reports
    ReconciliationRow.objects.bulk_update(rows, ["in_ledger", "in_reports"])
    kept.counted_at = clock.now()
    kept.save(update_fields=["counted_at"])
    return {row.label: [row.in_ledger, row.in_reports] for row in rows}


def _raise(kept: CountReconciliation) -> None:
    kept.version += 1
    kept.save()


def _note(by: Principal, operation: str, kept: CountReconciliation, changes: dict[str, Any]) -> None:
    record(
        by=by, city_code=by.city_code, operation=operation, subject=(RECONCILIATION, kept.pk), changes=changes
    )
