"""Where the field of a rule stands in our tables, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from tenken.telemetry.detection.literals import literal
from tenken.telemetry.events.schema import BY_NAME, COLUMNS, Column
from tenken.telemetry.wire.windows_fields import PROXY_FIELDS, WINDOWS_FIELDS

# Names of OCSF, for rules written in its vocabulary.
OCSF_FIELDS: Final = MappingProxyType(
    {
        "time": "ts",
        "class_uid": "class",
        "actor.user.name": "user",
        "user.name": "user",
        "device.hostname": "computer",
        "device.ip": "address",
        "src_endpoint.ip": "address",
        "app_name": "app",
        "process.file.path": "process",
        "process.cmd_line": "command_line",
        "process.pid": "pid",
        "process.parent_process.file.path": "parent_process",
        "file.path": "path",
        "file.size": "size",
        "file.hashes.value": "hash",
        "file_result.path": "destination",
        "email.from": "mail_from",
        "email.to": "mail_to",
        "email.subject": "subject",
        "email.files.name": "attachments",
        "http_request.url.url_string": "url",
        "http_request.url.hostname": "host",
        "dst_endpoint.hostname": "host",
        "http_request.http_method": "method",
        "traffic.bytes_out": "bytes_out",
        "traffic.bytes_in": "bytes_in",
    }
)

_PROXIES: Final = frozenset({"proxy", "webserver"})


class Kind(Enum):
    TEXT = "text"
    LIST = "list"
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True)
class Field:
    """``raw``, ``folded``: ClickHouse expressions of the value as it came and case-folded (for a list, arrays).
    ``searched``: its text is part of ``haystack()``, so that a needle of the rule must be found there."""

    kind: Kind
    raw: str
    folded: str
    searched: bool = False

    @property
    def missing(self) -> str:
        """The condition that the event has no such field: nothing in our tables is NULL."""
        if self.kind is Kind.LIST:
            return f"empty({self.raw})"
        if self.kind is Kind.TIME:
            return "0"
        return f"({self.raw} = {0 if self.kind is Kind.NUMBER else literal('')})"

    @property
    def shown(self) -> str:
        """The expression of the value as text, for the fields of a hit."""
        if self.kind is Kind.LIST:
            return f"arrayStringConcat({self.raw}, ', ')"
        return self.raw if self.kind is Kind.TEXT else f"toString({self.raw})"


def field_of(name: str, category: str = "") -> Field:
    """Return where the field that a rule calls *name* stands: a column by its own, Windows', OCSF's name (or those of
    proxies where the rule's *category* is of them), else ``rest``."""
    if category in _PROXIES and name in PROXY_FIELDS:
        return _column(BY_NAME[PROXY_FIELDS[name]])
    known = WINDOWS_FIELDS.get(name) or OCSF_FIELDS.get(name) or name
    if known in BY_NAME and known not in ("rest", "city", "payload", "seq"):
        return _column(BY_NAME[known])
    raw = f"rest[{literal(name)}]"
    return Field(Kind.TEXT, raw, f"caseFoldUTF8({raw})", searched=True)


def _column(column: Column) -> Field:
    name = f"`{column.name}`"
    if column.type.startswith("DateTime64"):
        return Field(Kind.TIME, name, f"toString({name})")
    if column.type.startswith("UInt"):
        return Field(Kind.NUMBER, name, f"toString({name})")
    kind = Kind.LIST if column.type == "Array(String)" else Kind.TEXT
    return Field(kind, name, _folded(column), searched=column.folded or column.searched)


# Columns that ``everything`` adds to the rows rules are evaluated on: all text of an event, as one folded text with a
# line a value, and as arrays of the values.
WHOLE_TEXT: Final = "whole_text"
_VALUES: Final = "whole_values"
_TEXTS: Final = tuple(column for column in COLUMNS if column.folded or column.searched)

ANY_FIELD: Final = Field(Kind.LIST, _VALUES, f"{_VALUES}_folded", searched=True)


def whole_text() -> str:
    """Return the expression of ``whole_text``, in which the needles of ``searched`` fields occur."""
    parts = [
        f"arrayStringConcat({_folded(one)}, '\\n')" if one.type == "Array(String)" else _folded(one)
        for one in _TEXTS
    ]
    rest = "caseFoldUTF8(arrayStringConcat(mapValues(rest), '\\n'))"
    return f"concatWithSeparator('\\n', {', '.join([*parts, rest])})"


def everything(table: str) -> str:
    """Return *table* as a subquery with the columns that rules of keywords ask besides."""
    columns = [f"`{one.name}`" for one in COLUMNS] + [_folded(one) for one in COLUMNS if one.folded]
    texts = ", ".join(f"`{one.name}`" for one in _TEXTS if one.type != "Array(String)")
    lists = ", ".join(f"`{one.name}`" for one in _TEXTS if one.type == "Array(String)")
    values = f"arrayConcat([{texts}], {lists}, mapValues(rest))"
    columns += [
        f"{whole_text()} AS {WHOLE_TEXT}",
        f"{values} AS {_VALUES}",
        f"arrayMap(x -> caseFoldUTF8(x), {_VALUES}) AS {_VALUES}_folded",
    ]
    return f"(SELECT {', '.join(columns)} FROM {table})"


def _folded(column: Column) -> str:
    return f"`{column.name}_folded`" if column.folded else f"caseFoldUTF8(`{column.name}`)"
