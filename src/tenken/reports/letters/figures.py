"""A batch of letters: to whom, and what is particular to each."""

from __future__ import annotations

from dataclasses import dataclass

from tenken.common.fiscal_year import FiscalYear


@dataclass(frozen=True)
class ItemFigures:
    """One numbered line below 「記」: 「１　期間　平成26年7月1日から8月29日まで」; ``lines`` stand below it."""

    label: str
    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class LetterFigures:
    """One letter. ``addressee`` is the post without 様 (「企画課長」), ``section`` its section with the bureau."""

    section: str
    addressee: str
    items: tuple[ItemFigures, ...]


@dataclass(frozen=True)
class LettersFigures:
    """All letters of a kind in a fiscal year. ``sender`` is who signs unless the secretariat writes another."""

    kind: str
    city_name: str
    fiscal_year: int
    sender: str
    letters: tuple[LetterFigures, ...]

    @property
    def year(self) -> str:
        return str(FiscalYear(self.fiscal_year))
