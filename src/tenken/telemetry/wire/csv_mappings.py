"""How the columns of a CSV file become events: a mapping, kept as data, proposed from the header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tenken.common.refusals import Invalid, Problem
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import BY_NAME
from tenken.telemetry.wire.values import OWN_COLUMNS

REST: Final = "rest"
LEAVE_OUT: Final = ""
MAX_HEADINGS: Final = 300
TARGETS: Final = (*(name for name in BY_NAME if name not in OWN_COLUMNS), REST)
ENCODINGS: Final = ("", "cp932", "utf-8", "utf-16")
DELIMITERS: Final = ("", ",", "\t", ";", "|")


@dataclass(frozen=True)
class ColumnRule:
    """Where the values under a heading go: a column of an event, ``rest`` (under the heading), or '' (left out).

    ``values``: what a value is replaced by (「閲覧」→ file_open). ``format``: how moments are written, as ``strptime``
    knows it; '' for any of the usual ways.
    """

    heading: str
    column: str
    values: Mapping[str, str] = field(default_factory=dict)
    format: str = ""


@dataclass(frozen=True)
class CsvMapping:
    """``constants``: columns that are the same for every row. '' for ``encoding`` and ``delimiter``: found in the file.

    Several headings may go to one column: dates and times are joined to one moment, folders and names to one path,
    recipients to one list; of other columns the first that is not empty counts, the others go to ``rest``.
    """

    columns: tuple[ColumnRule, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "columns": [
                {
                    "heading": rule.heading,
                    "column": rule.column,
                    **({"values": dict(rule.values)} if rule.values else {}),
                    **({"format": rule.format} if rule.format else {}),
                }
                for rule in self.columns
            ],
            "constants": dict(self.constants),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> CsvMapping:
        """Return the mapping that ``as_data`` made. ``Invalid`` with every problem when it cannot be used."""
        mapping = cls(
            tuple(
                ColumnRule(
                    str(rule.get("heading", "")).strip(),
                    str(rule.get("column", "")),
                    MappingProxyType(
                        {str(key): str(value) for key, value in (rule.get("values") or {}).items()}
                    ),
                    str(rule.get("format", "")),
                )
                for rule in data.get("columns", ())
            ),
            MappingProxyType({str(key): str(value) for key, value in (data.get("constants") or {}).items()}),
            str(data.get("encoding", "")),
            str(data.get("delimiter", "")),
        )
        if problems := mapping.problems():
            raise Invalid("対応づけに誤りがあります。", problems)
        return mapping

    def problems(self) -> list[Problem]:
        """Return everything that keeps it from being used."""
        problems = list(_heading_problems(self.columns))
        if not any(rule.column == "ts" for rule in self.columns):
            problems.append(Problem("「起きた日時」にする列を決めてください。", field="ts"))
        for rule in self.columns:
            place = f"見出し「{rule.heading}」"
            if not _can_be_read(rule.format):
                problems.append(Problem(f"日時の書式「{rule.format}」は使えません。", place))
            if rule.column not in (*TARGETS, LEAVE_OUT):
                problems.append(Problem(f"「{rule.column}」という項目はありません。", place))
            elif rule.column == "op":
                problems += (
                    Problem(f"「{code}」という操作はありません（「{word}」の置換え先）。", place)
                    for word, code in rule.values.items()
                    if code not in BY_CODE
                )
        for name, value in self.constants.items():
            if name not in TARGETS or name in (REST, "ts"):
                problems.append(Problem(f"「{name}」には決まった値を入れられません。"))
            elif name == "op" and value not in BY_CODE:
                problems.append(Problem(f"「{value}」という操作はありません。", "決まった値"))
        if self.encoding not in ENCODINGS or self.delimiter not in DELIMITERS:
            problems.append(Problem("文字コードか区切り文字が正しくありません。"))
        return problems


def _can_be_read(written: str) -> bool:
    """Tell whether ``strptime`` takes the format: of one that names a part twice it makes a broken expression."""
    try:
        datetime.strptime("", written)  # noqa: DTZ007 - nothing is read
    except re.error:
        return False
    except ValueError:
        return True
    return True


def _heading_problems(rules: Sequence[ColumnRule]) -> Iterable[Problem]:
    seen: set[str] = set()
    if not rules:
        yield Problem("見出しがありません。")
    if len(rules) > MAX_HEADINGS:
        yield Problem(f"列が多すぎます（{MAX_HEADINGS}列まで）。")
    for rule in rules:
        key = heading_key(rule.heading)
        if key in seen:
            yield Problem("同じ見出しが2つあります。", f"見出し「{rule.heading}」")
        seen.add(key)


def heading_key(heading: str) -> str:
    """Return a heading as it is compared: full and half width, case and blanks make no difference."""
    return re.sub(r"[\s_\-・:：]+", "", unicodedata.normalize("NFKC", heading).casefold())


# Column → headings of exports, the more telling first. The first word that *is* the heading wins; then the first that
# stands in it.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "ts": ("日時", "発生日時", "操作日時", "送信日時", "受信日時", "アクセス日時", "印刷日時", "検知日時", "ログ日時", "開始日時", "タイムスタンプ", "日付", "時刻", "年月日", "発生時刻", "datetime", "timestamp", "date", "time"),
    "device": ("端末機番号", "端末番号", "管理番号", "資産番号", "資産管理番号", "機器番号"),
    "computer": ("端末名", "コンピューター名", "コンピュータ名", "pc名", "マシン名", "ホスト名", "クライアント名", "端末", "computername", "computer", "hostname", "clientname"),
    "person": ("職員番号", "社員番号"),
    "user": ("ユーザー名", "ユーザ名", "ログオンユーザー", "ログインユーザー", "ログオンユーザ", "ログオン名", "アカウント", "利用者", "利用者id", "ユーザーid", "ユーザid", "ユーザー", "username", "user", "account"),
    "address": ("ipアドレス", "クライアントip", "送信元ip", "接続元ip", "ip", "ipaddress", "clientip", "srcip"),
    "op": ("操作", "操作種別", "操作内容", "操作名", "ログ種別", "アクション", "イベント", "種別", "イベント種別", "動作", "action", "operation", "event"),
    "disposition": ("フィルタ解除", "フィルタリング結果", "規制結果", "規制", "制御結果", "処理結果", "判定", "フィルタ結果", "アクセス結果"),
    "status": ("結果", "成否", "状態", "result", "status"),
    "destination": ("変更後", "変更後ファイル名", "コピー先", "移動先", "変更後パス", "新ファイル名", "出力先", "保存先"),
    "path": ("ファイルパス", "フルパス", "ファイル名", "ファイル", "フォルダ", "フォルダー", "フォルダ名", "パス", "対象ファイル", "操作対象", "対象", "変更前", "変更前ファイル名", "filename", "filepath", "path"),
    "size": ("ファイルサイズ", "サイズ", "容量", "メールサイズ", "size"),
    "drive": ("ドライブ種別", "ドライブタイプ", "ドライブ", "drivetype"),
    "title": ("ウィンドウタイトル", "ウインドウタイトル", "タイトル", "画面名", "windowtitle", "title"),
    "process": ("プロセス名", "実行ファイル", "実行ファイル名", "exe名", "プロセス", "process", "processname"),
    "app": ("アプリケーション名", "アプリケーション", "アプリ名", "ソフトウェア名", "プログラム名", "application", "app"),
    "command_line": ("コマンドライン", "commandline"),
    "mail_from": ("差出人", "送信者", "送信元アドレス", "送信元メールアドレス", "from", "sender"),
    "mail_to": ("宛先", "to", "受信者", "送信先", "宛先アドレス", "送信先アドレス", "cc", "bcc", "recipient", "recipients"),
    "subject": ("件名", "表題", "サブジェクト", "subject"),
    "attachments": ("添付", "添付ファイル", "添付ファイル名", "attachment", "attachments"),
    "printer": ("プリンタ名", "プリンター名", "プリンタ", "プリンター", "printer", "printername"),
    "document": ("ドキュメント名", "文書名", "印刷文書名", "印刷ドキュメント名", "document", "documentname"),
    "pages": ("ページ数", "印刷ページ数", "印刷枚数", "枚数", "pages"),
    "url": ("url", "アクセスurl", "アクセス先url", "閲覧url", "アクセス先"),
    "host": ("ホスト", "接続先", "ドメイン", "接続先ホスト", "サイト名", "domain", "host"),
    "method": ("メソッド", "method"),
    "bytes_out": ("送信サイズ", "送信バイト数", "送信量", "アップロードサイズ", "bytesout"),
    "bytes_in": ("受信サイズ", "受信バイト数", "受信量", "bytesin"),
    "device_name": ("デバイス名", "外部機器名", "媒体名", "機器名", "デバイス", "usbデバイス名", "メディア名"),
    "device_serial": ("シリアル番号", "シリアル", "シリアルno", "デバイスシリアル", "serial", "serialnumber"),
    "vendor_id": ("ベンダーid", "ベンダid", "vid", "vendorid"),
    "product_id": ("プロダクトid", "製品id", "pid", "productid"),
    "device_class": ("デバイス種別", "媒体種別", "機器種別", "デバイスタイプ", "メディア種別"),
    "hash": ("ハッシュ値", "ハッシュ", "hash", "sha256", "md5"),
    "message": ("メッセージ", "内容", "本文", "備考", "詳細", "説明", "message", "detail", "description"),
}  # fmt: skip

# Values of exports → ours. Longer words are looked for first; one that stands in a value is enough.
OPERATION_WORDS: Final = MappingProxyType({
    "閲覧": "file_open", "参照": "file_open", "開く": "file_open", "オープン": "file_open", "読込": "file_open", "読み込み": "file_open", "open": "file_open", "read": "file_open",
    "作成": "file_create", "新規": "file_create", "create": "file_create",
    "更新": "file_write", "上書き": "file_write", "保存": "file_write", "書込": "file_write", "書き込み": "file_write", "write": "file_write", "modify": "file_write",
    "コピー": "file_copy", "複写": "file_copy", "複製": "file_copy", "copy": "file_copy",
    "移動": "file_move", "move": "file_move",
    "名前変更": "file_rename", "名前の変更": "file_rename", "ファイル名変更": "file_rename", "リネーム": "file_rename", "rename": "file_rename",
    "削除": "file_delete", "消去": "file_delete", "delete": "file_delete",
    "印刷": "print", "プリント": "print", "print": "print",
    "ログオン": "logon", "ログイン": "logon", "logon": "logon", "login": "logon", "サインイン": "logon",
    "ログオン失敗": "logon_failure", "ログイン失敗": "logon_failure", "認証失敗": "logon_failure",
    "ログオフ": "logoff", "ログアウト": "logoff", "logoff": "logoff", "logout": "logoff", "シャットダウン": "logoff",
    "パスワード変更": "password_change",
    "起動": "process_start", "実行": "process_start", "アプリケーション起動": "process_start", "終了": "process_end",
    "ウィンドウ": "window", "ウインドウ": "window", "アクティブ": "window", "タイトル変更": "window",
    "スクリーンショット": "screen_capture", "画面保存": "screen_capture", "キャプチャ": "screen_capture", "printscreen": "screen_capture", "プリントスクリーン": "screen_capture",
    "接続": "device_connect", "挿入": "device_connect", "デバイス接続": "device_connect", "取り外し": "device_disconnect", "取外し": "device_disconnect", "切断": "device_disconnect",
    "使用禁止": "device_block", "デバイス禁止": "device_block",
    "メール送信": "mail_send", "送信": "mail_send", "send": "mail_send", "メール受信": "mail_receive", "受信": "mail_receive",
    "web閲覧": "web", "webアクセス": "web", "アクセス": "web", "アップロード": "web_upload", "書き込み投稿": "web_upload", "投稿": "web_upload", "upload": "web_upload", "post": "web_upload",
    "フィルタ解除": "web_override", "規制解除": "web_override", "解除": "web_override",
    "インストール": "software_install", "アンインストール": "software_remove", "ウイルス": "malware", "ウィルス": "malware", "リモート": "remote_session",
    "レジストリ": "registry", "戸籍照会": "record_view", "住民照会": "record_view", "照会": "record_view",
})  # fmt: skip
DISPOSITION_WORDS: Final = MappingProxyType({
    "許可": "allowed", "通過": "allowed", "allow": "allowed", "permit": "allowed", "pass": "allowed",
    "規制": "blocked", "遮断": "blocked", "拒否": "blocked", "ブロック": "blocked", "禁止": "blocked", "block": "blocked", "deny": "blocked", "保留": "blocked",
    "解除": "overridden", "一時解除": "overridden", "規制解除": "overridden", "フィルタ解除": "overridden", "override": "overridden", "有": "overridden", "あり": "overridden", "○": "overridden",
})  # fmt: skip
STATUS_WORDS: Final = MappingProxyType({
    "成功": "success", "正常": "success", "ok": "success", "success": "success", "完了": "success",
    "失敗": "failure", "異常": "failure", "エラー": "failure", "ng": "failure", "failure": "failure", "error": "failure",
})  # fmt: skip
DRIVE_WORDS: Final = MappingProxyType({
    "固定": "fixed", "ローカル": "fixed", "ハードディスク": "fixed", "fixed": "fixed", "リムーバブル": "removable", "usb": "removable", "外部": "removable", "removable": "removable",
    "ネットワーク": "network", "network": "network", "共有": "network", "cd": "optical", "dvd": "optical", "光学": "optical",
})  # fmt: skip
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "op": OPERATION_WORDS,
    "disposition": DISPOSITION_WORDS,
    "status": STATUS_WORDS,
    "drive": DRIVE_WORDS,
}
# What a file without an operation of its own is about, by a column that it has.
_OPERATION_OF: Final = (
    ("subject", "mail_send"),
    ("mail_to", "mail_send"),
    ("url", "web"),
    ("printer", "print"),
    ("document", "print"),
    ("device_serial", "device_connect"),
    ("device_name", "device_connect"),
    ("title", "window"),
    ("process", "process_start"),
    ("app", "process_start"),
    ("destination", "file_rename"),
    ("path", "file_open"),
)


def _short(comment: str) -> str:
    return re.split("[（：]", comment)[0]


TARGET_LABELS: Final[Mapping[str, str]] = {
    name: "ほかの項目（見出しのまま残す）" if name == REST else _short(BY_NAME[name].comment)
    for name in TARGETS
}
VALUE_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "op": {code: operation.label for code, operation in BY_CODE.items()},
    "disposition": {"allowed": "許可", "blocked": "禁止", "overridden": "解除"},
    "status": {"success": "成功", "failure": "失敗"},
    "drive": {"fixed": "固定", "removable": "リムーバブル", "network": "ネットワーク", "optical": "光学"},
}


def propose(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> CsvMapping:
    """Return the mapping that *header* suggests; values that occur in *rows* (some of the file's) get their meaning.

    What no heading tells goes to ``rest``. It need not be usable: without a column of moments ``problems()`` says so.
    """
    taken: set[str] = set()
    rules = []
    for place, heading in enumerate(header[:MAX_HEADINGS]):
        column = _column_of(heading) if heading.strip() else LEAVE_OUT
        if column in taken and column not in _JOINED:
            column = REST
        taken.add(column)
        values = _value_table(column, (row[place] for row in rows if len(row) > place))
        rules.append(ColumnRule(heading.strip(), column, values))
    constants = {}
    if "op" not in taken:
        constants["op"] = next((op for column, op in _OPERATION_OF if column in taken), "log")
    return CsvMapping(tuple(rules), constants)


_JOINED: Final = frozenset({"ts", "path", "destination", "mail_to", "attachments", REST, LEAVE_OUT})


def meaning(column: str, value: str) -> str:
    """Return what the usual words mean in *column* (``op``, ``disposition``, ``status``, ``drive``), '' for none known."""
    words = WORDS.get(column, {})
    key = heading_key(value)
    if found := words.get(key):
        return found
    inside = [word for word in words if word in key and (len(word) > 1)]
    return words[max(inside, key=len)] if inside else ""


def _column_of(heading: str) -> str:
    key = heading_key(heading)
    for column, words in _HEADINGS.items():
        if key in words:
            return column
    inside = [
        (len(word), column)
        for column, words in _HEADINGS.items()
        for word in words
        if len(word) > 1 and word in key and not word.isascii()
    ]
    return max(inside)[1] if inside else REST


def _value_table(column: str, values: Iterable[str]) -> dict[str, str]:
    if column not in WORDS:
        return {}
    distinct = dict.fromkeys(value.strip() for value in values if value.strip())
    return {value: found for value in list(distinct)[:100] if (found := meaning(column, value))}
