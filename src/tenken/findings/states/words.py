"""The statuses, events and reasons of a finding, and what people read for each. Codes are stable."""

from __future__ import annotations

OPEN, PLANNED, REPORTED = "open", "planned", "reported"
VERIFIED, NOT_IMPROVED, WITHDRAWN = "verified", "not_improved", "withdrawn"
CANNOT_FIX, TREATED = "cannot_fix", "treated"
# Of findings that are answered by dated measures.
NOT_STARTED, CONSIDERING, CONTINUING = "not_started", "considering", "continuing"
PROMISED, MEASURED, NOTED = "promised", "measured", "noted"

# Work of the section; what the close of the improvement stage takes; what may still move by the section's hand.
WITH_SECTION = frozenset({OPEN, PLANNED, NOT_IMPROVED})
UNFINISHED = frozenset({OPEN, PLANNED, REPORTED})
UNANSWERED = frozenset({NOT_STARTED, CONSIDERING, CONTINUING, PROMISED})
NOT_DONE = UNFINISHED | {NOT_IMPROVED, CANNOT_FIX, TREATED} | UNANSWERED | {MEASURED}
TAKES_EVIDENCE = frozenset({PLANNED, REPORTED, NOT_IMPROVED, CANNOT_FIX, TREATED})

STATUS_LABELS = {
    OPEN: "改善計画の作成待ち",
    PLANNED: "改善中",
    REPORTED: "改善報告済（確認待ち）",
    VERIFIED: "改善済",
    NOT_IMPROVED: "未改善",
    CANNOT_FIX: "改善困難（確認待ち）",
    TREATED: "リスク低減策で管理",
    NOT_STARTED: "未着手",
    CONSIDERING: "検討中",
    CONTINUING: "継続努力",
    PROMISED: "措置済（予定を含む）",
    MEASURED: "措置済（確認待ち）",
    NOTED: "記録（対応不要）",
    WITHDRAWN: "取下げ",
}
# Why something stays 未改善 or cannot be fixed. Codes are stable; 「その他」 needs words. Storage, budget, system
# constraint, maintenance contract and cost are the reasons document 001 gives (資料1, 1(2)③ and 2(2)④).
OTHER = "other"
REASONS = {
    "storage_space": "収納スペース",
    "budget": "予算",
    "system_constraint": "システム上の制約",
    "contract": "保守契約",
    "cost": "費用面",
    "staff": "人員",
    "coordination": "関係部署との調整",
    OTHER: "その他",
}
# Whose measure it is (document 001, 資料1 1(2)③).
DAILY, ENVIRONMENT = "daily", "environment"
MEASURE_LEVELS = {DAILY: "日常業務での対策", ENVIRONMENT: "環境面での対策"}
# How much risk is left under a compensating measure.
RISKS = {"low": "低", "medium": "中", "high": "高"}
EVENT_LABELS = {
    "opened": "課題を登録",
    "planned": "改善計画を提出",
    "replanned": "改善計画を見直し",
    "reported": "改善を報告",
    "evidence": "証拠を追加",
    "verified": "改善を確認",
    "returned": "差戻し",
    "not_improved": "未改善を届出",
    "stage_closed": "改善取組の終了（未改善）",
    "cannot_fix": "改善困難を届出",
    "confirmed": "改善困難の理由を確認",
    "refused": "改善困難を認めず",
    "reopened": "改善を再開",
    "withdrawn": "取下げ",
    "measure_proposed": "措置を報告",
    "measure_added": "措置を登録",
    "measure_decided": "措置の報告を受付け",
    "measure_returned": "措置の報告を差戻し",
    "measure_corrected": "措置を訂正",
    "measure_evidence": "措置の証拠を追加",
    "measure_budget": "予算の段階を記録",
    "measure_kept": "予定を果たしたと報告",
    "measure_confirmed": "措置を確認（完了）",
    "followed": "続きを新しい課題として登録",
    "withheld": "公表しないことに決定",
    "published": "公表することに決定",
}
REPORT_EVENT_LABELS = {
    "registered": "登録",
    "corrected": "訂正",
    "findings": "課題を登録",
    "date_set": "措置の報告日を設定",
    "date_dropped": "措置の報告日を取消し",
    "reminded": "措置の報告を依頼",
    "told": "措置の状況を通知",
}


def reason_text(reason: str, note: str) -> str:
    """Return why something is 未改善 in words: 「収納スペース：来年度に書庫を増やす。」."""
    label = REASONS.get(reason, "")
    return f"{label}：{note}" if note else label
