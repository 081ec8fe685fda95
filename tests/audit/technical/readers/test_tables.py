"""Tables of vendors: the mapping that a header suggests, rows, encodings, and rows that cannot be understood."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tenken.audit.technical import readers
from tenken.audit.technical.readers import TableMapping, severity_words, table_header
from tenken.common.refusals import Invalid
from tests.audit.technical.readers.reading import read_all

_JAPANESE = (
    "ぜい弱性診断 結果一覧\r\n\r\n"
    "No,対象ホスト,ホスト名,ポート番号,危険度,CVSS基本値,CVSSベクタ,CVE番号,脆弱性名,脆弱性の概要,対策方法,検出箇所,検出日\r\n"
    '1,192.0.2.40,web02,443/tcp,高,7.5,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H,CVE-2024-1111,古いTLS,"弱い、\r\n暗号",無効にする,https://192.0.2.40/,2026/10/3\r\n'
    '2,"192.0.2.41,192.0.2.42:8080",,,緊急,,,,既定のパスワード,変更されていない,変更する,,2026-10-03 9:30\r\n'
    "\r\n以上\r\n"
)


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "table.bin"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_a_japanese_table(tmp_path: Path, encoding: str) -> None:
    format, hosts, records = read_all(_file(tmp_path, _JAPANESE.encode(encoding)))
    assert format == "table"
    assert [host.host for host in hosts] == ["192.0.2.40", "192.0.2.41", "192.0.2.42"]
    first, second, third = records
    assert (first.title, first.severity, first.port, first.protocol) == ("古いTLS", "high", 443, "tcp")
    assert (first.rule, first.cves, first.score, first.cvss) == (
        "CVE-2024-1111",
        ("CVE-2024-1111",),
        7.5,
        "3.1",
    )
    assert (first.description, first.solution, first.location) == (
        "弱い、\n暗号",
        "無効にする",
        "https://192.0.2.40/",
    )
    assert first.seen_at == datetime(2026, 10, 2, 15, tzinfo=UTC)
    assert (second.rule, second.severity, second.seen_at) == (
        "既定のパスワード",
        "critical",
        datetime(2026, 10, 3, 0, 30, tzinfo=UTC),
    )
    assert (third.host, third.port) == ("192.0.2.42", 8080)


def test_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "表紙"
    book.active.append(["報告書"])
    sheet = book.create_sheet("結果")
    sheet.append(
        [
            "Plugin ID",
            "CVE",
            "CVSS",
            "Risk",
            "Host",
            "Protocol",
            "Port",
            "Name",
            "Description",
            "Solution",
            "Plugin Output",
        ]
    )
    sheet.append(
        [10, "CVE-2020-0001", 9.8, "Critical", "192.0.2.1", "tcp", 80, "A flaw", "Text", "Update", "Proof"]
    )
    stream = io.BytesIO()
    book.save(stream)
    path = _file(tmp_path, stream.getvalue())
    assert readers.recognise(path, "結果.xlsx") == "table"
    header = table_header(path, sheet="結果")
    assert header.sheets == ("表紙", "結果")
    (_host, record) = readers.read(path, "table", mapping=header.propose(tool="vendor"))
    assert (record.tool, record.rule, record.title, record.severity) == ("vendor", "10", "A flaw", "critical")  # type: ignore[union-attr]
    assert (record.score, record.port, record.output) == (9.8, 80, "Proof")  # type: ignore[union-attr]


def test_propose_gives_a_column_away_once() -> None:
    mapping = TableMapping.propose(["IPアドレス", "OS", "リスク", "CVSS v3 スコア", "検査項目", "推奨対策"])
    assert mapping.columns() == {
        "title": 4,
        "host": 0,
        "severity": 2,
        "score": 3,
        "solution": 5,
        "operating_system": 1,
    }


def test_severities_of_a_vendor_need_their_meaning(tmp_path: Path) -> None:
    path = _file(tmp_path, "host,level,name\n192.0.2.1,5,A\n192.0.2.1,A級,B\n192.0.2.1,high,C\n".encode())
    mapping = table_header(path).propose()
    assert severity_words(path, mapping) == ("5", "A級")
    with pytest.raises(Invalid, match=r"^2行B列：深刻度「5」の意味が分かりません"):
        list(readers.read(path, "table"))
    mapping = TableMapping(title=2, host=0, severity=1, severities={"5": "critical", "A級": "low"})
    assert severity_words(path, mapping) == ()
    found = [
        record.severity
        for record in readers.read(path, "table", mapping=mapping)
        if hasattr(record, "severity")
    ]
    assert found == ["critical", "low", "high"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"host,severity,name\n192.0.2.1,high,\n", "2行C列：名称がありません"),
        (b'host,severity,name\n192.0.2.1,high,"open\n', "CSVとして読み取れません（2行目）"),
        (b"host,severity,name\n192.0.2.1,high,\x81\xff\n", "文字コードを読み取れません（2行目）"),
        (b"host,severity,name\n192.0.2.1,hi\0gh,x\n", "文字のファイルではありません"),
        (b"host,severity\n192.0.2.1,high\n", "どの列が脆弱性の名称か分かりません"),
        (b"a,b\n" + b"x," * 2000 + b"x\n", "列が多すぎます"),
        (b"host,severity,name\n" + b"x" * 2_000_000 + b"\n", "2行目が長すぎます"),
        (b"host,severity,name\n192.0.2.1,high," + b"x" * 200_000 + b"\n", "1つのセルが長すぎます"),
    ],
)
def test_broken_tables(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        list(readers.read(_file(tmp_path, data), "table"))
    assert message in refused.value.message


def test_an_old_or_broken_workbook(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="古い形式"):
        readers.recognise(_file(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600), "表.xls")
    book = openpyxl.Workbook()
    book.active.append(["host", "name"])
    stream = io.BytesIO()
    book.save(stream)
    broken = bytearray(stream.getvalue())
    broken[300:400] = b"\xff" * 100
    path = _file(tmp_path, bytes(broken))
    with pytest.raises(Invalid):
        list(readers.read(path, readers.recognise(path, "x")))
