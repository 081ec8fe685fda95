"""The calculation of an explanation is worked out again: 「100×27＝2,700」 (document 004, A30)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext
from typing import Final

from tenken.audit.fieldwork.rules.figures import printed, read_figure

_OPERATORS: Final = str.maketrans(
    {"×": "*", "✕": "*", "・": "*", "x": "*", "X": "*", "÷": "/", "−": "-", "－": "-"}
)
_TERM: Final = re.compile(r"[+\-*/]|[^+\-*/]+")
_PLACES: Final = Decimal("0.000001")


def worked_out(text: str) -> str:
    """Return what is wrong with *text*, a calculation with its result; '' when it is right or empty.

    Figures with +, -, × and ÷, products before sums, an = and the result; units beside figures are passed over.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).translate(_OPERATORS)
    if not plain:
        return ""
    left, equals, right = plain.partition("=")
    try:
        with localcontext() as context:
            context.prec = 60
            stated, computed = _figure(right), _sum(left)
    except (ValueError, IndexError, ArithmeticError):
        return "計算は「100×27＝2,700」のように、数字と＋－×÷、＝と答えで入力してください。"
    if not equals or (stated - computed).copy_abs() > _PLACES:
        return f"計算が合いません：{left.replace('*', '×').replace('/', '÷')}＝{printed(computed)}です。"
    return ""


def _sum(text: str) -> Decimal:
    parts = _TERM.findall(text)
    total, sign = Decimal(0), 1
    product = _figure(parts[0])
    if len(parts) % 2 == 0:
        raise ValueError(text)
    for operator, part in zip(parts[1::2], parts[2::2], strict=True):
        figure = _figure(part)
        if operator == "*":
            product *= figure
        elif operator == "/":
            product /= figure
        else:
            total, sign, product = total + sign * product, 1 if operator == "+" else -1, figure
    return total + sign * product


def _figure(text: str) -> Decimal:
    value = read_figure(text).value
    if value is None:
        raise ValueError(text)
    return value
