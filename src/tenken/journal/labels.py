"""What each recorded operation is called on the journal's page."""

from __future__ import annotations

from collections.abc import Mapping

_labels: dict[str, str] = {}


def register_operation_labels(labels: Mapping[str, str]) -> None:
    """Register *labels*, operation code → Japanese; ``ValueError`` when a code already has another label."""
    for code, label in labels.items():
        if _labels.setdefault(code, label) != label:
            raise ValueError(f"operation {code} is labelled twice: {_labels[code]} / {label}")


def operation_label(code: str) -> str:
    """Return the label of an operation, or its code when no room has named it."""
    return _labels.get(code, code)


def operation_labels() -> dict[str, str]:
    """Return every registered label by code."""
    return dict(sorted(_labels.items()))
