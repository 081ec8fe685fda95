"""CSV exports as products write them: found, proposed, read; 和暦, full width, CP932; what is wrong has its place."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.wire import csv_files
from tenken.telemetry.wire.csv_files import look, read_csv
from tenken.telemetry.wire.csv_mappings import ColumnRule, CsvMapping, propose

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
# The three samples of document 004 (chapter 9 第2 5(2)), as three products would export them.
RECORDS = "操作ログ一覧\r\n出力日,2021/2/11\r\n日時,端末名,利用者,操作,対象,職員番号\r\n令和2年12月1日　午前10時30分,PC-100,戸籍　Ａ,住民照会,Ｘ,012345\r\n"
MAIL = "送信日時\t送信者\t宛先\tCc\t件名\t添付ファイル\r\n2021/01/20 13:35\tb@city.example.jp\tk@y-kensetsu.example.jp; l@x.example\tm@x.example\t図面の件\t図面.pdf、位置図.jpg\r\n"
FILES = "日付,時刻,コンピューター名,ユーザー名,ログ種別,フォルダ,ファイル名,変更後ファイル名\r\nR3.2.10,１７：１３：００,PC-300,髙橋,名前の変更,\\\\fs01\\観光課,＊＊＊.jpg,X＊X.jpg\r\n"
FILTER = 'アクセス日時,クライアントIP,ユーザー名,URL,フィルタ解除,カテゴリ\r\n"2021-02-10 17:13:00",10.0.0.1,𠮷田,https://www.example.jp/a?b=c,解除,動画\r\n2021-02-10 17:14:00,10.0.0.1,𠮷田,www.example.jp/x,,動画\r\n'


def _proposed(text: str, encoding: str = "cp932") -> tuple[CsvMapping, list[dict[str, Any]], Parsed]:
    data = text.encode(encoding)
    sample = look(data)
    mapping = propose(sample.header, sample.rows)
    assert mapping.problems() == []
    (parsed,) = read_csv(io.BytesIO(data), mapping, received=NOW)
    return mapping, _rows(parsed), parsed


def _rows(parsed: Parsed) -> list[dict[str, Any]]:
    found = [] if parsed.events is None else parsed.events.to_pylist()
    return [
        {
            name: dict(value) if name == "rest" else value
            for name, value in row.items()
            if value not in ("", 0, [])
        }
        for row in found
    ]


def test_a_view_of_a_family_register() -> None:
    _, rows, _ = _proposed(RECORDS)
    assert rows == [
        {
            "ts": datetime(2020, 12, 1, 1, 30, tzinfo=UTC),
            "class": 1001,
            "op": "record_view",
            "user": "戸籍　Ａ",
            "person": "012345",
            "computer": "PC-100",
            "path": "Ｘ",
            "rest": {"操作": "住民照会"},
        }
    ]


def test_a_mail_with_an_attachment() -> None:
    _, (row,), _ = _proposed(MAIL, "utf-8-sig")
    assert (row["op"], row["ts"]) == ("mail_send", datetime(2021, 1, 20, 4, 35, tzinfo=UTC))
    assert row["mail_to"] == ["k@y-kensetsu.example.jp", "l@x.example", "m@x.example"]
    assert (row["subject"], row["attachments"]) == ("図面の件", ["図面.pdf", "位置図.jpg"])


def test_a_renamed_file() -> None:
    _, (row,), _ = _proposed(FILES)
    assert (row["op"], row["ts"]) == ("file_rename", datetime(2021, 2, 10, 8, 13, tzinfo=UTC))
    assert (row["path"], row["destination"]) == ("\\\\fs01\\観光課\\＊＊＊.jpg", "X＊X.jpg")
    assert row["user"] == "髙橋"


def test_an_override_of_the_filter() -> None:
    _, rows, _ = _proposed(FILTER, "utf-8")
    assert [(row["op"], row["host"], row["address"]) for row in rows] == [
        ("web_override", "www.example.jp", "10.0.0.1"),
        ("web", "www.example.jp", "10.0.0.1"),
    ]
    assert rows[0]["rest"] == {"カテゴリ": "動画"}
    assert rows[0]["log_category"] == "proxy"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    text = "日時,操作,ファイル名\n2021/2/10 17:13,閲覧,表ソ能.txt\n".replace(",", delimiter)
    _, (row,), _ = _proposed(text, encoding)
    assert (row["op"], row["path"]) == ("file_open", "表ソ能.txt")


def test_headings_are_known_however_they_are_written() -> None:
    for heading, column in (
        ("ﾕｰｻﾞｰ名", "user"),
        ("Ｕ Ｒ Ｌ", "url"),
        ("操作日時（JST）", "ts"),
        ("USBデバイス名", "device_name"),
        ("シリアル番号", "device_serial"),
        ("印刷枚数", "pages"),
        ("何か", "rest"),
        ("", ""),
    ):
        assert propose([heading]).columns[0].column == column, heading


def test_the_first_of_two_columns_counts_and_the_other_is_kept() -> None:
    _, (row,), _ = _proposed("日時,端末名,コンピューター名\n2021/2/10 17:13,A,B\n")
    assert (row["computer"], row["rest"]) == ("A", {"コンピューター名": "B"})


def test_what_cannot_be_read_has_its_place_and_is_a_file_of_its_own() -> None:
    text = '題名\r\n日時,操作,備考\r\nきのう,閲覧,a\r\n,閲覧,b\r\n2021/2/10,閲覧,"2行の\r\n備考"\r\n2021/2/11,閲覧,c,多い\r\n\r\n2021/2/12,謎,d\r\n'
    mapping, rows, parsed = _proposed(text)
    assert [(one.place, one.reason) for one in parsed.rejects] == [
        ("3行目 A列（日時）", "「きのう」は日時として読めません。"),
        ("4行目 A列（日時）", "日時がありません。"),
        ("7行目", "列の数が見出しより多い行です。"),
    ]
    assert [(row["op"], row["message"]) for row in rows] == [("file_open", "2行の\r\n備考"), ("log", "d")]
    assert rows[1]["rest"] == {"操作": "謎"}
    assert parsed.rejects[0].raw.decode("cp932") == "日時,操作,備考\r\nきのう,閲覧,a\r\n"
    mended = CsvMapping(mapping.columns, mapping.constants)
    (again,) = read_csv(
        io.BytesIO(parsed.rejects[0].raw.replace("きのう".encode("cp932"), b"2021/2/9")), mended, received=NOW
    )
    assert again.events is not None
    assert again.events.num_rows == 1


def test_bytes_of_neither_encoding_and_open_quotes_cost_their_rows_only() -> None:
    body = "日時,操作\n2021/2/10,閲覧\n".encode() + b"2021/2/11,\xff\xfe\n" + b"2021/2/12,ok\n"
    mapping = propose(["日時", "操作"])
    (parsed,) = read_csv(io.BytesIO(body), CsvMapping(mapping.columns, {}, "utf-8"), received=NOW)
    assert [(one.place, one.reason) for one in parsed.rejects] == [("3行目", "文字コードを読み取れません。")]
    assert parsed.events is not None
    assert parsed.events.num_rows == 2
    long = b"ts,op\n2021/2/10,open\n" + b'2021/2/11,"' + b"x" * 300_000 + b"\n2021/2/12,open\n"
    (parsed,) = read_csv(io.BytesIO(long), _mapping(), received=NOW)
    assert len(parsed.rejects) >= 1
    assert parsed.events is not None
    assert parsed.events.num_rows >= 1


def _mapping(**more: Any) -> CsvMapping:
    return CsvMapping((ColumnRule("ts", "ts", **more), ColumnRule("op", "op")))


def test_a_format_of_moments_may_be_said() -> None:
    body = b"ts,op\n10-02-21 17h13,open\n2021/2/10,open\n"
    (parsed,) = read_csv(io.BytesIO(body), _mapping(format="%d-%m-%y %Hh%M"), received=NOW)
    assert [row["ts"] for row in _rows(parsed)] == [datetime(2021, 2, 10, 8, 13, tzinfo=UTC)]
    assert len(parsed.rejects) == 1


@pytest.mark.parametrize("written", ["%Y/%m/%d %Y", "%f%f"])
def test_a_format_that_names_a_part_twice_is_a_problem(written: str) -> None:
    assert "書式" in str(_mapping(format=written).problems()[0])


def test_values_are_replaced_and_constants_hold_where_nothing_else_is_said() -> None:
    mapping = CsvMapping(
        (
            ColumnRule("日時", "ts"),
            ColumnRule("種", "op", {"イ": "print"}),
            ColumnRule("名", "app"),
            ColumnRule("捨", ""),
        ),
        {"app": "製品", "log_product": "sky"},
    )
    body = "日時,種,名,捨\n2021/2/10,ｲ,,x\n2021/2/10,印刷,別,x\n".encode()
    (parsed,) = read_csv(io.BytesIO(body), mapping, received=NOW)
    assert [(row["op"], row["app"], row["log_product"], row["rest"]) for row in _rows(parsed)] == [
        ("print", "製品", "sky", {"種": "ｲ"}),
        ("print", "別", "sky", {"種": "印刷"}),
    ]


def test_large_files_come_in_pieces_that_the_mapping_does_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "ROWS_AT_ONCE", 10)
    lines = [f"2021/2/10 10:00:{at % 60:02},閲覧,f{at}" if at % 7 else f"x,閲覧,f{at}" for at in range(100)]
    body = "\n".join(["日時,操作,ファイル名", *lines]).encode("cp932")
    pieces = list(read_csv(io.BytesIO(body), propose(["日時", "操作", "ファイル名"]), received=NOW))
    assert [(one.events.num_rows if one.events else 0) + len(one.rejects) for one in pieces] == [10] * 10
    assert sum(len(one.rejects) for one in pieces) == 15


def test_more_than_what_is_looked_at_first() -> None:
    rows = 40_000
    body = b"ts,op\n" + b"".join(b"2021-02-10 10:00:00,open%d\n" % at for at in range(rows))
    assert len(body) > 1024 * 1024
    parsed = list(read_csv(io.BytesIO(body), _mapping(), received=NOW))
    assert sum(one.events.num_rows for one in parsed if one.events) == rows


def test_other_headings_are_refused_before_anything_is_read() -> None:
    with pytest.raises(Invalid, match="「ts」"):
        next(read_csv(io.BytesIO(b"when,op\n2021/2/10,open\n"), _mapping(), received=NOW))


@pytest.mark.parametrize("head", [b"", b"one", b"1,2\n3,4", b"\0\0\0", b"a,a\nb,b"])
def test_no_headings_no_sample(head: bytes) -> None:
    with pytest.raises(Invalid):
        look(head)


def test_problems_of_a_mapping_are_named() -> None:
    mapping = CsvMapping(
        (ColumnRule("a", "city"), ColumnRule("Ａ", "op", {"x": "fly"})),
        {"op": "fly", "payload": "1"},
        "euc-jp",
    )
    said = "".join(map(str, mapping.problems()))
    for words in ("同じ見出し", "起きた日時", "「city」", "「fly」", "「payload」", "文字コード"):
        assert words in said
    with pytest.raises(Invalid):
        CsvMapping.from_data(mapping.as_data())


def test_a_mapping_survives_being_kept_as_data() -> None:
    mapping, *_ = _proposed(FILES)
    again = CsvMapping.from_data(mapping.as_data())
    assert again.as_data() == mapping.as_data()


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("cp932", "replace")))
@example(b"\xff\xfea\x00,\x00b\x00\n\x00")
@example(b'a,b\n"')
@example("日時,操作\n2021/2/10,\0閲覧".encode())
def test_any_file_is_read_or_refused(body: bytes) -> None:
    for start in (b"", b"ts,op\n", b"ts;op\n2021/2/10;"):
        try:
            sample = look(start + body)
            propose(sample.header, sample.rows)
            for parsed in read_csv(io.BytesIO(start + body), _mapping(), received=NOW):
                assert parsed.events is None or parsed.events.num_rows
        except Invalid:
            continue


@given(
    st.lists(st.text(max_size=12), max_size=8),
    st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=3),
)
def test_any_headings_get_a_proposal(header: list[str], rows: list[list[str]]) -> None:
    mapping = propose(header, rows)
    assert [rule.heading for rule in mapping.columns] == [heading.strip() for heading in header]
