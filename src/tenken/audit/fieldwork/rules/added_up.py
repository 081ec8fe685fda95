"""Tables handed in are added up again: each sum and each percentage that does not follow from the figures beside it.

The document's figures stay as published; what was computed stands beside them. Percentages round half up at the
printed precision (document 004: 889,360 of 1,445,000 is 61.55 %, printed 61.15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from enum import StrEnum

from tenken.audit.fieldwork.rules.figures import Figure, printed, read_figure
from tenken.audit.fieldwork.rules.table_columns import Column, ColumnKind, RowKind, Terms

_PRECISION = 60
_SHOWN_TERMS = 6


class FlagKind(StrEnum):
    TOTAL = "total"  # a total row is not the sum of the rows above
    ACROSS = "across"  # a column is not what its formula gives from the others of the row
    PERCENT = "percent"
    UNREADABLE = "unreadable"


class Way(StrEnum):
    """Another way of rounding that would give what is printed."""

    TRUNCATED = "truncated"
    RAISED = "raised"
    COARSER = "coarser"  # rounded at fewer digits, and a zero put behind


WAY_LABELS = {
    Way.TRUNCATED: "切り捨てると、記載の値になります。",
    Way.RAISED: "切り上げると、記載の値になります。",
    Way.COARSER: "1桁粗く四捨五入すると、記載の値になります。",
}


@dataclass(frozen=True)
class Flag:
    """One figure that does not follow. ``row`` and ``column`` count from 0 in the table's body.

    ``published``: the cell as printed; ``stated`` and ``computed`` are comparable (円, or per cent); ``basis``: the sum
    or quotient, written out; ``ways``: roundings that would give the printed figure; ``within_rounding``: the figures
    it comes from are rounded themselves, and can explain the difference.
    """

    kind: FlagKind
    row: int
    column: int
    published: str
    stated: Decimal | None = None
    computed: Decimal | None = None
    basis: str = ""
    ways: tuple[Way, ...] = ()
    within_rounding: bool = False
    trouble: str = ""

    @property
    def difference(self) -> Decimal | None:
        """What is printed less what was computed."""
        return None if self.stated is None or self.computed is None else self.stated - self.computed

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence for the reader."""
        if self.trouble:
            return self.trouble
        said = {FlagKind.PERCENT: "割合", FlagKind.ACROSS: "横の計算", FlagKind.TOTAL: "縦の計"}[self.kind]
        unit = "％" if self.kind is FlagKind.PERCENT else ""
        computed = "" if self.computed is None else printed(self.computed)
        parts = [f"{said}が合いません：{self.basis}＝{computed}{unit}、記載は{self.published.strip()}。"]
        parts += [WAY_LABELS[way] for way in self.ways]
        if self.within_rounding:
            parts.append("もとの数字の端数処理で起こりうる差です。")
        return "".join(parts)


def added_up(
    columns: Sequence[Column], row_kinds: Sequence[RowKind], rows: Sequence[Sequence[str]]
) -> tuple[Flag, ...]:
    """Return every figure of a table that does not follow from the others, by row and column.

    *rows* hold the cells as published; a short row lacks its last cells. A blank or a dash adds nothing; a cell of a
    figure's column that is no figure is flagged, and what depends on it is not computed.
    """
    with localcontext() as context:
        context.prec = _PRECISION
        table = _Table(columns, row_kinds, rows)
        return tuple(sorted(table.flags(), key=lambda flag: (flag.row, flag.column, flag.kind)))


class _Table:
    def __init__(
        self, columns: Sequence[Column], row_kinds: Sequence[RowKind], rows: Sequence[Sequence[str]]
    ) -> None:
        self.columns, self.kinds = columns, row_kinds
        self.unreadable: list[Flag] = []
        self.cells = [self._read(place, row) for place, row in enumerate(rows)]

    def _read(self, place: int, row: Sequence[str]) -> list[Figure | None]:
        """Return a row's figures; None where there is a label, or no figure where one should be."""
        found: list[Figure | None] = []
        for column, about in enumerate(self.columns):
            text = row[column] if column < len(row) else ""
            if about.kind is ColumnKind.LABEL or self.kinds[place] is RowKind.LEFT_OUT:
                found.append(None)
                continue
            try:
                found.append(read_figure(text, about.unit))
            except ValueError as error:
                found.append(None)
                self.unreadable.append(Flag(FlagKind.UNREADABLE, place, column, text, trouble=f"{error}"))
        return found

    def flags(self) -> list[Flag]:
        found = list(self.unreadable)
        for row, kind in enumerate(self.kinds):
            if kind is RowKind.LEFT_OUT:
                continue
            for column, about in enumerate(self.columns):
                if about.kind is ColumnKind.LABEL or (figure := self.cells[row][column]) is None:
                    continue
                if about.kind is ColumnKind.PERCENT:
                    found += self._percent(row, column, figure)
                    continue
                if kind is not RowKind.ITEM:
                    found += self._down(row, column, figure)
                if about.formula is not None:
                    found += self._across(row, column, figure)
        return found

    # --- sums ---------------------------------------------------------------------------------------------

    def _down(self, row: int, column: int, figure: Figure) -> list[Flag]:
        terms = [(self.cells[above][column], sign) for above, sign in self._rows_of(row)]
        return self._sum(FlagKind.TOTAL, row, column, figure, terms)

    def _rows_of(self, row: int) -> list[tuple[int, int]]:
        """Return the rows a total, subtotal or difference is made of, with their signs."""
        items = [above for above in range(row) if self.kinds[above] is RowKind.ITEM]
        if self.kinds[row] is RowKind.TOTAL:
            return [(above, 1) for above in items]
        if self.kinds[row] is RowKind.DIFFERENCE:
            return [(items[-1], 1), (items[-2], -1)] if len(items) > 1 else []
        earlier = (above for above in range(row) if self.kinds[above] in (RowKind.SUBTOTAL, RowKind.TOTAL))
        last = max(earlier, default=-1)
        return [(above, 1) for above in items if above > last]

    def _across(self, row: int, column: int, figure: Figure) -> list[Flag]:
        formula = self.columns[column].formula
        assert formula is not None
        terms = [(self.cells[row][other], sign) for other, sign in formula.part]
        return self._sum(FlagKind.ACROSS, row, column, figure, terms)

    def _sum(
        self,
        kind: FlagKind,
        row: int,
        column: int,
        figure: Figure,
        terms: Sequence[tuple[Figure | None, int]],
    ) -> list[Flag]:
        known = [(term, sign) for term, sign in terms if term is not None]
        stated = [(term, sign) for term, sign in known if term.value is not None]
        if len(known) < len(terms) or not stated or figure.blank:
            return []
        computed = sum((term.value * sign for term, sign in stated if term.value is not None), Decimal(0))
        value = figure.value or Decimal(0)
        if value == computed:
            return []
        slack = sum((_slack(term) for term, _sign in stated), _slack(figure))
        return [
            Flag(
                kind,
                row,
                column,
                figure.text,
                value,
                computed,
                _written_out([(term.value or Decimal(0), sign) for term, sign in stated]),
                within_rounding=abs(value - computed) <= slack,
            )
        ]

    # --- percentages --------------------------------------------------------------------------------------

    def _percent(self, row: int, column: int, figure: Figure) -> list[Flag]:
        formula = self.columns[column].formula
        if formula is None or not (formula.whole or formula.of_total) or figure.value is None:
            return []
        part = self._value(row, formula.part)
        whole = self._total(row, formula.part) if formula.of_total else self._value(row, formula.whole)
        if part is None or whole is None:
            return []
        if not whole[0]:
            trouble = f"割る数が0のため、割合「{figure.text.strip()}」を確かめられません。"
            return [Flag(FlagKind.PERCENT, row, column, figure.text, figure.value, trouble=trouble)]
        exact = part[0] / whole[0] * 100
        computed = exact.quantize(figure.quantum, ROUND_HALF_UP)
        if computed == figure.value:
            return []
        return [
            Flag(
                FlagKind.PERCENT,
                row,
                column,
                figure.text,
                figure.value,
                computed,
                f"{printed(part[0])}÷{printed(whole[0])}",
                _ways(exact, figure),
                _reachable(part, whole, figure),
            )
        ]

    def _value(self, row: int, terms: Terms) -> tuple[Decimal, Decimal] | None:
        """Return a row's figure from *terms* and how far rounding may have moved it; None where one is missing."""
        total, slack = Decimal(0), Decimal(0)
        for column, sign in terms:
            figure = self.cells[row][column]
            if figure is None or figure.value is None:
                return None
            total, slack = total + figure.value * sign, slack + _slack(figure)
        return total, slack

    def _total(self, row: int, terms: Terms) -> tuple[Decimal, Decimal] | None:
        """Return the figure of *terms* in the total row that closes *row*; the last one printed when none follows."""
        totals = [place for place, kind in enumerate(self.kinds) if kind is RowKind.TOTAL]
        after = [place for place in totals if place >= row] or totals[-1:]
        return self._value(after[0], terms) if after else None


def _slack(figure: Figure) -> Decimal:
    """How far a rounded figure may lie from the true one: nothing for whole counts and 円, which are not rounded."""
    return Decimal(0) if figure.quantum == 1 or figure.value is None else figure.quantum / 2


def _written_out(terms: Sequence[tuple[Decimal, int]]) -> str:
    shown = "".join(
        f"{'－' if (value < 0) != (sign < 0) else '＋'}{printed(abs(value))}"
        for value, sign in terms[:_SHOWN_TERMS]
    ).removeprefix("＋")
    return shown + (f"＋…（{len(terms)}件）" if len(terms) > _SHOWN_TERMS else "")


def _ways(exact: Decimal, figure: Figure) -> tuple[Way, ...]:
    found = []
    if exact.quantize(figure.quantum, ROUND_DOWN) == figure.value:
        found.append(Way.TRUNCATED)
    if exact.quantize(figure.quantum, ROUND_UP) == figure.value:
        found.append(Way.RAISED)
    if figure.quantum < 1 and exact.quantize(figure.quantum.scaleb(1), ROUND_HALF_UP) == figure.value:
        found.append(Way.COARSER)
    return tuple(found)


def _reachable(part: tuple[Decimal, Decimal], whole: tuple[Decimal, Decimal], figure: Figure) -> bool:
    """Whether a part and a whole that are rounded themselves can give the printed percentage."""
    if not (part[1] or whole[1]) or figure.value is None or whole[0] - whole[1] <= 0:
        return False
    corners = [(part[0] + a * part[1]) / (whole[0] + b * whole[1]) * 100 for a in (-1, 1) for b in (-1, 1)]
    half = figure.quantum / 2
    return min(corners) - half <= figure.value <= max(corners) + half
