"""規程と点検項目: versioned policy documents, their clauses, and the bank of check items tied to them."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "tenken.policy"
    verbose_name = "規程と点検項目"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels
        from tenken.policy import permissions  # noqa: F401 - registers the capabilities
        from tenken.policy.sealing import register_sealed_tables

        register_sealed_tables()

        register_operation_labels(
            {
                "policy.adopt_default": "標準の規程と点検項目を取入れ",
                "policy.version.publish": "規程を施行",
                "policy.draft.start": "規程の改定案を作成",
                "policy.draft.change": "規程の改定案を変更",
                "policy.draft.discard": "規程の改定案を破棄",
                "policy.chapter.add": "規程の章を追加",
                "policy.chapter.change": "規程の章を変更",
                "policy.chapter.remove": "規程の章を削除",
                "policy.clause.add": "規程の条を追加",
                "policy.clause.change": "規程の条を変更",
                "policy.clause.remove": "規程の条を削除",
                "policy.clause.unasked": "点検しない理由を登録",
                "policy.procedure.create": "実施手順を作成",
                "policy.procedure.submit": "実施手順を提出",
                "policy.procedure.decide": "実施手順を決裁",
                "policy.procedure.withdraw": "実施手順を引戻し",
                "policy.category.add": "調査項目を追加",
                "policy.item.add": "点検項目を追加",
                "policy.item.revise": "点検項目を改定",
                "policy.item.change": "点検項目を変更",
                "policy.item.retire": "点検項目を廃止",
                "policy.guideline.import": "ガイドラインの版を取込み",
                "policy.guideline.map": "ガイドラインの要求と条を対応付け",
                "policy.bank.import": "点検項目の一覧を取込み",
                "policy.draft.import": "規程の改定案に取込み",
            }
        )
