"""OCS Inventory's protocol as OCS and FusionInventory agents speak it: one POST of XML, one answer of XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tenken.common.refusals import Invalid
from tenken.telemetry.ingest.parcels import Parsed
from tenken.telemetry.wire.inflating import TooLarge
from tenken.telemetry.wire.inventories import inventory_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HEADER: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DECLARED: Final = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
# What XML does not know, and agents copy from registries all the same.
_NOT_XML: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
_ENCODINGS: Final = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "iso-8859-1": "cp1252",
}
_KANA: Final = re.compile("[ぁ-んァ-ヶ]")
_MOST_TAGS: Final = 2_000_000  # an element takes thirty times the bytes of an empty one
# Environment variables hold secrets, command lines hold file names and passwords: neither is read.
_DROPPED: Final = frozenset({"ENVS", "PROCESSES", "RUNNINGPROCESSES"})


@dataclass(frozen=True)
class OcsMessage:
    """``query``: PROLOG, INVENTORY or another of the agent's. ``parsed`` holds one inventory for INVENTORY, else nothing."""

    query: str
    agent_id: str
    parsed: Parsed


def read_ocs(xml: bytes, *, received: datetime) -> OcsMessage:
    """Return the message in *xml* (inflated). ``Invalid`` for what is no OCS message, or has a DOCTYPE or entities."""
    root = _root(xml)
    if root.tag.upper() != "REQUEST":
        raise Invalid("OCS Inventoryの形式ではありません（REQUESTがありません）。")
    query, agent_id = ((root.findtext(name) or "").strip() for name in ("QUERY", "DEVICEID"))
    if not agent_id:
        raise Invalid("OCS Inventoryのデータに、エージェントの名前（DEVICEID）がありません。")
    content = root.find("CONTENT")
    if query.upper() != "INVENTORY" or content is None:
        return OcsMessage(query.upper() or "INVENTORY", agent_id, Parsed())
    inventory = inventory_of(_sections(content), agent_id=agent_id, received=received)
    return OcsMessage("INVENTORY", agent_id, Parsed(inventories=(inventory,)))


def prolog_reply(*, hours: int = 24, send: bool = True) -> bytes:
    """Return the answer to PROLOG: come again after *hours*; *send* the inventory now or not."""
    response = "SEND" if send else "STOP"
    reply = (
        f"<REPLY><PROLOG_FREQ>{max(1, hours)}</PROLOG_FREQ>"
        f"<RESPONSE>{response}</RESPONSE><INVENTORY_ON_STARTUP>1</INVENTORY_ON_STARTUP></REPLY>"
    )
    return (_HEADER + reply).encode()


def inventory_reply() -> bytes:
    """Return the answer to INVENTORY that was taken in."""
    return (_HEADER + "<REPLY><RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE></REPLY>").encode()


def _root(xml: bytes) -> Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if xml.count(b"<") > _MOST_TAGS:
        raise TooLarge("XMLの要素が多すぎます。")
    text = _NOT_XML.sub("", _DECLARATION.sub("", _text(xml), count=1))
    try:
        return fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Invalid("XMLにDOCTYPEや実体の宣言があるため、受け付けません。") from None
    except (ParseError, ValueError, RecursionError) as error:
        raise Invalid(f"XMLとして読み取れません（{error}）。") from None


def _text(xml: bytes) -> str:
    """Return the text of *xml*. What is declared need not be true: agents of Japanese Windows declare ISO-8859-1 or UTF-8
    and write CP932, so that text that reads as UTF-8, or as CP932 with kana in it, is that."""
    match = _DECLARED.match(xml[:400])
    declared = match[1].decode().lower() if match else "utf-8"
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
        declared = "utf-16"
    encodings = [_ENCODINGS.get(declared, declared), "cp932"]
    if encodings[0] == "cp1252":
        encodings = ["utf-8", "cp932", "cp1252"]
    for encoding in encodings:
        try:
            text = xml.decode(encoding).lstrip("\ufeff")
        except (UnicodeError, LookupError):
            continue
        if encoding != "cp932" or encodings[-1] == "cp932" or _KANA.search(text):
            return text
    return xml.decode("utf-8", "replace")


def _sections(content: Element) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for section in content:
        if section.tag.upper() in _DROPPED:
            continue
        values = {value.tag.lower(): (value.text or "").strip() for value in section}
        found.setdefault(section.tag.lower(), []).append(values)
    return found
