"""What a rule of the risk part sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenken.common.refusals import Problem


@dataclass(frozen=True)
class RiskLine:
    """One threat to one main asset. ``level`` is '' where nothing can be said; ``treatment`` '' where none is decided."""

    asset_id: int
    asset: str
    threat: str
    threat_name: str
    level: str
    treatment: str
    note: str

    @property
    def place(self) -> str:
        return f"残るリスク（{self.asset}：{self.threat_name}）"

    @property
    def key(self) -> str:
        return f"{self.asset_id}-{self.threat}"


@dataclass(frozen=True)
class RiskPart:
    """The risk part of one sheet: how many main assets, why there are none, and each threat to each."""

    assets: int
    no_assets_reason: str
    lines: tuple[RiskLine, ...]


RiskRule = Callable[[RiskPart], list[Problem]]
