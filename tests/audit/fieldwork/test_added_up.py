from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.audit.fieldwork.rules.added_up import FlagKind, Way, added_up
from tenken.audit.fieldwork.rules.figures import printed, read_figure
from tenken.audit.fieldwork.rules.table_columns import (
    Column,
    ColumnKind,
    RowKind,
    formula_text,
    guess_columns,
    guess_rows,
    parse_formula,
)
from tests.audit.fieldwork.seed_tables import A33, A37_AIM, A37_NOW, Q37, SEED_TABLES, SeedTable


def _flags(table: SeedTable):
    columns = guess_columns(table.heads, table.rows)
    assert tuple(formula_text(column.formula) for column in columns) == table.formulas
    return added_up(columns, guess_rows(columns, table.rows), table.rows)


@pytest.mark.parametrize("table", SEED_TABLES, ids=lambda table: table.where)
def test_the_documents_tables_as_read_by_themselves(table):
    found = tuple((flag.row, flag.column, str(flag.computed)) for flag in _flags(table))
    assert found == table.flagged


def test_a33_sums_to_3110_and_keeps_what_is_printed():
    [flag] = _flags(A33)
    assert (flag.kind, flag.published, flag.stated, flag.difference) == (FlagKind.TOTAL, "3,118 台", 3118, 8)
    assert flag.sentence == "縦の計が合いません：128＋2,340＋70＋572＝3,110、記載は3,118 台。"


def test_the_ways_that_would_give_a_printed_percentage():
    ways = [flag.ways for table in (Q37, A37_NOW, A37_AIM) for flag in _flags(table)]
    assert ways == [
        (Way.RAISED,),
        (Way.TRUNCATED,),
        (Way.TRUNCATED, Way.COARSER),
        (Way.RAISED, Way.COARSER),
        (),
    ]
    assert "切り捨てると、記載の値になります。" in _flags(A37_NOW)[0].sentence


@pytest.mark.parametrize(
    ("text", "unit", "value", "named"),
    [
        ("２，３４０台", "", "2340", "台"),
        ("△1,200千円", "", "-1200000", "円"),
        ("1,200", "千円", "1200000", "円"),
        ("1,200円", "千円", "1200", "円"),
        ("▲71,916,000 円", "", "-71916000", "円"),
        ("−3.5％", "", "-3.5", "%"),
        ("－5", "", "-5", ""),
        ("¥1,000", "", "1000", "円"),
        ("(12)", "", "12", ""),
        ("計 6 台", "", "6", "台"),
        ("3百万円", "", "3000000", "円"),
        ("0.71％", "", "0.71", "%"),
    ],
)
def test_figures_as_printed(text, unit, value, named):
    figure = read_figure(text, unit)
    assert (figure.value, figure.unit) == (Decimal(value), named)


@pytest.mark.parametrize("text", ["", "　", "－", "―", "-", "‐"])
def test_nothing_printed_and_a_dash_are_no_figures(text):
    figure = read_figure(text)
    assert figure.value is None
    assert figure.blank == (not text.strip())


@pytest.mark.parametrize("text", ["6 台(3)", "1,23", "約束", "12-34", "1.2.3", "九", "1" * 19])
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(ValueError, match="数字として読めません"):
        read_figure(text)


@pytest.mark.parametrize("text", ["B+C", "C-B", "B/C", "B/計", "(C-B)/B", "(B+C)/(D+E)"])
def test_formulas_go_there_and_back(text):
    assert formula_text(parse_formula(text, 6)) == text


@pytest.mark.parametrize("text", ["B*C", "B/", "/C", "1+2", "B/C/D", "合計", "B+"])
def test_other_formulas_are_refused(text):
    with pytest.raises(ValueError, match="計算のしかた"):
        parse_formula(text, 6)


def test_a_formula_over_a_column_that_is_not_there():
    with pytest.raises(ValueError, match="「F」列は表にありません"):
        parse_formula("B+F", 3)


def _columns(*kinds: ColumnKind, unit: str = "", last: str = "") -> tuple[Column, ...]:
    columns = [Column("", kind, unit) for kind in kinds]
    columns[-1] = Column("", kinds[-1], unit, parse_formula(last, len(kinds)))
    return tuple(columns)


LABEL, COUNT, MONEY, PERCENT = ColumnKind.LABEL, ColumnKind.COUNT, ColumnKind.MONEY, ColumnKind.PERCENT
ITEM, SUBTOTAL, TOTAL = RowKind.ITEM, RowKind.SUBTOTAL, RowKind.TOTAL


def test_subtotals_take_what_follows_the_last_one_and_the_total_takes_all():
    rows = (("a", "1"), ("b", "2"), ("小計", "3"), ("c", "4"), ("小計", "5"), ("計", "7"))
    kinds = (ITEM, ITEM, SUBTOTAL, ITEM, SUBTOTAL, TOTAL)
    [flag] = added_up(_columns(LABEL, COUNT), kinds, rows)
    assert (flag.row, flag.computed) == (4, 4)


def test_sums_across_a_row():
    rows = (("a", "1", "2", "3"), ("b", "4", "5", "8"))
    [flag] = added_up(_columns(LABEL, COUNT, COUNT, COUNT, last="B+C"), (ITEM, ITEM), rows)
    assert (flag.kind, flag.row, flag.column, flag.basis) == (FlagKind.ACROSS, 1, 3, "4＋5")


def test_thousands_that_were_rounded_can_explain_a_difference():
    rows = (("a", "1"), ("b", "1"), ("計", "3"))
    [flag] = added_up(_columns(LABEL, MONEY, unit="千円"), (ITEM, ITEM, TOTAL), rows)
    assert (flag.difference, flag.within_rounding) == (1000, True)
    [flag] = added_up(_columns(LABEL, COUNT), (ITEM, ITEM, TOTAL), rows)
    assert not flag.within_rounding


def test_shares_of_the_total():
    rows = (("a", "1", "33.3％"), ("b", "2", "66.6％"), ("計", "3", "100.0％"))
    [flag] = added_up(_columns(LABEL, COUNT, PERCENT, last="B/計"), (ITEM, ITEM, TOTAL), rows)
    assert (flag.row, flag.computed, flag.ways) == (1, Decimal("66.7"), (Way.TRUNCATED,))


def test_blanks_and_dashes_add_nothing_and_a_word_is_told():
    rows = (("a", "－"), ("b", ""), ("c", "3"), ("計", "3"))
    columns = _columns(LABEL, COUNT)
    assert added_up(columns, (ITEM, ITEM, ITEM, TOTAL), rows) == ()
    [flag] = added_up(columns, (ITEM, ITEM, ITEM, TOTAL), (("a", "不明"), *rows[1:]))
    assert (flag.kind, flag.row, flag.column) == (FlagKind.UNREADABLE, 0, 1)


def test_nothing_over_nothing_is_said_so():
    [flag] = added_up(_columns(LABEL, COUNT, COUNT, PERCENT, last="B/C"), (ITEM,), (("a", "0", "0", "0％"),))
    assert "割る数が0" in flag.sentence


_numbers = st.integers(min_value=-(10**9), max_value=10**9)


@given(st.lists(_numbers, min_size=1, max_size=30), st.integers(min_value=-50, max_value=50))
def test_a_total_is_flagged_by_exactly_what_it_is_off(numbers, off):
    rows = (
        *((str(place), printed(Decimal(n))) for place, n in enumerate(numbers)),
        ("計", str(sum(numbers) + off)),
    )
    kinds = (*(ITEM for _ in numbers), TOTAL)
    flags = added_up(_columns(LABEL, COUNT), kinds, rows)
    assert [flag.difference for flag in flags] == ([off] if off else [])


@given(
    st.integers(min_value=0, max_value=10**7),
    st.integers(min_value=1, max_value=10**7),
    st.integers(min_value=0, max_value=4),
)
def test_percentages_round_half_up_in_whole_numbers(part, whole, places):
    """Against arithmetic on integers alone: floor((2·part·100·10^p + whole) / (2·whole))."""
    units = (2 * part * 100 * 10**places + whole) // (2 * whole)
    right = Decimal(units).scaleb(-places)
    columns = _columns(LABEL, COUNT, COUNT, PERCENT, last="B/C")

    def flags(value: Decimal):
        return added_up(columns, (ITEM,), (("a", str(part), str(whole), f"{value:.{places}f}％"),))

    assert flags(right) == ()
    [flag] = flags(right + Decimal(1).scaleb(-places))
    assert flag.computed == right


@given(st.text(max_size=20))
def test_any_text_is_a_figure_or_refused(text):
    try:
        figure = read_figure(text)
    except ValueError:
        return
    assert figure.value is None or abs(figure.value) < Decimal(10) ** 27


@given(
    st.lists(st.lists(st.text(max_size=6), max_size=5), max_size=6), st.lists(st.text(max_size=6), max_size=5)
)
def test_any_table_is_read_without_trouble(rows, heads):
    columns = guess_columns(heads, rows)
    added_up(columns, guess_rows(columns, rows), rows)
