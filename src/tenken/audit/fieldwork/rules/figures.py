"""A figure as a document prints it: 「２，３４０台」「△1,200千円」「61.15％」「－」."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

PERCENT: Final = "%"
_DASHES: Final = frozenset({"-", "―", "—", "–", "ー", "─", "‐", "−", "…", "*", "皆無", "なし"})
_MINUS: Final = "-△▲−‐–▽"
_SCALES: Final = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "億": Decimal(100_000_000),
}
_SCALE: Final = r"(?P<scale>百万|百|千|万|億)?"
_FIGURE: Final = re.compile(
    rf"(?:約|計|延べ|のべ)?(?P<minus>[{_MINUS}])?(?P<currency>[¥\\])?(?P<minus2>[{_MINUS}])?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d{{1,18}})(?P<decimals>\.\d{{1,9}})?{_SCALE}(?P<unit>[^\d\s.,()]{{0,10}})"
)
_UNIT: Final = re.compile(rf"{_SCALE}(?P<unit>[^\d\s.,()]{{0,10}})")
_POINT: Final = re.compile(r"(?P<unit>ポイント|pt)$")


@dataclass(frozen=True)
class Figure:
    """What a cell says. ``value`` in the unit's own size (円, not 千円); None: the cell is empty or says there is none.

    ``quantum``: the size of the last printed digit (1,000 for 「12千円」, 0.01 for 「61.15％」). ``blank``: nothing is
    printed at all; a dash is printed, and counts as nothing.
    """

    text: str
    value: Decimal | None
    quantum: Decimal = Decimal(1)
    unit: str = ""
    blank: bool = False

    @property
    def places(self) -> int:
        """Decimal places printed; 0 for whole numbers and thousands."""
        return max(0, -int(self.quantum.as_tuple().exponent))


def read_figure(text: str, unit: str = "") -> Figure:
    """Read *text*; *unit* (「千円」 of the column's head) holds where the cell names none. ``ValueError`` in Japanese
    when it is no figure."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        return Figure(text, None, blank=True)
    if plain in _DASHES:
        return Figure(text, None)
    bracketed = re.fullmatch(r"\((.+)\)", plain)
    match = _FIGURE.fullmatch(bracketed[1] if bracketed else plain)
    if match is None:
        raise ValueError(f"「{text.strip()[:40]}」は数字として読めません。")
    decimals = match["decimals"] or ""
    named = match["unit"] or ("円" if match["currency"] else "")
    scale = match["scale"] or ""
    if not named and not scale:
        scale, named = split_unit(unit)
    size = _SCALES[scale]
    value = Decimal(match["digits"].replace(",", "") + decimals) * size
    negative = bool(match["minus"] or match["minus2"])
    quantum = Decimal(1).scaleb(-max(0, len(decimals) - 1)) * size
    return Figure(text, -value if negative else value, quantum, named)


def split_unit(unit: str) -> tuple[str, str]:
    """Return a unit's size and name: 「千円」 is (千, 円), 「台」 is ('', 台), 「千」 is (千, '')."""
    plain = "".join(unicodedata.normalize("NFKC", unit).split())
    match = _UNIT.fullmatch(plain)
    return ("", plain[:10]) if match is None else (match["scale"] or "", match["unit"])


def printed(value: Decimal, places: int = 0) -> str:
    """Return *value* as papers print it: thousands apart, at least *places* decimals, never more zeros than that."""
    rest = max(places, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{max(0, rest)}f}"
