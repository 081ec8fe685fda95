"""Reading terminals, software and counts: scoped, bounded in queries."""

from tenken.telemetry.inventory.queries.standing import (
    COUNTED,
    IN_HAND,
    IN_USE,
    SectionHealth,
    Standing,
    ended_systems,
    section_health,
    settings_of,
    standing_on,
    support_table,
)

__all__ = [
    "COUNTED",
    "IN_HAND",
    "IN_USE",
    "SectionHealth",
    "Standing",
    "ended_systems",
    "section_health",
    "settings_of",
    "standing_on",
    "support_table",
]
