"""The risk part as people may read it: one sheet's, and the whole inspection's."""

from __future__ import annotations

from tenken.inspection.filling import decide_fill
from tenken.inspection.queries.risk_part import SheetRiskPart, risk_part_of
from tenken.inspection.queries.sheets import find_sheet
from tenken.inspection.states import EDITABLE
from tenken.organization.access import Principal


def sheet_risk(by: Principal, sheet_id: int) -> SheetRiskPart:
    """Return the risk part of a sheet *by* may see; ``Missing`` otherwise. A fixed number of queries."""
    sheet = find_sheet(by, sheet_id)
    return risk_part_of(
        sheet,
        may_fill=sheet.programme.status == "launched"
        and sheet.programme.with_risk_part
        and sheet.status in EDITABLE
        and bool(decide_fill(by, sheet)),
    )
