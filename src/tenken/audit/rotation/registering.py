"""What the journal calls the writes of the rotation."""

from __future__ import annotations

from tenken.journal.labels import register_operation_labels


def register_rotation() -> None:
    """Tell the journal's readers what each operation is."""
    register_operation_labels(
        {
            "audit.rotation.rule": "監査対象の選定の規則を設定",
            "audit.prior.record": "過去の監査を記録",
            "audit.prior.strike": "過去の監査を取消し",
            "audit.system_selection.draw": "監査対象を選定",
            "audit.system_selection.override": "監査対象の区分を変更",
            "audit.system_selection.adopt": "監査対象を決定",
            "audit.system_selection.ask": "監査対象を点検の対象に設定",
            "audit.system_selection.discard": "監査対象の選定を不採用",
            "audit.mid_term.make": "中期監査計画を作成",
            "audit.mid_term.change": "中期監査計画を変更",
            "audit.mid_term.keep": "中期監査計画の区分を変更",
            "audit.mid_term.adopt": "中期監査計画を決定",
            "audit.year_plan.write": "年度監査計画を記入",
            "audit.year_plan.adopt": "年度監査計画を決定",
        }
    )
