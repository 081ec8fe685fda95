"""Whose duties the sheet of a section asks about. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# Roles outside the sections (document 003 (1)1, 2, 5): the audit looks at their duties, not a sheet.
_ELSEWHERE = frozenset({"ciso", "bureau_manager", "network_manager", "secretariat", "auditor", "committee"})


def is_asked_of_sections(binds: Iterable[str]) -> bool:
    """Tell whether a duty that binds these roles belongs on a section's sheet: unless all are elsewhere.

    A role that the city added counts as one of a section, so that no duty slips through.
    """
    return bool(set(binds) - _ELSEWHERE)
