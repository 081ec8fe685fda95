"""What a rule of the prose takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tenken.reports.figures import InspectionFigures, ItemFigures

Basis = Mapping[str, int | str]


@dataclass(frozen=True)
class Sentence:
    """A sentence or two that numbers support, and those numbers: every figure in ``text`` is a value of ``basis``.

    A count that is compared with the year before lies beside it as ``<name>`` and ``<name>_before``.
    """

    text: str
    basis: Basis


@dataclass(frozen=True)
class Part:
    """One of the two parts of the self-inspection."""

    code: str
    name: str

    def items(self, figures: InspectionFigures) -> tuple[ItemFigures, ...]:
        return figures.management if self.code == "management" else figures.risk


MANAGEMENT = Part("management", "セキュリティマネジメント点検")
RISK = Part("risk", "リスク対策状況点検")

Rule = Callable[[InspectionFigures], Sentence | None]
PartRule = Callable[[InspectionFigures, Part], Sentence | None]


def comparable(items: Sequence[ItemFigures]) -> list[tuple[ItemFigures, int, int]]:
    """Return the items that were inspected the year before too, with the issues and the not improved of that year."""
    return [
        (item, item.issues_before, item.not_improved_before)
        for item in items
        if item.issues_before is not None and item.not_improved_before is not None
    ]
