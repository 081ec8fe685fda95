"""Every write of the ledgers."""

from tenken.assets.operations.information import add_asset, change_asset, retire_asset
from tenken.assets.operations.ledger_rows import ASSET, SYSTEM
from tenken.assets.operations.occurrences import add_occurrence, strike_occurrence
from tenken.assets.operations.systems import (
    add_system,
    change_system,
    retire_system,
    set_products,
    told_product,
    users_of,
)

__all__ = [
    "ASSET",
    "SYSTEM",
    "add_asset",
    "add_occurrence",
    "add_system",
    "change_asset",
    "change_system",
    "retire_asset",
    "retire_system",
    "set_products",
    "strike_occurrence",
    "told_product",
    "users_of",
]
