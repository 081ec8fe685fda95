"""再発: what had been 改善済 and is back (document 001, 資料1 1(2)③: the sections with issues rise again the year after)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise


def relapses(improved: Mapping[int, bool]) -> dict[int, int]:
    """Return the years in which something came back, each with the year in which it had been improved last.

    *improved* tells of each fiscal year with a finding of one item in one section whether all were improved. Years
    without a finding do not stand between: improved in 平成25年度, nothing found in 26, back in 27 is a relapse of 27.
    """
    return {year: before for before, year in pairwise(sorted(improved)) if improved[before]}
