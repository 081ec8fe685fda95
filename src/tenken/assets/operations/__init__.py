"""Every write of the ledgers."""

from tenken.assets.operations.information import (
    ASSET,
    SYSTEM,
    add_asset,
    add_system,
    change_asset,
    change_system,
    retire_asset,
    retire_system,
)

__all__ = [
    "ASSET",
    "SYSTEM",
    "add_asset",
    "add_system",
    "change_asset",
    "change_system",
    "retire_asset",
    "retire_system",
]
