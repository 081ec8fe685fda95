"""The form of the organisation's file: its sheets and their columns, in order."""

from __future__ import annotations

UNITS = "組織"
PEOPLE = "職員"

UNIT_COLUMNS = ("所属コード", "名称", "ふりがな", "種類", "上位所属コード", "実施機関")
PEOPLE_COLUMNS = (
    "職員番号",
    "氏名",
    "ふりがな",
    "メール",
    "所属コード",
    "職コード",
    "職名",
    "定員",
    "役割",
    "区分",
    "発令日",
    "解令日",
)
COLUMNS = {UNITS: UNIT_COLUMNS, PEOPLE: PEOPLE_COLUMNS}
ONE_SEAT, MANY_SEATS = "1人", "複数"


def place(sheet: str, row: int, column: str) -> str:
    """Return 「シート「職員」5行「発令日」列」."""
    return f"シート「{sheet}」{row}行「{column}」列"
