from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "tenken.organization"
    verbose_name = "組織"

    def ready(self) -> None:
        from tenken.journal.labels import register_operation_labels
        from tenken.organization import permissions  # noqa: F401 - registers the capabilities
        from tenken.organization.tasks import register_jobs

        register_jobs()

        register_operation_labels(
            {
                "organization.city.found": "市を登録",
                "organization.import": "組織・職員の取込み",
                "organization.reorganization": "組織改正一覧の取込み",
                "organization.transfer": "人事異動の取込み",
                "organization.unit.add": "組織を新設",
                "organization.unit.correct": "組織の記載を訂正",
                "organization.unit.move": "組織を移管",
                "organization.unit.rename": "組織を改称",
                "organization.unit.merge": "組織を統合",
                "organization.unit.split": "組織を分割",
                "organization.unit.abolish": "組織を廃止",
                "organization.post.add": "職を追加",
                "organization.role.grant": "職に役割を付与",
                "organization.role.revoke": "職の役割を解除",
                "organization.role.save": "役割を変更",
                "organization.person.add": "職員を登録",
                "organization.person.change": "職員の記載を変更",
                "organization.person.leave": "職員の退職",
                "organization.assignment.begin": "発令",
                "organization.assignment.end": "解令",
                "organization.account.open": "利用者を登録",
                "organization.account.end": "利用者を停止",
                "organization.account.password": "パスワードの発行",
                "organization.emergency.set": "不在時の対応を登録",
                "organization.body.save": "実施機関を変更",
                "organization.kind.save": "組織の種類を変更",
                "organization.closing-day.set": "閉庁日を登録",
                "organization.closing-day.remove": "閉庁日を取消し",
                "account.api_token.issue": "APIトークンの発行",
                "account.api_token.revoke": "APIトークンの失効",
                "account.sign_in": "ログイン",
                "account.sign_in_refused": "ログインの失敗",
                "account.sign_out": "ログアウト",
                "account.password.change": "パスワードの変更（本人）",
                "account.mfa.totp_activated": "認証アプリの登録",
                "account.mfa.totp_deactivated": "認証アプリの解除",
                "account.mfa.webauthn_added": "セキュリティキーの登録",
                "account.mfa.webauthn_removed": "セキュリティキーの取外し",
                "account.mfa.recovery_codes_generated": "予備コードの発行",
            }
        )
