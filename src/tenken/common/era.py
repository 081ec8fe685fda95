"""和暦: dates in Japanese eras, written and read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_ERAS: tuple[tuple[date, str, str], ...] = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_WRITTEN = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])\s*(?P<year>元|\d{1,2})\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])"
    r"\s*(?P<day>\d{1,2})\s*日?",
    re.IGNORECASE,
)
_WESTERN = re.compile(
    r"(?P<year>\d{4})\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])\s*(?P<day>\d{1,2})\s*日?"
)


def era_year(day: date) -> str:
    """Return era and year of *day*, 「平成26」; the first year is 「令和元」. ``ValueError`` before 1868-01-25."""
    for begins, name, _ in _ERAS:
        if day >= begins:
            number = day.year - begins.year + 1
            return f"{name}{'元' if number == 1 else number}"
    raise ValueError(f"{day} is before the eras this product knows")


def era_date(day: date) -> str:
    """Return *day* as offices write it: 「平成27年7月29日」."""
    return f"{era_year(day)}年{day.month}月{day.day}日"


def era_month(day: date) -> str:
    """Return the month of *day*: 「平成26年8月」."""
    return f"{era_year(day)}年{day.month}月"


def parse_date(text: str) -> date:
    """Read a date as a person types it: 2014-07-01, 2014年7月1日, 平成26年7月1日, H26.7.1; full-width digits too.

    ``ValueError`` with a Japanese sentence when it is no date, when the era does not reach that far, or before 1868-01-25: what was read can be shown by era.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _WESTERN.fullmatch(plain):
        year = int(match["year"])
    elif match := _WRITTEN.fullmatch(plain):
        begins, era = next(
            (begins, name) for begins, name, letter in _ERAS if match["era"].upper() in (name, letter)
        )
        year = begins.year - 1 + (1 if match["year"] == "元" else int(match["year"]))
    else:
        raise ValueError(f"「{text[:40]}」は日付として読めません（例：2014-07-01、平成26年7月1日）。")
    try:
        day = date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError(f"「{text[:40]}」という日付はありません。") from None
    if day < _ERAS[-1][0]:
        raise ValueError(f"「{text[:40]}」は古すぎて扱えません（明治元年1月25日から）。")
    if match.re is _WRITTEN and not era_year(day).startswith(era):
        raise ValueError(f"「{text[:40]}」は{era}の期間にありません。")
    return day
