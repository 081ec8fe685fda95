"""Every write of the inventory and the terminal ledger."""

from tenken.telemetry.inventory.operations.recording import record_inventory

__all__ = ["record_inventory"]
