"""Events told as sentences, and a day as sessions of work. Pure.

A sentence says who did nothing: the story is one terminal's or one person's, and the page says whose. 「サーバから
戸籍データX を閲覧」, as document 004, chapter 9 tells its samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tenken.telemetry.events.operations import BY_CODE

Row = dict[str, Any]

_PLACES: Final = {
    "network": "サーバ",
    "removable": "外部媒体",
    "optical": "光学ディスク",
    "fixed": "内蔵ディスク",
}
_IDLE: Final = timedelta(minutes=60)
_LONGEST: Final = 120


def file_name(path: str) -> str:
    """Return the last part of a path of Windows or Unix."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def folder_of(path: str) -> str:
    """Return a path without its last part, separators as they were; '' when there is none."""
    cut = max(path.rfind("\\"), path.rfind("/"))
    return path[:cut] if cut > 0 else ""


def _short(text: str) -> str:
    one_line = " ".join(text.replace("\0", "").split())
    return one_line if len(one_line) <= _LONGEST else f"{one_line[: _LONGEST - 1]}…"


def _thing(row: Row) -> str:
    """What a file operation was about."""
    named = file_name(row["path"]) if row["path"] else row["document"] or row["title"] or row["message"]
    return _short(named or "（名称の記録なし）")


def _from(row: Row) -> str:
    return f"{_PLACES[row['drive']]}から " if row["drive"] in _PLACES and row["drive"] != "fixed" else ""


def _on(row: Row) -> str:
    return f"{_PLACES[row['drive']]}の " if row["drive"] in _PLACES and row["drive"] != "fixed" else ""


def _app(row: Row) -> str:
    return _short(row["app"] or file_name(row["process"]) or row["title"] or "（名称の記録なし）")


def _device(row: Row) -> str:
    name = row["device_name"] or row["device_class"] or "外部機器"
    return _short(f"{name}（{row['device_serial']}）" if row["device_serial"] else name)


def _to(row: Row) -> str:
    recipients = list(row["mail_to"])
    if not recipients:
        return "（宛先の記録なし）"
    more = f"ほか{len(recipients) - 1}件" if len(recipients) > 1 else ""
    return f"{_short(recipients[0])}{more}"


def _mail(row: Row, verb: str) -> str:
    subject = f"「{_short(row['subject'])}」" if row["subject"] else ""
    files = list(row["attachments"])
    attached = f"（添付：{_short('、'.join(files))}）" if files else ""
    return f"メール{subject}を{verb}{attached}"


def _copied(row: Row, verb: str) -> str:
    target = row["destination"]
    return f"{_from(row)}{_thing(row)} を {_short(target) or '（先の記録なし）'} に{verb}"


def _web(row: Row) -> str:
    return _short(row["host"] or row["url"] or "（接続先の記録なし）")


_SENTENCES: Final[dict[str, Callable[[Row], str]]] = {
    "logon": lambda row: "ログオン",
    "logoff": lambda row: "ログオフ",
    "logon_failure": lambda row: "ログオンに失敗",
    "password_change": lambda row: "パスワードを変更",
    "file_open": lambda row: f"{_from(row)}{_thing(row)} を閲覧",
    "record_view": lambda row: f"{_from(row)}{_short(row['title']) or _thing(row)} を閲覧",
    "file_create": lambda row: f"{_on(row)}{_thing(row)} を作成",
    "file_write": lambda row: f"{_on(row)}{_thing(row)} を更新",
    "file_delete": lambda row: f"{_on(row)}{_thing(row)} を削除",
    "file_copy": lambda row: _copied(row, "コピー"),
    "file_move": lambda row: _copied(row, "移動"),
    "file_rename": lambda row: (
        f"{_on(row)}{_thing(row)} の名前を {_short(file_name(row['destination'])) or '（記録なし）'} に変更"
    ),
    "process_start": lambda row: f"{_app(row)} を起動",
    "process_end": lambda row: f"{_app(row)} を終了",
    "window": lambda row: f"{_app(row)} で「{_short(row['title'])}」を表示",
    "registry": lambda row: f"レジストリ {_thing(row)} を変更",
    "screen_capture": lambda row: "画面を画像に保存",
    "device_connect": lambda row: f"{_device(row)} を接続",
    "device_disconnect": lambda row: f"{_device(row)} を取外し",
    "device_block": lambda row: f"{_device(row)} の使用を禁止",
    "print": lambda row: (
        f"{_short(row['document'] or file_name(row['path']) or '文書')} を "
        f"{_short(row['printer']) or 'プリンター'} で印刷"
        + (f"（{row['pages']}ページ）" if row["pages"] else "")
    ),
    "mail_send": lambda row: f"{_to(row)} に{_mail(row, '送信')}",
    "mail_receive": lambda row: (
        f"{_short(row['mail_from']) or '（差出人の記録なし）'} から{_mail(row, '受信')}"
    ),
    "web": lambda row: f"{_web(row)} を閲覧",
    "web_upload": lambda row: f"{_web(row)} に{f' {_thing(row)} を' if row['path'] else ''}アップロード",
    "web_override": lambda row: f"フィルタリングを解除して {_web(row)} を閲覧",
    "network": lambda row: f"{_web(row)} と通信",
    "network_change": lambda row: f"ネットワークの接続が変化{_said(row)}",
    "remote_session": lambda row: f"リモート接続{_said(row)}",
    "software_install": lambda row: f"{_app(row)} を導入",
    "software_remove": lambda row: f"{_app(row)} を削除",
    "inventory": lambda row: "端末の構成情報を収集",
    "malware": lambda row: f"ウイルスを検知{_said(row)}",
}
_ENDINGS: Final = {"blocked": "（禁止された）"}


def _said(row: Row) -> str:
    said = row["message"] or row["title"] or row["path"]
    return f"（{_short(said)}）" if said else ""


def sentence(row: Row) -> str:
    """Return what happened, in plain Japanese, without who and when."""
    made = _SENTENCES.get(row["op"])
    if made is None:
        label = BY_CODE[row["op"]].label if row["op"] in BY_CODE else row["op"] or "操作"
        told = f"{label}{_said(row)}"
    else:
        told = made(row)
    failed = "（失敗）" if row["status"] == "failure" and row["op"] != "logon_failure" else ""
    return f"{told}{_ENDINGS.get(row['disposition'], '')}{failed}"


@dataclass
class Line:
    """One sentence; ``times`` it was so in a row, until ``ends``."""

    starts: datetime
    ends: datetime
    text: str
    row: Row
    times: int = 1


@dataclass
class Session:
    """Work between a logon and a logoff, or between two long pauses. ``off_hours``: how many events were."""

    lines: list[Line] = field(default_factory=list)
    events: int = 0
    off_hours: int = 0

    @property
    def starts(self) -> datetime:
        return self.lines[0].starts

    @property
    def ends(self) -> datetime:
        return max(line.ends for line in self.lines)

    @property
    def row(self) -> Row:
        return self.lines[0].row


def sessions(rows: Iterable[Row], *, of: str) -> list[Session]:
    """Return *rows* (oldest first) as sessions. *of*: "device" or "person"; when the other of the two changes, another
    session begins."""
    other = "person" if of == "device" else "device"
    found: list[Session] = []
    for row in rows:
        if not found or _begins(found[-1], row, other):
            found.append(Session())
        _append(found[-1], row)
    return found


def _begins(session: Session, row: Row, other: str) -> bool:
    last = session.lines[-1]
    before = last.row
    changed = bool(row[other] and before[other] and row[other] != before[other])
    return changed or row["op"] == "logon" or before["op"] == "logoff" or row["ts"] - last.ends > _IDLE


def _append(session: Session, row: Row) -> None:
    text = sentence(row)
    session.events += 1
    session.off_hours += bool(row["off_hours"])
    if session.lines and session.lines[-1].text == text:
        session.lines[-1].times += 1
        session.lines[-1].ends = row["ts"]
    else:
        session.lines.append(Line(row["ts"], row["ts"], text, row))
