from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "tenken.plans"
    verbose_name = "年間計画"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels
        from tenken.plans import permissions  # noqa: F401 - registers the capabilities

        register_operation_labels(
            {
                "plans.plan.start": "年間計画を作成",
                "plans.plan.import": "年間計画を取込み",
                "plans.plan.change": "年間計画の概要を変更",
                "plans.plan.adopt": "年間計画を決定",
                "plans.activity.add": "年間計画に取組を追加",
                "plans.activity.change": "年間計画の取組を変更",
                "plans.activity.remove": "年間計画の取組を削除",
            }
        )
