"""Every write of the inventory and the terminal ledger."""

from tenken.telemetry.inventory.operations.doubts import decide_match, split_match
from tenken.telemetry.inventory.operations.following import follow_reorganisation
from tenken.telemetry.inventory.operations.ledger import (
    add_terminal,
    add_terminals,
    assign_terminal,
    change_state,
    change_terminal,
)
from tenken.telemetry.inventory.operations.ledger_rows import LedgerRow, write_rows
from tenken.telemetry.inventory.operations.licences import (
    LicenceData,
    add_licence,
    change_licence,
    licence_problems,
)
from tenken.telemetry.inventory.operations.recognising import TERMINAL
from tenken.telemetry.inventory.operations.reconciliations import (
    RowData,
    close_reconciliation,
    explain_difference,
    open_reconciliation,
    recount,
    strike_explanation,
)
from tenken.telemetry.inventory.operations.recording import record_inventory
from tenken.telemetry.inventory.operations.settling import (
    SupportData,
    remove_support,
    save_settings,
    save_support,
    support_problems,
)

__all__ = [
    "TERMINAL",
    "LedgerRow",
    "LicenceData",
    "RowData",
    "SupportData",
    "add_licence",
    "add_terminal",
    "add_terminals",
    "assign_terminal",
    "change_licence",
    "change_state",
    "change_terminal",
    "close_reconciliation",
    "decide_match",
    "explain_difference",
    "follow_reorganisation",
    "licence_problems",
    "open_reconciliation",
    "record_inventory",
    "recount",
    "remove_support",
    "save_settings",
    "save_support",
    "split_match",
    "strike_explanation",
    "support_problems",
    "write_rows",
]
