"""JSON as a stream of small values. Only what a reader asks for is built, and each value is bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import ijson

from tenken.audit.technical.readers.making import CUT, MAX_TEXT
from tenken.audit.technical.readers.sources import PIECE, AsUtf8, Readable, Source, lines, marked_encoding
from tenken.common.refusals import Invalid

MAX_DEPTH: Final = 60
MAX_VALUES: Final = 250_000
MAX_LINE: Final = 8 * 1024 * 1024
_MAX_KEPT_TEXT: Final = 32 * 1024 * 1024
_MAX_SILENCE: Final = 8 * 1024 * 1024

Path = tuple[str, ...]
"""Where a value stands: names of members, "*" for any element of an array."""


def values(
    source: Source, wanted: frozenset[Path], start: bytes = b"", *, ended: frozenset[Path] = frozenset()
) -> Iterator[tuple[Path, Any]]:
    """Yield (path, value) of the *wanted* places in the order of the file; objects are dicts, arrays lists.

    Where an object or array at one of the places *ended* closes, (path, None) is yielded. Texts are cut at ``MAX_TEXT`` characters. *start*: what was read of the source already. ``Invalid``, with the byte, for
    what is no JSON, is cut off, nested too deep, too large in one value, or names a member twice.
    """
    reading = _Reading(source, start)
    walk = _Walk(wanted, ended, reading)
    try:
        for event, value in ijson.basic_parse(reading, use_float=True, buf_size=PIECE):
            reading.silence = 0
            walk.take(event, value)
            if walk.done:
                yield from walk.done
                walk.done.clear()
    except (ijson.JSONError, UnicodeError, ValueError, OverflowError, ArithmeticError) as error:
        raise _broken(str(error), reading) from None


def _broken(error: str, reading: _Reading) -> Invalid:
    place = f"（{reading.taken:,}バイト目の付近）"
    if "utf-8" in error:  # the parser joined an escaped half of a character to what stood behind it
        return Invalid(f"対になっていない文字（サロゲート）があります{place}。")
    if "UTF8" in error:
        return Invalid(f"文字コードがUTF-8ではありません{place}。UTF-8で保存し直してください。")
    if "premature EOF" in error:
        return Invalid(f"ファイルが途中で切れています{place}。もう一度出力するか、送り直してください。")
    if "overflow" in error:
        return Invalid(f"数値が大きすぎます{place}。")
    return Invalid(f"JSONとして正しくありません{place}。")


class _Reading:
    """What ijson reads from: UTF-8, and never more than a bound without a value coming of it (one endless text)."""

    def __init__(self, source: Source, start: bytes) -> None:
        first = start or source.read()
        self._stream: Readable = AsUtf8(_Put(first, source), marked_encoding(first))
        self.silence = self.taken = 0

    def read(self, size: int = PIECE, /) -> bytes:
        if size == 0:
            return b""
        self.silence += size
        if self.silence > _MAX_SILENCE:
            raise Invalid(f"1つの値が長すぎます（{self.taken:,}バイト目の付近）。")
        piece = self._stream.read(size)
        self.taken += len(piece)
        return piece


class _Put(Source):
    """A source with what was read of it put back."""

    def __init__(self, start: bytes, source: Source) -> None:
        self._start, self._rest = start, source
        self.taken = 0

    def read(self, size: int = PIECE) -> bytes:
        if self._start:
            piece, self._start = self._start, b""
        else:
            piece = self._rest.read(size)
        self.taken += len(piece)
        return piece


class _Walk:
    """Follows the events of the parser: where it is, and the value being built, if any."""

    def __init__(self, wanted: frozenset[Path], ended: frozenset[Path], reading: _Reading) -> None:
        self.wanted, self.ended, self.reading = wanted, ended, reading
        self.path: list[str] = []
        self.building: list[dict[str, Any] | list[Any]] = []
        self.keys: list[str] = []
        self.members: list[set[str]] = []
        self.done: list[tuple[Path, Any]] = []
        self.count = self.kept = 0

    def take(self, event: str, value: Any) -> None:
        if event == "map_key":
            self._key(value)
        elif event in ("start_map", "start_array"):
            self._open(is_map=event == "start_map")
        elif event in ("end_map", "end_array"):
            self._close()
        else:
            self._value(value)

    def _refuse(self, message: str) -> Invalid:
        return Invalid(f"{message}（{self.reading.taken:,}バイト目の付近）")

    def _key(self, name: str) -> None:
        name = name[:200]
        if self.building:
            self.keys[-1] = name
            twice = name in self.building[-1]
        else:
            self.path[-1] = name
            twice = name in self.members[-1]
            self.members[-1].add(name)
            if len(self.members[-1]) > MAX_VALUES:
                raise self._refuse("項目が多すぎます。")
        if twice:
            raise self._refuse(f"同じ項目「{name[:40]}」が2回あります。")

    def _open(self, *, is_map: bool) -> None:
        if self.building or tuple(self.path) in self.wanted:
            self._bound(0)
            container: dict[str, Any] | list[Any] = {} if is_map else []
            if self.building:
                self._put(container)
            self.building.append(container)
            self.keys.append("")
        else:
            self.path.append("" if is_map else "*")
            self.members.append(set())
        if len(self.path) + len(self.building) > MAX_DEPTH:
            raise self._refuse(f"入れ子が深すぎます（{MAX_DEPTH}段まで）。")

    def _close(self) -> None:
        if self.building:
            whole = self.building.pop()
            self.keys.pop()
            if not self.building:
                self.done.append((tuple(self.path), whole))
                self.count = self.kept = 0
        else:
            self.path.pop()
            self.members.pop()
            if (path := tuple(self.path)) in self.ended:
                self.done.append((path, None))

    def _value(self, value: Any) -> None:
        if self.building:
            self._put(self._scalar(value))
        elif (path := tuple(self.path)) in self.wanted:
            self.done.append((path, self._scalar(value)))
            self.count = self.kept = 0

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                value = value[: MAX_TEXT - len(CUT)] + CUT
            self._bound(len(value))
        else:
            self._bound(0)
        return value

    def _put(self, value: Any) -> None:
        container = self.building[-1]
        if isinstance(container, dict):
            container[self.keys[-1]] = value
        else:
            container.append(value)

    def _bound(self, length: int) -> None:
        self.count += 1
        self.kept += length
        if self.count > MAX_VALUES or self.kept > _MAX_KEPT_TEXT:
            raise self._refuse("1件の結果が大きすぎます。")


def json_lines(source: Source, start: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number of the line, object) of a file with one JSON object in each line; blank lines are passed over."""
    stream = AsUtf8(_Put(start, source), marked_encoding(start))
    for number, line in lines(stream, MAX_LINE):
        if not line.strip():
            continue
        try:
            found = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        except UnicodeDecodeError:
            raise Invalid(
                f"{number:,}行目：文字コードがUTF-8ではありません。UTF-8で保存し直してください。"
            ) from None
        except json.JSONDecodeError as error:
            raise Invalid(
                f"{number:,}行目：JSONとして正しくないか、途中で切れています（{error.colno:,}文字目）。"
            ) from None
        except RecursionError:
            raise Invalid(f"{number:,}行目：入れ子が深すぎます。") from None
        except ValueError as error:
            raise Invalid(f"{number:,}行目：JSONとして正しくありません。{_said(error)}") from None
        if not isinstance(found, dict):
            raise Invalid(f"{number:,}行目：結果ではありません（JSONのオブジェクトを1行に1つ）。")
        yield number, found


class _WrongError(ValueError):
    pass


def _said(error: ValueError) -> str:
    return str(error) if isinstance(error, _WrongError) else "数値が長すぎます。"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _WrongError("同じ項目が2回あります。")
    return found


def _no_constant(name: str) -> Any:
    raise _WrongError(f"「{name}」はJSONの数値ではありません。")


# --- what a value of unknown kind says ----------------------------------------------------------------------


def text(value: Any) -> str:
    """Return a scalar as text, '' for what is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    return str(value)[:100]


def texts(value: Any) -> list[str]:
    """Return a list's scalars as texts; one scalar is a list of one; a comma parts a text."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [found for item in value[:1_000] if (found := text(item))] if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
