"""The kinds of records that can answer an item, and what people call them. Codes are stable for ever."""

from __future__ import annotations

FACT_KINDS: dict[str, str] = {
    "asset_ledger": "情報資産台帳",
    "media_ledger": "外部記録媒体の台帳",
    "account_ledger": "利用者IDの台帳",
    "contract_ledger": "外部委託の台帳",
    "terminal_inventory": "端末の一覧",
    "operation_log": "操作ログ",
    "training_record": "研修の受講記録",
    "incident_record": "事故の記録",
    "visit": "訪問調査の結果",
}


def fact_name(code: str) -> str:
    """Return what people call a kind of record; the code itself for one that is no longer known."""
    return FACT_KINDS.get(code, code)
