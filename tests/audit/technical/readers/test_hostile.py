"""Files that were made to do harm, or came broken: each is refused in words, with the place, and by nothing else."""

from __future__ import annotations

import gzip
import io
import json
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenken.audit.technical import readers
from tenken.audit.technical.readers.making import moment
from tenken.common.refusals import Invalid
from tests.audit.technical.readers.reading import DATA, SAMPLES, read_all

_MADE = DATA / "made"
_NESSUS = b'<?xml version="1.0"?><NessusClientData_v2><Report><ReportHost name="192.0.2.1">'
_ITEM = b'<ReportItem port="1" severity="3" pluginID="1" pluginName="x"><description>%s</description></ReportItem>'
_JAPANESE = re.compile("[ぁ-ん]")
_PLACE = re.compile(r"行目|バイト|件目")


def _refused(tmp_path: Path, data: bytes, format: str = "") -> str:
    path = tmp_path / "result.bin"
    path.write_bytes(data)
    with pytest.raises(Invalid) as refusal:
        read_all(path, format)
    return refusal.value.message


_LAUGHS = b'<!DOCTYPE %s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
_EXTERNAL = b'<!DOCTYPE %s [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
_PARAMETER = b'<!DOCTYPE %s [<!ENTITY %% a SYSTEM "http://192.0.2.1/a.dtd"> %%a;]>'
_ROOTS = {
    "nessus": b"NessusClientData_v2",
    "nmap": b"nmaprun",
    "gvm": b"report",
    "zap_xml": b"OWASPZAPReport",
}


@pytest.mark.parametrize("format", _ROOTS)
@pytest.mark.parametrize(
    "declaration", [_LAUGHS, _EXTERNAL, _PARAMETER], ids=["laughs", "external", "parameter"]
)
def test_entities(tmp_path: Path, format: str, declaration: bytes) -> None:
    root = _ROOTS[format]
    message = _refused(tmp_path, b"%s<%s>&c;&a;</%s>" % (declaration % root, root, root), format)
    assert "DOCTYPE" in message
    assert "1行目" in message


def test_only_nmap_has_a_document_type_and_it_is_its_own(tmp_path: Path) -> None:
    assert "DOCTYPE" in _refused(tmp_path, b"<!DOCTYPE report SYSTEM 'a.dtd'><report/>", "gvm")
    assert "DOCTYPE" in _refused(tmp_path, b"<!DOCTYPE other><nmaprun/>", "nmap")
    assert read_all(_MADE / "nmap.xml")[2]  # with the address of a DTD, which nobody fetches


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_cut_off(tmp_path: Path, sample: Path) -> None:
    format = readers.recognise(sample, sample.name)
    whole = sample.read_bytes().rstrip()
    for share in (0.35, 0.6, 0.9):
        message = _refused(tmp_path, whole[: int(len(whole) * share)], format)
        assert "切れています" in message
        assert _PLACE.search(message)
    packed = gzip.compress(whole)
    assert "切れています" in _refused(tmp_path, packed[: len(packed) // 2], format)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空のファイル"),
        (b" \n\t ", "空のファイル"),
        (gzip.compress(b"", mtime=0), "空のファイル"),
        (b"\0\0\0\0", "対応している形式"),
        (b"%PDF-1.7 ...", "対応している形式"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "対応している形式"),
        (b"<!doctype html><html><body>Login</body></html>", "HTML"),
        (b"<html><p>502</html>", "HTML"),
        (b"<svg/>", "対応している形式"),
        (b'{"a": 1}', "対応している形式"),
        (b"hello", "対応している形式"),
        (gzip.compress(gzip.compress(b"<nmaprun/>", mtime=0), mtime=0), "二重に圧縮"),
        (b"\x1f\x8b\x08garbage", "壊れているか"),
        (b"PK\x03\x04garbage", "壊れているか"),
    ],
)
def test_unknown_files(tmp_path: Path, data: bytes, message: str) -> None:
    said = _refused(tmp_path, data)
    assert message in said
    assert said.startswith("「result.bin」：")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (_NESSUS + _ITEM % "表示".encode("cp932"), "XMLに使えない文字"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?><NessusClientData_v2/>', "文字コード"),
        (b'<?xml version="1.0" encoding="nonsense"?><NessusClientData_v2/>', "文字コード"),
        (_NESSUS + b"<a" * 70 + b">", "XMLに使えない文字"),
        (_NESSUS + b"<a>" * 100, "入れ子が深すぎます"),
        (_NESSUS + _ITEM % b"&nothing;", "実体参照"),
        (_NESSUS + _ITEM % b"\0", "XMLに使えない文字"),
        (_NESSUS + _ITEM % b"&#0;", "正しくありません"),
        (_NESSUS + b"<ReportItem pluginName='" + b"x" * 9_000_000, "1つのタグが長すぎます"),
        (_NESSUS + b"<ReportItem>" + b"<cve>CVE-2020-1</cve>" * 260_000, "1件の結果が大きすぎます"),
        (b"<nmaprun></nmaprun>", "この形式の結果ではありません"),
        (_NESSUS + b"</Report>", "XMLとして正しくありません"),
    ],
)
def test_broken_xml(tmp_path: Path, data: bytes, message: str) -> None:
    said = _refused(tmp_path, data, "nessus")
    assert message in said
    assert "行目" in said


_RESULT = b'{"template-id": "a", "host": "192.0.2.1", "info": %s}'


@pytest.mark.parametrize(
    ("format", "data", "message"),
    [
        ("nuclei", b"[" + _RESULT % b"NaN" + b"]", "JSONとして正しくありません"),
        ("nuclei", _RESULT % b"NaN", "「NaN」はJSONの数値ではありません"),
        ("nuclei", b"[" + _RESULT % b"1e999" + b"]", "数値が大きすぎます"),
        ("nuclei", _RESULT % (b"9" * 9_000), "数値が長すぎます"),
        ("nuclei", b"[" + _RESULT % b'{"a": 1, "a": 2}' + b"]", "同じ項目「a」が2回"),
        ("nuclei", _RESULT % b'{"a": 1, "a": 2}', "同じ項目が2回"),
        ("nuclei", _RESULT % (b"[" * 100_000), "1行目：入れ子が深すぎます"),
        ("nuclei", b"[" + _RESULT % (b"[" * 100_000), "入れ子が深すぎます"),
        ("nuclei", _RESULT % b'"\0"', "正しくない"),
        ("nuclei", b"[" + _RESULT % b'"\0"' + b"]", "JSONとして正しくありません"),
        ("nuclei", _RESULT % ('"表示"'.encode("cp932")), "UTF-8ではありません"),
        ("nuclei", b"[" + _RESULT % ('"表示"'.encode("cp932")) + b"]", "UTF-8ではありません"),
        ("nuclei", b"[1, 2]", "template-id"),
        ("nuclei", b'{"a": 1}', "template-id"),
        ("nuclei", b'"text"', "結果ではありません"),
        ("nuclei", b"[" + _RESULT % (b'"' + b"x" * 20_000_000 + b'"') + b"]", "1つの値が長すぎます"),
        ("nuclei", _RESULT % (b'"' + b"x" * 20_000_000 + b'"'), "1行目が長すぎます"),
        ("nuclei", b"[" + _RESULT % (b"[" + b"1," * 260_000 + b"1]") + b"]", "1件の結果が大きすぎます"),
        ("sarif", b'{"runs": [], "version": "2.1.0"}', "SARIFの結果ではありません"),
        ("sarif", b'{"version": "1.0.0", "runs": []}', "SARIF 2.1.0ではありません"),
        ("sarif", b'{"version": "2.1.0", "version": "2.1.0", "runs": []}', "同じ項目「version」が2回"),
        ("sarif", b"\xff\xfe{\0\0", "文字コードが正しくありません"),
        ("zap_json", b'{"site": [{"alerts": [{"name": ]', "JSONとして正しくありません"),
    ],
)
def test_broken_json(tmp_path: Path, format: str, data: bytes, message: str) -> None:
    assert message in _refused(tmp_path, data, format)


def test_half_surrogates_and_control_characters_do_not_reach_the_records(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"template-id": "a", "info": {"name": "x\\ud800y\\u0000z", "reference": ["\\udfff"]}}'
    path.write_bytes(line)
    (record,) = read_all(path)[2]
    assert (record.title, record.references) == ("x\ufffdy\ufffdz", ("\ufffd",))
    assert "サロゲート" in _refused(tmp_path, b"[" + line + b"]")


def test_long_texts_are_cut_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.nessus"
    path.write_bytes(_NESSUS + _ITEM % (b"x" * 50_000_000) + b"</ReportHost></Report></NessusClientData_v2>")
    (record,) = read_all(path)[2]
    assert len(record.description) == 20_000
    assert record.description.endswith("…（長いため以下略）")


def _zip(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def test_bombs(tmp_path: Path) -> None:
    swollen = _NESSUS + b" " * 60_000_000
    assert "圧縮率が高すぎる" in _refused(tmp_path, gzip.compress(swollen))
    assert "圧縮率が高すぎる" in _refused(tmp_path, _zip(("a.nessus", swollen)))
    inner = _zip(("a.nessus", swollen))
    assert "二重に圧縮" in _refused(tmp_path, _zip(("a.zip", inner)))
    assert "2個あります" in _refused(tmp_path, _zip(("a", b"<nmaprun/>"), ("b", b"<nmaprun/>")))
    assert "0個あります" in _refused(tmp_path, _zip())
    workbook = _zip(
        ("[Content_Types].xml", b""),
        ("xl/workbook.xml", b""),
        ("xl/worksheets/sheet1.xml", b" " * 60_000_000),
    )
    assert _refused(tmp_path, workbook)


def test_a_locked_zip(tmp_path: Path) -> None:
    data = bytearray(_zip(("a.nessus", _NESSUS)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "パスワード" in _refused(tmp_path, bytes(data))


def test_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.nessus"
    for port, score in (("99999999999999999999", "1e400"), ("-1", "nan"), ("٣", "-5"), ("x", "99")):
        path.write_text(
            _NESSUS.decode()
            + f'<ReportItem port="{port}" severity="9" pluginID="1" pluginName="x"><cvss3_base_score>{score}</cvss3_base_score>'
            "</ReportItem></ReportHost></Report></NessusClientData_v2>",
            encoding="utf-8",
        )
        (record,) = read_all(path)[2]
        assert (record.port, record.score, record.severity) == (None, None, "info")


def _outcome(path: Path, format: str) -> str:
    """Return what a person is told: that it was read, or why not. What was read can be stored."""
    try:
        found = read_all(path, format)
    except Invalid as refusal:
        return refusal.message
    json.dumps([record.title for record in found[2]], ensure_ascii=False).encode()
    return "読み取りました"


@settings(max_examples=60)
@given(st.data())
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_no_mutation_raises_anything_else(sample: Path, data: st.DataObject) -> None:
    """Bytes changed, cut out, put in or doubled: the file is read, or it is refused."""
    content = bytearray(sample.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([1, 2, 10, 200]))
        part = data.draw(
            st.sampled_from(
                [
                    b"",
                    bytes(content[at : at + length]) * 2,
                    b"<",
                    b'"',
                    b"\0",
                    b"\xff",
                    b"]]>",
                    b"&x;",
                    b"9" * 400,
                    b"{",
                    b"}",
                ]
            )
        )
        content[at : at + length] = part
    format = readers.recognise(sample, sample.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutated"
        path.write_bytes(bytes(content) or b" ")
        for asked in (format, ""):
            assert _JAPANESE.search(_outcome(path, asked))


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(sorted(readers.FORMATS)))
def test_no_bytes_raise_anything_else(content: bytes, format: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        path.write_bytes(content)
        for asked in (format, ""):
            assert _JAPANESE.search(_outcome(path, asked))


@pytest.mark.parametrize(
    "told", ["Mon Nov  2 10:00:00 1700", "Mon Nov  2 10:00:00 0001", "9999-12-31T23:59:59Z", "0001-01-01"]
)
def test_a_year_in_which_no_scanner_ran_is_no_moment(told: str) -> None:
    assert moment(told) is None
