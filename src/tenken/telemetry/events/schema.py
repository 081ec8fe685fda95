"""The columns of an event, in OCSF's vocabulary where it has one, flat. The tables of the store are made from this.

Nothing is ever NULL: what is missing is '' or 0, so that a negated condition of a rule does not lose rows.
``folded`` columns get a twin ``<name>_folded`` (``caseFoldUTF8``) that rules compare with. ``searched`` columns make up
``search``, the text that a person's words are looked for in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa


class EventClass(IntEnum):
    """OCSF class uids that occur here."""

    OTHER = 0
    FILE = 1001
    PROCESS = 1007
    PERIPHERAL = 1010
    FINDING = 2004
    AUTHENTICATION = 3002
    HTTP = 4002
    NETWORK = 4001
    EMAIL = 4009
    INVENTORY = 5001
    SOFTWARE = 5020


class Approval(IntEnum):
    """Whether a device, host or application is on the city's list; 0 where the question does not arise."""

    NOT_ASKED = 0
    APPROVED = 1
    UNAPPROVED = 2


@dataclass(frozen=True)
class Column:
    """``type``: ClickHouse's; ``codec``: its compression, '' for the table's; ``group``: a heading of ``telemetry.md``."""

    name: str
    type: str
    group: str
    comment: str
    codec: str = ""
    searched: bool = False
    folded: bool = False


_NAME: Final = "LowCardinality(String)"
_TEXT: Final = "String"
_LIST: Final = "Array(String)"
_TIME: Final = "DateTime64(3, 'UTC')"

COLUMNS: Final = (
    # when
    Column("ts", _TIME, "when", "起きた日時（UTC）", "Delta, ZSTD(1)"),
    Column("received", _TIME, "when", "受信した日時（UTC）", "Delta, ZSTD(1)"),
    # class
    Column("class", "UInt16", "class", "OCSFのclass_uid"),
    Column("op", _NAME, "class", "操作（telemetry.events.operations）"),
    Column("status", _NAME, "class", "成否：success・failure", folded=True),
    Column("disposition", _NAME, "class", "制御の結果：allowed・blocked・overridden", folded=True),
    # who and where
    Column("city", _NAME, "who", "市（全国地方公共団体コード）"),
    Column("user", _NAME, "who", "報告されたアカウント", searched=True, folded=True),
    Column("person", _NAME, "who", "職員番号"),
    Column("section", _NAME, "who", "起きた時の所属コード"),
    Column("device", _NAME, "who", "端末機番号", searched=True),
    Column("computer", _NAME, "who", "報告されたコンピューター名", searched=True, folded=True),
    Column("address", _NAME, "who", "IPアドレス", searched=True, folded=True),
    Column("segment", _NAME, "who", "ネットワークの区分"),
    # process and application
    Column("app", _NAME, "process", "アプリケーション", searched=True, folded=True),
    Column("process", _NAME, "process", "実行ファイル", searched=True, folded=True),
    Column("command_line", _TEXT, "process", "コマンドライン", searched=True, folded=True),
    Column("parent_process", _NAME, "process", "親の実行ファイル", folded=True),
    Column("pid", "UInt32", "process", "プロセスID"),
    Column("title", _TEXT, "process", "ウィンドウの題名", searched=True, folded=True),
    # file
    Column("path", _TEXT, "file", "ファイル・フォルダ", searched=True, folded=True),
    Column("destination", _TEXT, "file", "変更後・コピー先のファイル", searched=True, folded=True),
    Column("size", "UInt64", "file", "大きさ（バイト）", "T64, ZSTD(1)"),
    Column("drive", _NAME, "file", "ドライブ：fixed・removable・network・optical", folded=True),
    Column("hash", _TEXT, "file", "ハッシュ値", folded=True),
    # peripheral
    Column("device_class", _NAME, "device", "外部機器の種類（telemetry.device_control）", folded=True),
    Column("vendor_id", _NAME, "device", "ベンダーID（16進4桁）", folded=True),
    Column("product_id", _NAME, "device", "プロダクトID（16進4桁）", folded=True),
    Column("device_serial", _NAME, "device", "外部機器のシリアル", searched=True, folded=True),
    Column("device_name", _NAME, "device", "外部機器の名称", searched=True, folded=True),
    # print, mail, web
    Column("printer", _NAME, "print", "プリンター", searched=True, folded=True),
    Column("document", _TEXT, "print", "印刷した文書", searched=True, folded=True),
    Column("pages", "UInt32", "print", "印刷したページ数"),
    Column("mail_from", _NAME, "mail", "差出人", searched=True, folded=True),
    Column("mail_to", _LIST, "mail", "宛先（Cc・Bccを含む）", searched=True, folded=True),
    Column("unapproved_recipients", "UInt16", "mail", "許可されていない宛先の数"),
    Column("subject", _TEXT, "mail", "件名", searched=True, folded=True),
    Column("attachments", _LIST, "mail", "添付ファイル", searched=True, folded=True),
    Column("url", _TEXT, "web", "URL", searched=True, folded=True),
    Column("host", _NAME, "web", "接続先", searched=True, folded=True),
    Column("method", _NAME, "web", "HTTPのメソッド", folded=True),
    Column("bytes_out", "UInt64", "web", "送信したバイト数"),
    Column("bytes_in", "UInt64", "web", "受信したバイト数"),
    Column("message", _TEXT, "rest", "本文", searched=True, folded=True),
    # enriched on arrival
    Column("off_hours", "UInt8", "enriched", "1：所属の執務時間外"),
    Column("device_approved", "UInt8", "enriched", "外部機器の許可（Approval）"),
    Column("host_approved", "UInt8", "enriched", "接続先の許可（Approval）"),
    Column("app_approved", "UInt8", "enriched", "アプリケーションの許可（Approval）"),
    Column("clock_suspect", "UInt8", "enriched", "1：送信元の時計が信用できず、受信日時をtsとした"),
    # provenance
    Column("source", _NAME, "provenance", "送信元コード"),
    Column("retention", _NAME, "provenance", "保存区分"),
    Column("log_product", _NAME, "provenance", "Sigmaのlogsource.product"),
    Column("log_category", _NAME, "provenance", "Sigmaのlogsource.category"),
    Column("log_service", _NAME, "provenance", "Sigmaのlogsource.service"),
    Column("event_code", _NAME, "provenance", "送信元のイベント番号（EventID）", folded=True),
    Column("payload", "UInt64", "provenance", "受信原本の番号"),
    Column("seq", "UInt32", "provenance", "受信原本の中の順（payloadと合わせて一意）", "T64, ZSTD(1)"),
    # rest
    Column("rest", "Map(LowCardinality(String), String)", "rest", "ほかの項目"),
)

BY_NAME: Final = {column.name: column for column in COLUMNS}

# Written differently in one name or another, the same to a person who searches (NFKC leaves them apart).
KANJI_VARIANTS: Final = ("髙﨑濵邊邉澤齋齊斎廣國嶋櫻德眞𠮷", "高崎浜辺辺沢斉斉斉広国島桜徳真吉")


def search_expression() -> str:
    """Return the ClickHouse expression of ``search``: every searched column, folded for a person's words."""
    parts = [
        f"arrayStringConcat({column.name}, '\\n')" if column.type == _LIST else column.name
        for column in COLUMNS
        if column.searched
    ]
    return fold_expression(f"concatWithSeparator('\\n', {', '.join(parts)})")


def fold_expression(text: str) -> str:
    """Return the expression that folds *text* as ``search`` is folded: NFKC, case, kanji variants."""
    variants, plain = KANJI_VARIANTS
    return f"translateUTF8(caseFoldUTF8(normalizeUTF8NFKC({text})), '{variants}', '{plain}')"


def folded_expression(column: Column) -> str:
    """Return the expression of a column's folded twin."""
    if column.type == _LIST:
        return f"arrayMap(x -> caseFoldUTF8(x), {column.name})"
    return f"caseFoldUTF8({column.name})"


@cache
def arrow_schema() -> pa.Schema:
    """Return the Arrow schema of ``COLUMNS``, in their order, nothing nullable."""
    import pyarrow as pa

    types = {
        _NAME: pa.string(),
        _TEXT: pa.string(),
        _LIST: pa.list_(pa.string()),
        _TIME: pa.timestamp("ms", tz="UTC"),
        "UInt8": pa.uint8(),
        "UInt16": pa.uint16(),
        "UInt32": pa.uint32(),
        "UInt64": pa.uint64(),
        "Map(LowCardinality(String), String)": pa.map_(pa.string(), pa.string()),
    }
    return pa.schema([pa.field(column.name, types[column.type]) for column in COLUMNS])
