"""Who may reach a stored file: whoever may reach what it belongs to. Nobody, where no room has said so."""

from __future__ import annotations

from collections.abc import Callable

from tenken.organization.access import Principal

Reach = Callable[[Principal, str], bool]

_reaches: dict[str, Reach] = {}


def register_file_access(subject_type: str, reach: Reach) -> None:
    """Say who may read files of *subject_type*: ``reach(by, subject_id)``. A room's pages call it once, at import."""
    if _reaches.setdefault(subject_type, reach) is not reach:
        raise ValueError(f"file access of {subject_type} is registered twice")


def may_reach(by: Principal, subject_type: str, subject_id: str) -> bool:
    """Tell whether *by* may read files of this subject. Denied unless a room allows it."""
    reach = _reaches.get(subject_type)
    return reach is not None and reach(by, subject_id)
