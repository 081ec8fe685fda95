"""The tables of the five documents that hold figures, typed in as published, with the lines they stand in.

``flagged``: (row, column, computed) of each figure that does not follow from the others. The other tables of the
documents hold words only, or figures of which none follows from another (the training sessions' attendance and
satisfaction, 000:201-209; incidents with their records, 000:346-566; the IPA's ranks, 004:1015-1036).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SeedTable:
    where: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    formulas: tuple[str, ...]
    flagged: tuple[tuple[int, int, str], ...] = ()


A33 = SeedTable(
    "004:2369-2383",
    ("項", "種類", "導入台数"),
    (
        ("1", "仮想サーバ（情報政策課）", "128 台"),
        ("2", "クライアント［デスクトップ］（情報政策課）", "2,340 台"),
        ("3", "クライアント［ノートパソコン］（情報政策課）", "70 台"),
        ("4", "クライアント（各課購入）※予備含む", "572 台"),
        ("5", "計", "3,118 台"),
    ),
    ("", "", ""),
    ((4, 2, "3110"),),
)

Q37 = SeedTable(
    "004:2621-2623",
    ("項", "オンライン申請対応", "全手続", "対応率"),
    (("平成30年4月", "14 件", "1,995 件", "0.71％"),),
    ("", "", "", "B/C"),
    ((0, 3, "0.70"),),
)

A37_NOW = SeedTable(
    "004:2637-2641",
    ("項", "オンライン化実施済", "全手続数", "対応率"),
    (("手続数", "36", "2,039", "1.76％"), ("件数", "354,158", "1,445,000", "24.50％")),
    ("", "", "", "B/C"),
    ((0, 3, "1.77"), (1, 3, "24.51")),
)

A37_AIM = SeedTable(
    "004:2660-2664",
    ("項", "オンライン化実施数", "全手続数", "対応率"),
    (("手続数", "216", "2,039", "10.60％"), ("件数", "889,360", "1,445,000", "61.15％")),
    ("", "", "", "B/C"),
    ((0, 3, "10.59"), (1, 3, "61.55")),
)

A35 = SeedTable(
    "004:2543-2551",
    ("項", "実施方法", "要した時間(時間)", "要した費用(円)"),
    (
        ("1", "職員がパンチ作業を実施した場合", "21,508 時間", "90,332,000 円"),
        ("2", "AI-OCR で処理した場合", "3,291 時間", "18,416,000 円"),
        ("3", "効果等", "▲18,217 時間", "▲71,916,000 円"),
    ),
    ("", "", "", ""),
)

INCIDENTS = SeedTable(
    "001:329-414",
    ("分類", "件数"),
    (
        ("プログラムミス", "1件"),
        ("データの取り込みミス", "1件"),
        ("機器の障害", "1件"),
        ("プログラムミス", "1件"),
        ("計", "4件"),
    ),
    ("", ""),
)

SEED_TABLES = (A33, Q37, A37_NOW, A37_AIM, A35, INCIDENTS)
