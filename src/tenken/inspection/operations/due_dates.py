"""Due dates of single sheets: the secretariat gives a section more time, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.common.era import era_date
from tenken.common.refusals import Invalid, Problem
from tenken.inspection.models import Programme, Sheet
from tenken.inspection.operations.many import locked_sheets
from tenken.inspection.permissions import ACCEPT_SHEETS
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.opening_days import opening_days_of

REASON_LIMIT = 300


@transaction.atomic
def change_due_date(
    *,
    by: Principal,
    programme: Programme,
    sheets: Sequence[tuple[int, int]],
    due_on: date,
    reason: str,
    on: date | None = None,
) -> list[Sheet]:
    """Set the due date of *sheets* of a running programme, (key, version shown) each, and return them.

    ``Invalid`` for a day that is past or on which the offices are closed, or without a reason; ``Stale`` when one was
    changed since it was shown or is handed in. All or none.
    """
    require(by, ACCEPT_SHEETS)
    day = on or by.on
    rows = locked_sheets(by, programme, sheets)
    checked = checked_reason(reason)
    if problems := [*_problems(by, due_on, day), *checked[1]]:
        raise Invalid("期限を変えられません。", problems)
    before = {sheet.pk: sheet.due_on for sheet in rows}
    for sheet in rows:
        sheet.status = sheet_after(sheet.status, "extend")
        sheet.due_on, sheet.extension_reason = due_on, checked[0]
        sheet.version += 1
    Sheet.objects.bulk_update(rows, ["due_on", "extension_reason", "version"], batch_size=200)
    for sheet in rows:
        record(
            by=by,
            city_code=by.city_code,
            operation="inspection.sheet.change_due_date",
            subject=("inspection.sheet", sheet.pk),
            changes={"before": before[sheet.pk], "after": due_on, "reason": checked[0]},
            business_date=on,
        )
    return rows


def _problems(by: Principal, due_on: date, today: date) -> list[Problem]:
    if due_on < today:
        return [Problem("過ぎた日は、期限にできません。", "期限", "due_on")]
    days = opening_days_of(by.city)
    if not days.is_open(due_on):
        after = era_date(days.next_open(due_on))
        return [Problem(f"閉庁日です。開庁日（次は{after}）にしてください。", "期限", "due_on")]
    return []


def checked_reason(reason: str) -> tuple[str, list[Problem]]:
    """Return *reason* as it is kept, and what is wrong with it: it must be there, in 300 characters."""
    kept = " ".join(reason.replace("\x00", "").split())
    if not kept:
        return kept, [Problem("理由を入力してください。", "理由", "reason")]
    if len(kept) > REASON_LIMIT:
        return kept, [Problem(f"理由は{REASON_LIMIT}字までです（いま{len(kept)}字）。", "理由", "reason")]
    return kept, []
