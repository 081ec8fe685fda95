"""Which format a file has, by what it holds. Its name is not asked."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from tenken.audit.technical.readers import gvm, nessus, nmap, zap
from tenken.audit.technical.readers.sources import (
    beginning,
    is_packed,
    is_workbook,
    marked_encoding,
)
from tenken.audit.technical.readers.xml_stream import root_name
from tenken.common.refusals import Invalid

_LOOKED_AT: Final = 256 * 1024
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROOTS: Final = {
    **dict.fromkeys(nessus.ROOTS, "nessus"),
    **dict.fromkeys(nmap.ROOTS, "nmap"),
    **dict.fromkeys(gvm.ROOTS, "gvm"),
    **dict.fromkeys(zap.ROOTS, "zap_xml"),
}
_UNKNOWN: Final = (
    "対応している形式の結果ではありません。"
    "Nessus、OpenVAS・GVM、ZAP、Nuclei、SARIF、Nmap（-oX）の結果か、CSV・Excelの表を送ってください。"
)
_JSON_SIGNS: Final = (
    ("sarif", re.compile(r'"runs"\s*:\s*\[|"\$schema"\s*:\s*"[^"]{0,300}sarif')),
    ("zap_json", re.compile(r'"@programName"|"site"\s*:\s*\[')),
    ("nuclei", re.compile(r'"template(?:-id|ID)?"\s*:\s*"')),
)


def recognise(path: Path, name: str) -> str:
    """Return the code of the format (``readers.FORMATS``) that *path* holds; *name* is what people call the file.

    ``Invalid``, naming the file, when it is empty, damaged, packed twice, a web page, or of no format we read.
    """
    try:
        return "table" if is_workbook(path) else _by_beginning(beginning(path, _LOOKED_AT))
    except Invalid as error:
        raise Invalid(f"「{name}」：{error.message}", error.problems) from None


def _by_beginning(start: bytes) -> str:
    if not start:
        raise Invalid("空のファイルです。")
    if is_packed(start):
        raise Invalid("二重に圧縮されています。展開してから送ってください。")
    if start.startswith(_OLE):
        raise Invalid("古い形式（97-2003）かパスワード付きのExcelです。.xlsxかCSVで保存し直してください。")
    text = _decoded(start)
    visible = text.lstrip()
    if not visible:
        raise Invalid("空のファイルです。")
    if visible.startswith("<"):
        return _xml(start, visible)
    if visible[0] in "{[":
        return next((code for code, sign in _JSON_SIGNS if sign.search(text)), "") or _refuse()
    if "\0" in text or not _is_table(visible):
        _refuse()
    return "table"


def _xml(start: bytes, visible: str) -> str:
    root = root_name(start)
    if root.lower() == "html" or visible[:200].lower().startswith(("<!doctype html", "<html")):
        raise Invalid("HTMLのページです。スキャナのXML形式の結果を送ってください。")
    return _ROOTS.get(root) or _refuse()


def _refuse() -> str:
    raise Invalid(_UNKNOWN)


def _decoded(start: bytes) -> str:
    """Return the text, read leniently: which characters are wrong is for the reader of the format to say."""
    if encoding := marked_encoding(start):
        return codecs.decode(start, encoding, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return start.decode("cp932", "replace")


def _is_table(text: str) -> bool:
    lines = text.splitlines()[:20]
    return any(mark in line for line in lines for mark in ",\t;")
