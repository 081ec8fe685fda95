"""Reading the ledgers: scoped lists and one row (``ledgers``), and systems as the audit universe (``systems``)."""

from tenken.assets.queries.ledgers import (
    LedgerFilter,
    assets_for,
    assets_in,
    find_asset,
    find_occurrence,
    find_system,
    sections_for,
    system_choices,
    systems_for,
)
from tenken.assets.queries.systems import (
    OccurrenceFacts,
    ProductFacts,
    SystemFacts,
    alike_systems,
    handling_of,
    occurrences,
    owners_on,
    system_data,
    systems_facts,
)

__all__ = [
    "LedgerFilter",
    "OccurrenceFacts",
    "ProductFacts",
    "SystemFacts",
    "alike_systems",
    "assets_for",
    "assets_in",
    "find_asset",
    "find_occurrence",
    "find_system",
    "handling_of",
    "occurrences",
    "owners_on",
    "sections_for",
    "system_choices",
    "system_data",
    "systems_facts",
    "systems_for",
]
