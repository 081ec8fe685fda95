"""Where things stand in the product's own form. Rows and columns count from 1, as a workbook's do."""

from __future__ import annotations

from typing import Final

GUIDE: Final = "記入のしかた"
SHEET: Final = "点検シート"
HEADER: Final = (
    "番号",
    "調査項目",
    "点検内容",
    "適合の基準",
    "前回の回答",
    "回答",
    "課題の内容と理由",
    "コメント",
)
WIDTHS: Final = (6, 15, 44, 34, 24, 11, 36, 24)
NUMBER, CATEGORY, QUESTION, GOOD, LAST, VERDICT, REASON, COMMENT = range(1, 9)
HEAD_ROW: Final = 4
FIRST_ROW: Final = 5
UNIT_CODE: Final = "B2"
UNIT_NAME: Final = "C2"
DUE: Final = "D2"
GUIDE_UNIT: Final = "A2"
