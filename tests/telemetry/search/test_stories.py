"""Sentences of every operation, and a day as sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenken.telemetry.events.operations import OPERATIONS
from tenken.telemetry.events.rows import table_of
from tenken.telemetry.search.stories import file_name, folder_of, sentence, sessions

MORNING = datetime(2020, 12, 1, 0, 0, tzinfo=UTC)


def row(op: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = table_of(
        [{"ts": MORNING + timedelta(minutes=minutes), "city": "991015", "op": op, **more}]
    ).to_pylist()[0]
    return found


@pytest.mark.parametrize(
    ("op", "more", "told"),
    [
        (
            "record_view",
            {"path": "\\\\K\\戸籍データX", "drive": "network"},
            "サーバから 戸籍データX を閲覧",
        ),
        ("file_open", {"path": "C:\\a\\b.txt", "drive": "fixed"}, "b.txt を閲覧"),
        ("file_open", {}, "（名称の記録なし） を閲覧"),
        ("file_open", {"path": "C:\\a\0b.txt"}, "ab.txt を閲覧"),
        ("file_create", {"path": "E:/名簿.xlsx", "drive": "removable"}, "外部媒体の 名簿.xlsx を作成"),
        (
            "file_copy",
            {"path": "\\\\S\\名簿.xlsx", "destination": "E:\\名簿.xlsx", "drive": "network"},
            "サーバから 名簿.xlsx を E:\\名簿.xlsx にコピー",
        ),
        ("file_move", {"path": "a"}, "a を （先の記録なし） に移動"),
        ("file_rename", {"path": "C:\\a.jpg", "destination": "C:\\Xa.jpg"}, "a.jpg の名前を Xa.jpg に変更"),
        ("file_delete", {"path": "a", "status": "failure"}, "a を削除（失敗）"),
        ("logon_failure", {"status": "failure"}, "ログオンに失敗"),
        ("process_start", {"process": "C:\\x\\calc.exe"}, "calc.exe を起動"),
        ("window", {"app": "表計算", "title": "予算.xlsx"}, "表計算 で「予算.xlsx」を表示"),
        (
            "device_connect",
            {"device_name": "USBメモリ", "device_serial": "A1", "disposition": "blocked"},
            "USBメモリ（A1） を接続（禁止された）",
        ),
        ("print", {"document": "住民票", "printer": "3階", "pages": 12}, "住民票 を 3階 で印刷（12ページ）"),
        (
            "mail_send",
            {"mail_to": ["a@x", "b@x"], "subject": "送付", "attachments": ["1.pdf", "2.pdf"]},
            "a@xほか1件 にメール「送付」を送信（添付：1.pdf、2.pdf）",
        ),
        ("mail_receive", {"mail_from": "c@x", "subject": "返事を送信"}, "c@x からメール「返事を送信」を受信"),
        (
            "web_upload",
            {"host": "up.example", "path": "C:\\名簿.xlsx"},
            "up.example に 名簿.xlsx をアップロード",
        ),
        ("web_override", {"host": "v.example"}, "フィルタリングを解除して v.example を閲覧"),
        ("malware", {"message": "Eicar"}, "ウイルスを検知（Eicar）"),
        ("log", {"message": "起動\n完了"}, "その他の記録（起動 完了）"),
        ("unheard_of", {}, "unheard_of"),
        ("file_open", {"path": "あ" * 200}, f"{'あ' * 119}… を閲覧"),
    ],
)
def test_what_happened_in_plain_japanese(op: str, more: dict[str, Any], told: str) -> None:
    assert sentence(row(op, **more)) == told


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.code)
def test_every_operation_has_a_sentence(operation: Any) -> None:
    told = sentence(row(operation.code))
    assert told
    assert operation.code not in told


def test_names_of_paths() -> None:
    assert [file_name(path) for path in ("C:\\a\\b", "/a/b/", "b", "\\")] == ["b", "b", "b", "\\"]
    assert [folder_of(path) for path in ("C:\\a\\b", "/a/b", "b", "/b")] == ["C:\\a", "/a", "", ""]


def test_a_day_is_told_in_sessions_and_repeats_are_counted() -> None:
    rows = [
        row("logon", 0, person="1"),
        row("file_open", 1, person="1", path="a"),
        row("file_open", 2, person="1", path="a"),
        row("file_open", 3, person="1", path="b"),
        row("logoff", 4, person="1"),
        row("web", 5, person="2", host="x"),
        row("web", 70, person="2", host="x", off_hours=1),
        row("web", 71, person="3", host="x"),
        row("logon", 72, person="3"),
    ]
    found = sessions(rows, of="device")
    told = [[(line.text, line.times) for line in one.lines] for one in found]
    assert told == [
        [("ログオン", 1), ("a を閲覧", 2), ("b を閲覧", 1), ("ログオフ", 1)],
        [("x を閲覧", 1)],
        [("x を閲覧", 1)],
        [("x を閲覧", 1)],
        [("ログオン", 1)],
    ]
    assert [one.events for one in found] == [5, 1, 1, 1, 1]
    assert [one.off_hours for one in found] == [0, 0, 1, 0, 0]
    assert (found[0].starts, found[0].ends) == (rows[0]["ts"], rows[4]["ts"])
    assert sessions([], of="person") == []
