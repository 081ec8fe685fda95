"""Who may fill in a sheet: the section, and of a system or network who has charge of it (document 004, article 109)."""

from __future__ import annotations

from tenken.assets.models import InformationSystem
from tenken.common.refusals import Denied
from tenken.inspection.models import Sheet
from tenken.inspection.models.sheets import OF_KIND
from tenken.inspection.permissions import FILL_SHEETS
from tenken.organization.access import Decision, Principal, decide


def decide_fill(by: Principal, sheet: Sheet) -> Decision:
    """Decide whether *by* may fill in *sheet* (unit and system loaded), and why not."""
    whole = decide(by, FILL_SHEETS, unit=sheet.unit)
    if whole or sheet.system is None:
        return whole
    own = decide(by, OF_KIND[InformationSystem.Kind(sheet.system.kind)], unit=sheet.unit)
    return own if own else whole


def require_fill(by: Principal, sheet: Sheet) -> None:
    """Raise ``Denied`` with the reason unless :func:`decide_fill` allows."""
    decision = decide_fill(by, sheet)
    if not decision:
        raise Denied(decision.reason)
