"""Sheets that need not be handed in: a section closed for rebuilding, one without work of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from tenken.common.refusals import Invalid, Stale
from tenken.inspection.models import Answer, Programme, Sheet
from tenken.inspection.operations.due_dates import checked_reason
from tenken.inspection.operations.many import locked_sheets
from tenken.inspection.permissions import ACCEPT_SHEETS
from tenken.inspection.states import sheet_after
from tenken.journal.operations import record
from tenken.organization.access import Principal, require

_FIELDS = ["status", "exempted_on", "exemption_reason", "version"]


@transaction.atomic
def exempt(
    *,
    by: Principal,
    programme: Programme,
    sheets: Sequence[tuple[int, int]],
    reason: str,
    on: date | None = None,
) -> list[Sheet]:
    """Take *sheets*, (key, version shown) each, out of what is to be handed in, and return them. Answers stay.

    ``Invalid`` without a reason; ``Stale`` when one was changed since it was shown or is put up or handed in.
    """
    require(by, ACCEPT_SHEETS)
    rows = locked_sheets(by, programme, sheets)
    kept, problems = checked_reason(reason)
    if problems:
        raise Invalid("対象外にできません。", problems)
    before = {sheet.pk: sheet.status for sheet in rows}
    for sheet in rows:
        sheet.status = sheet_after(sheet.status, "exempt")
        sheet.exempted_on, sheet.exemption_reason = on or by.on, kept
        sheet.version += 1
    Sheet.objects.bulk_update(rows, _FIELDS, batch_size=200)
    for sheet in rows:
        changes = {"before": before[sheet.pk], "after": sheet.status, "reason": kept}
        _note(by, sheet, "exempt", changes, on)
    return rows


@transaction.atomic
def restore(*, by: Principal, sheet: Sheet, version: int, on: date | None = None) -> Sheet:
    """Take an exempted sheet back in, as far filled in as it was.

    ``Stale`` when it was changed since it was shown, is not exempted, or another sheet answers for it (``moved_to``).
    """
    require(by, ACCEPT_SHEETS)
    [fresh] = locked_sheets(by, sheet.programme, [(sheet.pk, version)])
    if fresh.moved_to_id is not None:
        raise Stale("組織の変更で別の点検シートに引き継いだため、対象に戻せません。")
    reason = fresh.exemption_reason
    fresh.status = sheet_after(fresh.status, "restore")
    if Answer.objects.filter(sheet=fresh).exists():
        fresh.status = sheet_after(fresh.status, "answer")
    fresh.exempted_on, fresh.exemption_reason = None, ""
    fresh.version += 1
    fresh.save(update_fields=_FIELDS)
    changes = {"before": "exempted", "after": fresh.status, "reason_before": reason}
    _note(by, fresh, "restore", changes, on)
    return fresh


def _note(by: Principal, sheet: Sheet, event: str, changes: dict[str, str], on: date | None) -> None:
    record(
        by=by,
        city_code=by.city_code,
        operation=f"inspection.sheet.{event}",
        subject=("inspection.sheet", sheet.pk),
        changes=changes,
        business_date=on,
    )
