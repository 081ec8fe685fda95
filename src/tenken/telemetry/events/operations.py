"""What a person or machine did: the values of ``op``, their class and the word a user reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tenken.telemetry.events.schema import EventClass


@dataclass(frozen=True)
class Operation:
    code: str
    label: str
    event_class: EventClass


OPERATIONS: Final = (
    Operation("logon", "ログオン", EventClass.AUTHENTICATION),
    Operation("logoff", "ログオフ", EventClass.AUTHENTICATION),
    Operation("logon_failure", "ログオン失敗", EventClass.AUTHENTICATION),
    Operation("password_change", "パスワード変更", EventClass.AUTHENTICATION),
    Operation("file_open", "ファイル閲覧", EventClass.FILE),
    Operation("file_create", "ファイル作成", EventClass.FILE),
    Operation("file_write", "ファイル更新", EventClass.FILE),
    Operation("file_copy", "ファイルコピー", EventClass.FILE),
    Operation("file_move", "ファイル移動", EventClass.FILE),
    Operation("file_rename", "ファイル名変更", EventClass.FILE),
    Operation("file_delete", "ファイル削除", EventClass.FILE),
    Operation("record_view", "業務データ閲覧", EventClass.FILE),
    Operation("process_start", "アプリケーション起動", EventClass.PROCESS),
    Operation("process_end", "アプリケーション終了", EventClass.PROCESS),
    Operation("window", "ウィンドウ操作", EventClass.PROCESS),
    Operation("registry", "レジストリ変更", EventClass.PROCESS),
    Operation("screen_capture", "画面の保存", EventClass.PROCESS),
    Operation("device_connect", "外部機器の接続", EventClass.PERIPHERAL),
    Operation("device_disconnect", "外部機器の取外し", EventClass.PERIPHERAL),
    Operation("device_block", "外部機器の使用禁止", EventClass.PERIPHERAL),
    Operation("print", "印刷", EventClass.FILE),
    Operation("mail_send", "メール送信", EventClass.EMAIL),
    Operation("mail_receive", "メール受信", EventClass.EMAIL),
    Operation("web", "Web閲覧", EventClass.HTTP),
    Operation("web_upload", "Webへのアップロード", EventClass.HTTP),
    Operation("web_override", "フィルタリングの解除", EventClass.HTTP),
    Operation("network", "通信", EventClass.NETWORK),
    Operation("network_change", "ネットワーク接続の変化", EventClass.NETWORK),
    Operation("remote_session", "リモート接続", EventClass.AUTHENTICATION),
    Operation("software_install", "ソフトウェア導入", EventClass.SOFTWARE),
    Operation("software_remove", "ソフトウェア削除", EventClass.SOFTWARE),
    Operation("inventory", "構成情報", EventClass.INVENTORY),
    Operation("malware", "ウイルス検知", EventClass.FINDING),
    Operation("log", "その他の記録", EventClass.OTHER),
)

BY_CODE: Final = {operation.code: operation for operation in OPERATIONS}
