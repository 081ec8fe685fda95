"""JSON lines in our own column names, read by the column: as fast as Arrow's reader is.

``read_columns`` either returns what reading line by line gives, or None: it does not guess. It leaves to the slow road
whatever is not plain: bad lines, values of another kind than their column, nested values, moments without a zone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import BY_NAME, arrow_schema
from tenken.telemetry.wire.values import OWN_COLUMNS, class_of

if TYPE_CHECKING:
    import pyarrow as pa

# Arrow gives every name of a body a cell in every row: the names are bounded before it looks.
_MOST_NAMES: Final = 200
_MOST_CELLS: Final = 2_000_000
_LOOKED_AT: Final = 64
# Arrow builds a value of many levels by recursion, and the process ends where its stack does.
_MOST_OPENED: Final = 64
_TAKEN: Final = frozenset(BY_NAME) - OWN_COLUMNS


def read_columns(body: bytes, received: datetime) -> pa.Table | None:
    """Return the events of *body*, whose names are those of some of its lines; None where that is not so, or slower
    ways are needed."""
    names = _names_of_some(body)
    if names is None or not _is_plain(body):
        return None
    return _table(_read(body, names, "error"), body, received)


def read_few(body: bytes, received: datetime) -> pa.Table | None:
    """Return the events of *body*, some lines of any names; None where line by line is the way."""
    import pyarrow as pa

    if not _is_plain(body) or body.count(b'":') * _lines(body) > _MOST_CELLS:
        return None
    try:
        body.decode()  # names are not validated by Arrow
    except UnicodeDecodeError:
        return None
    found = _read(body, {}, "infer")
    if found is not None and (guessed := _guessed(found)):
        # Text that looks like a moment was taken for one.
        found = _read(body, dict.fromkeys(guessed, pa.string()), "infer")
    return _table(found, body, received)


def _lines(body: bytes) -> int:
    return body.count(b"\n") + (not body.endswith(b"\n"))


def _is_plain(body: bytes) -> bool:
    """Return whether every line of *body* begins and ends as an object: then no object has two lines, and with as many
    objects as lines no line has two. A line that may be deep, in text or not, is not plain."""
    import numpy as np

    octets = np.frombuffer(body, np.uint8)
    ends = np.flatnonzero(octets == ord("\n"))
    if not len(ends) or ends[-1] != len(body) - 1:
        ends = np.append(ends, len(body))
    begins = np.concatenate(([0], ends[:-1] + 1))
    if (ends == begins).any():
        return False
    lasts = ends - 1 - (octets[ends - 1] == ord("\r"))
    if not (octets[begins] == ord("{")).all() or not (octets[lasts] == ord("}")).all():
        return False
    opened = np.flatnonzero((octets | 0x20) == ord("{"))  # "[" is "{" without this bit
    line = np.searchsorted(ends, opened)
    return not (line[_MOST_OPENED:] == line[:-_MOST_OPENED]).any()


def _names_of_some(body: bytes) -> dict[str, Any] | None:
    """Return the names without a column that some lines bear, with their Arrow types; None when they are not plain."""
    import orjson
    import pyarrow as pa

    types: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    position, stride = 0, max(1, len(body) // _LOOKED_AT)
    while position < len(body):
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end
        try:
            found = orjson.loads(body[position:end])
        except orjson.JSONDecodeError:
            return None
        if not isinstance(found, dict) or not _note_types(found, types, inner):
            return None
        # The next line that begins at least a stride further on.
        position = body.find(b"\n", max(end, position + stride))
        position = len(body) if position < 0 else position + 1
    if inner:
        types["rest"] = pa.struct(list(inner.items()))
    return types if len(types) + len(inner) <= _MOST_NAMES else None


def _note_types(found: Mapping[str, Any], types: dict[str, Any], inner: dict[str, Any]) -> bool:
    """Note the types of what has no column; return whether all of it is plain and of one kind."""
    import pyarrow as pa

    for name, value in found.items():
        if name == "rest" and isinstance(value, dict):
            if not _note_types(value, inner, {"": None}):
                return False
        elif (name not in _TAKEN or "" in inner) and value is not None:
            kind = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}.get(type(value))
            if kind is None or types.setdefault(name, kind) != kind:
                return False
    return True


def _read(body: bytes, more: Mapping[str, Any], unexpected: str) -> pa.Table | None:
    import pyarrow as pa
    import pyarrow.json as pj

    fields = [
        pa.field(field.name, pa.string() if field.name == "ts" else field.type)
        for field in arrow_schema()
        if field.name in _TAKEN and field.name not in more
    ]
    fields += [pa.field(name, kind) for name, kind in more.items()]
    parse = pj.ParseOptions(explicit_schema=pa.schema(fields), unexpected_field_behavior=unexpected)
    # One block, so that all lines tell what a name is. Threads belong to the receivers.
    read = pj.ReadOptions(use_threads=False, block_size=len(body) + 1)
    try:
        return pj.read_json(io.BytesIO(body), read_options=read, parse_options=parse)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return None


def _table(found: pa.Table | None, body: bytes, received: datetime) -> pa.Table | None:
    import pyarrow as pa

    if found is None or found.num_rows != _lines(body) or _guessed(found):
        return None
    try:
        found.validate(full=True)
        told = [name for name in found.column_names if found.column(name).null_count < found.num_rows]
        return _events(found.select(told), received)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _guessed(table: pa.Table) -> list[str]:
    import pyarrow as pa

    return [field.name for field in table.schema if pa.types.is_temporal(field.type)]


def _events(found: pa.Table, received: datetime) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for field in found.schema:
        values = found.column(field.name)
        values = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
        if field.name == "ts":
            columns["ts"] = _moments(values, received)
        elif field.name == "rest" and pa.types.is_struct(field.type):
            for place, inner in enumerate(field.type):
                _put(rest, inner.name, pc.struct_field(values, [place]))
        elif field.name not in _TAKEN:
            _put(rest, field.name, values)
        elif pa.types.is_list(field.type):
            if values.values.null_count or pc.any(pc.equal(values.values, "")).as_py():
                raise pa.ArrowInvalid("a list with nothing in it")
            columns[field.name] = _none_as_empty(values)
        else:
            columns[field.name] = pc.fill_null(values, "" if pa.types.is_string(field.type) else 0)
    rows = found.num_rows
    columns.setdefault("ts", pa.repeat(pa.scalar(received, pa.timestamp("ms", "UTC")), rows))
    columns["op"], columns["class"] = _operations(columns.get("op"), rows)
    if rest:
        columns["rest"] = _maps(rest, rows)
    schema = arrow_schema()
    return pa.table(
        {name: columns[name].cast(schema.field(name).type) for name in schema.names if name in columns}
    )


def _none_as_empty(lists: Any) -> Any:
    """Return *lists* with what is null as []: a null of the reader's holds nothing (many times faster than filling)."""
    import pyarrow as pa

    if not lists.null_count:
        return lists
    return pa.ListArray.from_arrays(lists.offsets, lists.values)


def _put(rest: dict[str, Any], name: str, values: Any) -> None:
    import pyarrow as pa

    if name in rest:
        raise pa.ArrowInvalid("a name within rest and beside it")
    rest[name] = values


def _moments(values: Any, received: datetime) -> Any:
    """Return texts of ISO 8601 that all bear a zone as moments. ``ArrowInvalid`` for others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = values.cast(pa.timestamp("ns", "UTC")).cast(pa.timestamp("ms", "UTC"), safe=False)
    early, late = (pa.scalar(year * 31_556_952_000 - 62_167_219_200_000, pa.int64()) for year in (1981, 2199))
    numbers = pc.drop_null(told).cast(pa.int64())
    if pc.any(pc.or_(pc.less(numbers, early), pc.greater(numbers, late))).as_py():
        raise pa.ArrowInvalid("a moment that is none")
    return pc.fill_null(told, pa.scalar(received, pa.timestamp("us", "UTC")).cast(told.type, safe=False))


def _operations(told: Any, rows: int) -> tuple[Any, Any]:
    """Return ``op`` and ``class``. ``ArrowInvalid`` for an operation that is not known."""
    import pyarrow as pa

    if told is None:
        return pa.repeat("log", rows), pa.repeat(pa.scalar(class_of("log"), pa.uint16()), rows)
    encoded = told.dictionary_encode()
    codes = [code or "log" for code in encoded.dictionary.to_pylist()]
    if not BY_CODE.keys() >= set(codes):
        raise pa.ArrowInvalid("an operation that is none")
    classes = pa.array([class_of(code) for code in codes], pa.uint16())
    return pa.array(codes, pa.string()).take(encoded.indices), classes.take(encoded.indices)


def _maps(rest: dict[str, Any], rows: int) -> Any:
    """Return columns as one column of maps, without what is null or ''. ``ArrowInvalid`` for nested ones."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = []
    for values in rest.values():
        if not (
            pa.types.is_string(values.type)
            or pa.types.is_integer(values.type)
            or pa.types.is_boolean(values.type)
        ):
            raise pa.ArrowInvalid("a value that is not plain")
        texts.append(pc.fill_null(values.cast(pa.string()), ""))
    width = len(texts)
    # From column after column to row after row.
    order = np.arange(width * rows).reshape(width, rows).T.ravel()
    values = pa.concat_arrays(texts).take(pa.array(order))
    kept = pc.not_equal(values, "")
    counts = np.asarray(kept.to_numpy(zero_copy_only=False)).reshape(rows, width).sum(axis=1)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    names = pa.array(list(rest), pa.string()).take(pa.array(np.tile(np.arange(width), rows)))
    return pa.MapArray.from_arrays(pa.array(offsets), names.filter(kept), values.filter(kept))
