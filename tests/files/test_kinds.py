"""A file is kept only when it is what its name says, and harmless to open."""

from __future__ import annotations

import io

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenken.common.refusals import Invalid
from tenken.files.kinds import DOCUMENT_KINDS, MAX_NAME, TABLE_KINDS, clean_name, kind_of
from tests.common.workbook_bytes import rebuilt, workbook


def a_document() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


XLSX = workbook(lambda sheet: sheet.cell(1, 1, "x"))
DOCX = a_document()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"
GOOD = {
    "a.pdf": b"%PDF-1.7\n%%EOF",
    "a.png": PNG,
    "a.jpg": b"\xff\xd8\xff\xe0",
    "a.JPEG": b"\xff\xd8\xff\xe0",
    "a.xlsx": XLSX,
    "a.docx": DOCX,
    "a.csv": "番号,氏名\n1,髙橋".encode("cp932"),
    "a.txt": "点検の記録".encode("utf-8-sig"),
}


def check(name: str, data: bytes) -> None:
    kind_of(name, DOCUMENT_KINDS).check(io.BytesIO(data))


@pytest.mark.parametrize("name", GOOD)
def test_what_offices_send_is_kept(name: str) -> None:
    check(name, GOOD[name])


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("content", GOOD)
def test_content_of_another_kind_is_refused(name: str, content: str) -> None:
    kind, other = kind_of(name, DOCUMENT_KINDS), kind_of(content, DOCUMENT_KINDS)
    text = ("text/csv", "text/plain")
    if kind == other or (kind.media_type in text and content in ("a.csv", "a.txt", "a.pdf")):
        return
    with pytest.raises(Invalid):
        check(name, GOOD[content])


@pytest.mark.parametrize(
    "name",
    [
        "a.html",
        "a.svg",
        "a.exe",
        "a.zip",
        "a.xlsm",
        "a.docm",
        "a.doc",
        "a.xls",
        "a.js",
        "a.pdf.exe",
        "a.",
        "a",
    ],
)
def test_other_kinds_are_refused_with_what_is_accepted(name: str) -> None:
    with pytest.raises(Invalid, match=r"受け付け|末尾"):
        kind_of(clean_name(name), DOCUMENT_KINDS)


def test_a_room_may_accept_less() -> None:
    with pytest.raises(Invalid, match=r"受け付ける種類：\.xlsx、\.csv"):
        kind_of("a.pdf", TABLE_KINDS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", rebuilt(DOCX, {"word/vbaProject.bin": b"x"})),
        ("a.docx", rebuilt(DOCX, {"word/embeddings/oleObject1.bin": b"x"})),
        ("a.docx", rebuilt(DOCX, {"word/activeX/activeX1.xml": b"<x/>"})),
        ("a.docx", rebuilt(DOCX, {"word/media/huge.bmp": b"\0" * 320 * 1024 * 1024})),
        ("a.docx", rebuilt(DOCX, {"word/settings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'})),
        ("a.docx", rebuilt(DOCX, {"word/settings.xml": "<!DOCTYPE x []><x/>".encode("utf-16")})),
        ("a.docx", rebuilt(DOCX, {}, comment=b"hidden")),
        ("a.xlsx", XLSX[: len(XLSX) // 2]),
        ("a.xlsx", DOCX),
        ("a.txt", b"\x00\x01\x02"),
        ("a.txt", b"\xff\xfea\x00"),
        ("a.csv", b"\x81"),
        ("a.pdf", b"<html>%PDF-"),
        ("a.png", b"\x89PNG\r\n\x1a\n<svg"),
    ],
)
def test_harmful_or_damaged_content_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        check(name, data)
    assert refused.value.message.endswith(("。", "い。", "）。"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("点検シート（企画課）.xlsx", "点検シート（企画課）.xlsx"),
        ("C:\\Users\\tarou\\髙橋.pdf", "髙橋.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("カ\u3099イト\u3099.pdf", "ガイド.pdf"),
        ("\ufa19社.pdf", "\ufa19社.pdf"),
        (' a"b.pdf ', "a_b.pdf"),
        ("あ" * 300 + ".pdf", "あ" * 251 + ".pdf"),
    ],
)
def test_names(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_a_plain_one_or_is_refused(name: str) -> None:
    try:
        kept = clean_name(name)
    except Invalid:
        return
    assert 0 < len(kept) <= MAX_NAME or "." in kept[-MAX_NAME:]
    assert not set(kept) & set('/\\<>:"|?*\r\n\0')
    assert clean_name(kept) == kept
