"""What a role may allow. Each room registers its own; a city's roles name them by code."""

from __future__ import annotations

from dataclasses import dataclass

_registry: dict[str, Capability] = {}


@dataclass(frozen=True)
class Capability:
    """A thing one may do. ``code`` is stable for ever ("inspection.sheet.fill"); ``label`` is what people read."""

    code: str
    label: str

    def __str__(self) -> str:
        return self.code


def capability(code: str, label: str) -> Capability:
    """Register and return a capability; a code registered twice is a ``ValueError``."""
    if code in _registry:
        raise ValueError(f"capability {code} is registered twice")
    _registry[code] = Capability(code, label)
    return _registry[code]


def all_capabilities() -> dict[str, Capability]:
    """Return every registered capability by its code."""
    return dict(_registry)
