from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "tenken.assets"
    verbose_name = "情報資産"

    def ready(self) -> None:
        from tenken.assets import permissions  # noqa: F401 - registers the capabilities
        from tenken.journal.labels import register_operation_labels

        register_operation_labels(
            {
                "assets.asset.add": "情報資産を台帳に登録",
                "assets.asset.change": "情報資産の台帳を変更",
                "assets.asset.retire": "情報資産を台帳から除外",
                "assets.system.add": "情報システムを台帳に登録",
                "assets.system.change": "情報システムの台帳を変更",
                "assets.system.retire": "情報システムを台帳から除外",
                "assets.system.weigh": "重要な情報システムかどうかを判定",
                "assets.system.occurrence": "情報システムの変更・障害を記録",
                "assets.system.strike": "情報システムの変更・障害の記録を取消し",
                "assets.import": "台帳のファイルを取込み",
            }
        )
