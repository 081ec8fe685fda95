"""The Japanese fiscal year: 1 April to 31 March, named by the year it begins in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.common.era import era_year


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A fiscal year, e.g. ``FiscalYear(2014)`` = 平成26年度 = 2014-04-01 … 2015-03-31."""

    year: int

    @classmethod
    def of(cls, day: date) -> FiscalYear:
        """Return the fiscal year that holds *day*."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def starts_on(self) -> date:
        return date(self.year, 4, 1)

    @property
    def ends_on(self) -> date:
        return date(self.year + 1, 3, 31)

    @property
    def previous(self) -> FiscalYear:
        return FiscalYear(self.year - 1)

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def __str__(self) -> str:
        """The label people use: 「平成26年度」. The era is that of 1 April, but 2019 is 令和元年度 as offices wrote it."""
        reference = date(2019, 5, 1) if self.year == 2019 else self.starts_on
        return f"{era_year(reference)}年度"
