"""XML as a stream of small trees. Only what a reader asks for is built, and each tree is bounded.

Expat is driven directly: it never fetches anything, and what could swell (entities, long tokens, depth) is refused
where it begins, before it is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from tenken.audit.technical.readers.making import CUT, MAX_TEXT
from tenken.audit.technical.readers.sources import PIECE, Source, marked_encoding
from tenken.common.refusals import Invalid

MAX_DEPTH: Final = 60
MAX_NODES: Final = 250_000
_MAX_TREE_TEXT: Final = 32 * 1024 * 1024
_MAX_TOKEN: Final = 4 * 1024 * 1024

_CODES: Final = expat.errors.codes
_CUT_OFF: Final = frozenset(
    _CODES[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
_ENCODING: Final = frozenset(
    _CODES[message]
    for message in (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
)


@dataclass(slots=True)
class Node:
    """An element with what is in it. ``text`` is its own text, trimmed, never more than ``MAX_TEXT`` characters."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def find(self, name: str) -> Node | None:
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Node]:
        return [child for child in self.children if child.name == name]

    def text_of(self, name: str) -> str:
        """Return the text of the first child called *name*, '' without one."""
        return next((child.text for child in self.children if child.name == name), "")

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a format is looked at.

    ``roots``: the names a document may begin with. ``trees``: elements that are built whole. ``opened``: elements whose
    beginning alone is told (as a ``Node`` without children). ``closed``: elements whose end is told (as their name).
    ``dropped``: elements passed over with all that is in them. ``doctype``: the document type the format's own
    program writes, '' where it writes none.
    """

    roots: frozenset[str]
    trees: frozenset[str]
    opened: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    doctype: str = ""


def stream(source: Source, wanted: Wanted) -> Iterator[Node | str]:
    """Yield the wanted pieces in the order of the file. ``Invalid``, with line and byte, for what cannot be read."""
    first = source.read(PIECE)
    builder = _Builder(wanted, marked_encoding(first))
    piece = first
    while piece:
        builder.feed(piece)
        yield from builder.taken()
        piece = source.read(PIECE)
    builder.finish()
    yield from builder.taken()


def root_name(start: bytes) -> str:
    """Return the name of the root element of a document that begins with *start*, '' when there is none to be seen."""
    names: list[str] = []
    parser = _parser(marked_encoding(start))

    def opened(name: str, _attributes: dict[str, str]) -> None:
        if not names:
            names.append(name)

    def declared(name: str, *_more: object) -> None:
        if name.lower() == "html" and not names:
            names.append("html")

    def stop(*_declaration: object) -> None:
        raise _Stopped

    parser.StartElementHandler = opened
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = stop
    # The root stands before what is wrong, or the reader of the format says it better.
    with suppress(expat.ExpatError, _Stopped, ValueError, LookupError):
        parser.Parse(start, False)
    return names[0] if names else ""


class _Stopped(Exception):  # noqa: N818 - not an error
    pass


def _parser(marked: str) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-16" if marked == "utf-16" else None)
    parser.buffer_text = True
    parser.buffer_size = 16 * 1024
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


class _Builder:
    def __init__(self, wanted: Wanted, marked: str) -> None:
        self.wanted = wanted
        self.out: list[Node | str] = []
        self.stack: list[Node] = []
        self.text: list[str] = []
        self.length = self.nodes = self.kept = self.depth = self.fed = 0
        self.dropping = 0
        self.parser = parser = _parser(marked)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity

    def taken(self) -> list[Node | str]:
        out, self.out = self.out, []
        return out

    def feed(self, piece: bytes) -> None:
        self._parse(piece, False)
        self.fed += len(piece)
        if self.fed - self.parser.CurrentByteIndex > _MAX_TOKEN:
            raise self._refusal("1つのタグが長すぎます。")

    def finish(self) -> None:
        self._parse(b"", True)

    def _parse(self, piece: bytes, final: bool) -> None:
        try:
            self.parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise self._broken(error, final) from None
        except (ValueError, LookupError):  # an encoding Python cannot hand to expat
            raise self._refusal(_UNKNOWN_ENCODING) from None

    def _broken(self, error: expat.ExpatError, final: bool) -> Invalid:
        if final or error.code in _CUT_OFF:
            return self._refusal("ファイルが途中で切れています。もう一度出力するか、送り直してください。")
        if error.code in _ENCODING:
            return self._refusal(_UNKNOWN_ENCODING)
        if error.code == _CODES[expat.errors.XML_ERROR_UNDEFINED_ENTITY]:
            return self._refusal("定義されていない実体参照（&…;）があります。")
        if error.code == _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]:
            return self._refusal(
                "XMLに使えない文字があります。文字コードの宣言と中身が違うか、ファイルが壊れています。"
            )
        return self._refusal("XMLとして正しくありません。")

    def _refusal(self, message: str) -> Invalid:
        line, byte = self.parser.CurrentLineNumber, max(0, self.parser.CurrentByteIndex)
        return Invalid(f"{message}（{line:,}行目、{byte:,}バイト目）")

    def _doctype(self, name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if name.lower() == "html":
            raise Invalid("HTMLのページです。スキャナのXML形式の結果を送ってください。")
        if has_subset or not self.wanted.doctype or name != self.wanted.doctype:
            raise self._refusal("文書型宣言（DOCTYPE）を含むファイルは受け付けません。")

    def _entity(self, *_declaration: object) -> None:
        raise self._refusal("実体の宣言（ENTITY）を含むファイルは受け付けません。")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1 and name not in self.wanted.roots:
            raise self._refusal(f"この形式の結果ではありません（最初の要素が「{name[:40]}」です）。")
        if self.depth > MAX_DEPTH:
            raise self._refusal(f"要素の入れ子が深すぎます（{MAX_DEPTH}段まで）。")
        if self.dropping or name in self.wanted.dropped:
            self.dropping += 1
            return
        if self.stack or name in self.wanted.trees:
            self._open_node(name, attributes)
        elif name in self.wanted.opened:
            self.out.append(Node(name, attributes))

    def _open_node(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(name, attributes)
        self.nodes += 1
        if self.stack:
            if self.text:  # text that stands before a child is layout, or belongs to what no format here has
                self._keep_text()
            self.stack[-1].children.append(node)
        if attributes:
            self.kept += sum(map(len, attributes.values()))
        if self.nodes > MAX_NODES or self.kept > _MAX_TREE_TEXT:
            raise self._refusal("1件の結果が大きすぎます。")
        self.stack.append(node)

    def _characters(self, text: str) -> None:
        if self.stack and not self.dropping and self.length <= MAX_TEXT:
            self.text.append(text)
            self.length += len(text)

    def _keep_text(self) -> None:
        text = "".join(self.text).strip()
        self.text.clear()
        self.length = 0
        if text:
            if len(text) > MAX_TEXT:
                text = text[: MAX_TEXT - len(CUT)] + CUT
            self.stack[-1].text = text
            self.kept += len(text)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.dropping:
            self.dropping -= 1
            return
        if self.stack:
            if self.text:
                self._keep_text()
            node = self.stack.pop()
            if not self.stack:
                self.out.append(node)
                self.nodes = self.kept = 0
        elif name in self.wanted.closed:
            self.out.append(name)


_UNKNOWN_ENCODING = "読み取れない文字コードのXMLです。UTF-8で保存し直してください。"
