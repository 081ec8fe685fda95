"""Identifiers that carry a check of their own."""

from __future__ import annotations


def local_government_check_digit(five: str) -> str:
    """Return the check digit of a five-digit 全国地方公共団体コード.

    Weights 6,5,4,3,2 from the left; eleven minus the remainder of the sum by eleven, its last digit; a sum below
    eleven is subtracted from eleven (Ministry of Internal Affairs' rule for the code's sixth digit).
    ``ValueError`` unless *five* is five ASCII digits.
    """
    if len(five) != 5 or not (five.isascii() and five.isdigit()):
        raise ValueError("全国地方公共団体コードは、はじめの5桁を数字で指定してください。")
    total = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10 if total >= 11 else (11 - total) % 10)


def is_local_government_code(code: str) -> bool:
    """Tell whether *code* is six ASCII digits with a right check digit (仙台市 is 041009)."""
    return (
        len(code) == 6
        and code.isascii()
        and code.isdigit()
        and local_government_check_digit(code[:5]) == code[5]
    )
