"""Days of a year as offices list them: 「平成27年6月25日、26日、8月5日、6日」."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from tenken.common.era import era_date, era_year, parse_date

_SEPARATOR = re.compile(r"[、,，\n・]+")
_SHORT = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})日?")
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)  # of a fiscal year, in its order


def write_days(days: Iterable[date]) -> str:
    """Return *days* in order, each saying only what differs from the one before it; '' for none."""
    written: list[str] = []
    last: date | None = None
    for day in sorted(set(days)):
        if last is None or era_year(day) != era_year(last) or day.year != last.year:
            written.append(era_date(day))
        elif day.month != last.month:
            written.append(f"{day.month}月{day.day}日")
        else:
            written.append(f"{day.day}日")
        last = day
    return "、".join(written)


def read_days(text: str) -> list[date]:
    """Read what :func:`write_days` writes, whole dates too, full-width digits too; sorted, each once.

    ``ValueError`` in Japanese names the first piece that is no day.
    """
    found: list[date] = []
    for piece in _SEPARATOR.split(unicodedata.normalize("NFKC", text)):
        plain = "".join(piece.split())
        if not plain:
            continue
        short = _SHORT.fullmatch(plain)
        if short is None:
            found.append(parse_date(plain))
            continue
        if not found:
            raise ValueError(f"「{plain[:40]}」は年から書いてください（例：平成27年6月25日、26日）。")
        month = int(short[1] or found[-1].month)
        try:
            found.append(date(found[-1].year, month, int(short[2])))
        except ValueError:
            raise ValueError(f"「{plain[:40]}」という日付はありません。") from None
    return sorted(set(found))


def write_months(months: Iterable[int]) -> str:
    """Return months in the order of the fiscal year: 「4月、6月、9月、11月、1月、3月」."""
    wanted = set(months)
    return "、".join(f"{month}月" for month in MONTHS if month in wanted)


def read_months(text: str) -> list[int]:
    """Read months as typed (「4月,6月」, "4、6"), in the fiscal year's order. ``ValueError`` in Japanese otherwise."""
    found: set[int] = set()
    for piece in _SEPARATOR.split(unicodedata.normalize("NFKC", text)):
        plain = "".join(piece.split()).removesuffix("月")
        if not plain:
            continue
        if not (plain.isascii() and plain.isdigit()) or int(plain[:3]) not in MONTHS:
            raise ValueError(f"「{piece.strip()[:40]}」は月として読めません（例：4月、6月、9月）。")
        found.add(int(plain))
    return [month for month in MONTHS if month in found]
