"""How old an open finding is, in the bands of the secretariat's board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class AgeBand:
    """Days since a finding was opened, from *least* to *most* (None: without end)."""

    code: str
    label: str
    least: int
    most: int | None

    def opened(self, today: date) -> tuple[date | None, date | None]:
        """Return the first and the last day on which a finding of this age was opened; None: without end."""
        first = None if self.most is None else today - timedelta(days=self.most)
        return first, (today - timedelta(days=self.least)) if self.least else None


AGE_BANDS = (
    AgeBand("30", "30日以内", 0, 30),
    AgeBand("90", "31～90日", 31, 90),
    AgeBand("180", "91～180日", 91, 180),
    AgeBand("365", "181～365日", 181, 365),
    AgeBand("over", "1年超", 366, None),
)
ANY_AGE = "all"
BANDS_BY_CODE = {band.code: band for band in AGE_BANDS}


def age_band(opened_on: date, today: date) -> AgeBand:
    """Return the band of a finding opened on *opened_on*; one dated after *today* is of the youngest."""
    days = max(0, (today - opened_on).days)
    return next(band for band in AGE_BANDS if band.most is None or days <= band.most)
