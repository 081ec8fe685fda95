"""Sigma's log sources: which events a rule looks at.

``product: tenken`` is ours: every event, whatever sent it; its ``category`` is then an operation
(``events.operations``), its ``service`` a source's code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tenken.telemetry.detection.literals import literal
from tenken.telemetry.detection.problems import Unusable
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.wire.windows_fields import CATEGORY_UNIONS

OWN: Final = "tenken"


@dataclass(frozen=True)
class Present:
    """A log source that occurs in a batch."""

    product: str
    category: str
    service: str
    op: str
    source: str


COLUMNS: Final = ("log_product", "log_category", "log_service", "op", "source")


@dataclass(frozen=True)
class LogSource:
    """'' for what the rule leaves open."""

    product: str = ""
    category: str = ""
    service: str = ""

    def __post_init__(self) -> None:
        if self.product == OWN and self.category and self.category not in BY_CODE:
            raise Unusable(
                "logsourceの誤り", f"「{self.category}」という操作はありません", ("logsource", "category")
            )

    @property
    def categories(self) -> tuple[str, ...]:
        return CATEGORY_UNIONS.get(self.category, (self.category,))

    def sql(self) -> str:
        """Return the condition that an event is of it; '' when every event is."""
        if self.product == OWN:
            asked: Iterable[tuple[str, tuple[str, ...]]] = (
                ("op", (self.category,)),
                ("source", (self.service,)),
            )
        else:
            asked = (
                ("log_product", (self.product,)),
                ("log_category", self.categories),
                ("log_service", (self.service,)),
            )
        return " AND ".join(
            f"{column} = {literal(said[0])}"
            if len(said) == 1
            else f"{column} IN ({', '.join(map(literal, said))})"
            for column, said in asked
            if said[0]
        )

    def covers(self, present: Present) -> bool:
        """Tell whether the rule looks at events of *present*."""
        if self.product == OWN:
            return self.category in ("", present.op) and self.service in ("", present.source)
        return (
            self.product in ("", present.product)
            and (not self.category or present.category in self.categories)
            and self.service in ("", present.service)
        )
