"""Values as senders write them: text of doubtful encoding, moments, days, numbers; and rows as a table of events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tenken.common.clock import JAPAN
from tenken.common.era import parse_date
from tenken.telemetry.events.operations import BY_CODE
from tenken.telemetry.events.schema import BY_NAME, arrow_schema
from tenken.telemetry.wire.inflating import TooLarge

if TYPE_CHECKING:
    import pyarrow as pa

_MOMENT: Final = re.compile(
    r"(?P<day>\d{4}-\d\d?-\d\d?|\d{4}/\d\d?/\d\d?|\d{4}\.\d\d?\.\d\d?|\d{8}|.*?日|[RHSTMrhstm]\d+[./-]\d+[./-]\d+)"
    r"\s*(?:\([^)]{1,9}\))?[T\s]*"
    r"(?P<half>午前|午後|AM|PM|am|pm)?\s*"
    r"(?:(?P<hour>\d\d?)[:時](?P<minute>\d\d)(?:[:分](?P<second>\d\d)秒?(?:[.,](?P<fraction>\d{1,9}))?|分)?"
    r"|(?P<digits>\d{6}))?\s*(?P<late>AM|PM|am|pm)?\s*"
    r"(?P<zone>Z|UTC|JST|[+-]\d\d:?\d\d)?"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NAMED: Final = re.compile(  # Sun Apr 20 10:11:12 2025 · 20 Apr 2025 · Apr 20, 2025
    r"(?:\w{3,9},?\s+)?(?:(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<day>\d\d?)|(?P<day2>\d\d?)[ -](?P<month2>[A-Za-z]{3})[a-z]*\.?),?"
    r"[ -](?:\s*[\d:]{5,8}\s+(?:[A-Z]{3,4}\s+)?)?\s*(?P<year>\d{4})\b.*"
)
_SLASHED: Final = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})\b.*")
MOST_EVENTS: Final = 250_000  # of one payload
_MOST_OPENED: Final = 4_000_000
_EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
# Columns that no sender fills in: they are made on arrival.
OWN_COLUMNS: Final = frozenset(
    {
        *("class", "received", "city", "source", "retention", "payload", "seq", "rest"),
        *(
            "off_hours",
            "device_approved",
            "host_approved",
            "app_approved",
            "unapproved_recipients",
            "clock_suspect",
        ),
    }
)
_BITS: Final = {"UInt8": 8, "UInt16": 16, "UInt32": 32, "UInt64": 64}


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of *raw* and its encoding: UTF-8, else CP932; what is neither keeps its bytes as ``\\x``."""
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace"), ""


def moment(value: object) -> datetime | None:
    """Return the moment *value* tells (UTC), None when it tells none or one outside 1980–2199.

    ISO 8601, 和暦, 年月日, slashes, 午前・午後, full-width digits; seconds, milli-, micro- or nanoseconds since 1970.
    Without a zone it is Japan's time.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _since_1970(value)
    text = str(value).strip()
    if len(text) > 64:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _written_moment(text)
    return _bounded(found) if len(text) > 8 else _written_moment(text)


def day(value: object) -> date | None:
    """Return the date *value* tells in one of the many ways of agents, None when it tells none since 1980.

    Of 「04/05/2025」 the day is taken first, as agents write it, unless only the other order is a date.
    """
    text = unicodedata.normalize("NFKC", str(value or "")).strip()[:64]
    if re.fullmatch(r"\d{9,10}", text):
        found = _since_1970(int(text))
        return found.astimezone(JAPAN).date() if found else None
    if match := _SLASHED.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        return _date(year, second, first) or _date(year, first, second)
    if match := _NAMED.fullmatch(text):
        month = _MONTHS.get((match["month"] or match["month2"]).lower(), 0)
        return _date(int(match["year"]), month, int(match["day"] or match["day2"]))
    found = moment(text)
    return found.astimezone(JAPAN).date() if found else None


def whole(value: object, bits: int = 64) -> int:
    """Return a number ≥ 0 that an unsigned column of *bits* holds; 0 for what is none. 「0x1f」 is read as hexadecimal."""
    try:
        if isinstance(value, str):
            text = unicodedata.normalize("NFKC", value).strip().replace(",", "")[:40]
            number = (
                int(text, 16) if text[:2].lower() == "0x" else int(float(text)) if "." in text else int(text)
            )
        else:
            number = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return 0
    return min(max(number, 0), 2**bits - 1)


def bounded(events: int) -> None:
    """``TooLarge`` for more events than one payload may hold: their rows take a hundred times the bytes of an empty one,
    and no batch is cut inside a payload."""
    if events > MOST_EVENTS:
        raise TooLarge(f"一度に送れるのは{MOST_EVENTS:,}件までです。分けて送ってください。")


def bounded_json(body: bytes) -> None:
    """``TooLarge`` for a document of more objects and lists than any payload has: the smallest takes twenty times its
    bytes in memory."""
    if body.count(b"{") + body.count(b"[") > _MOST_OPENED:
        raise TooLarge("データの項目が多すぎます。分けて送ってください。")


def text_of(value: object) -> str:
    """Return a JSON value as text: strings as they are, others as JSON; '' for null. ``ValueError`` for one of more levels
    than can be written."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    import orjson

    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # what JSON does not know, or of many levels
        try:
            return str(value)
        except RecursionError:
            raise ValueError("入れ子が深すぎます。") from None


def texts_of(value: object) -> list[str]:
    """Return a JSON value as a list of texts without the empty ones; text is divided at 「;」 and line ends."""
    if isinstance(value, list):
        return [text for item in value if (text := text_of(item))]
    return [text for part in re.split(r"[;\n]", text_of(value)) if (text := part.strip())]


def column_value(name: str, value: object) -> Any:
    """Return *value* as column *name* of an event holds it; '' or 0 where it does not fit. ``KeyError``: no such column."""
    type_ = BY_NAME[name].type
    if type_ in _BITS:
        return whole(value, _BITS[type_])
    if type_ == "Array(String)":
        return texts_of(value)
    if type_.startswith("Map"):
        items = value.items() if isinstance(value, Mapping) else ()
        return {str(key): text_of(part) for key, part in items if part not in (None, "")}
    if type_.startswith("DateTime"):
        return moment(value)
    return text_of(value)


def class_of(op: str) -> int:
    """Return the class of an operation; 0 for one that is not known."""
    return int(BY_CODE[op].event_class) if op in BY_CODE else 0


def events_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table | None:
    """Return *rows* as a table of the columns that any of them names, in the schema's order; None for no rows.

    ``class`` is added from ``op`` where a row has none.
    """
    if not rows:
        return None
    import pyarrow as pa

    names = {name for row in rows for name in row} | {"op", "class"}
    fields = [field for field in arrow_schema() if field.name in names]
    arrays = [_array(rows, field) for field in fields]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def joined_tables(tables: Sequence[pa.Table | None]) -> pa.Table | None:
    """Return tables of events one below the other; what only some of them have is '' or 0 in the others."""
    import pyarrow as pa

    given = [table for table in tables if table is not None and table.num_rows]
    if len(given) <= 1:
        return given[0] if given else None
    names = {name for table in given for name in table.column_names}
    fields = [field for field in arrow_schema() if field.name in names]
    return pa.concat_tables([_widened(table, fields) for table in given])


def _widened(table: pa.Table, fields: Sequence[pa.Field]) -> pa.Table:
    import pyarrow as pa

    empty: dict[str, object] = {"string": "", "list<item: string>": [], "map<string, string>": []}
    arrays = [
        table.column(field.name)
        if field.name in table.column_names
        else pa.repeat(pa.scalar(empty.get(str(field.type), 0), field.type), table.num_rows)
        for field in fields
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _array(rows: Sequence[Mapping[str, Any]], field: pa.Field) -> pa.Array:
    import pyarrow as pa

    name = field.name
    values: list[Any]
    if name == "op":
        values = [row.get(name) or "log" for row in rows]
    elif name == "class":
        values = [row.get(name) or class_of(row.get("op", "")) for row in rows]
    elif pa.types.is_map(field.type):
        values = [list(row.get(name, {}).items()) for row in rows]
    elif pa.types.is_list(field.type):
        values = [row.get(name, ()) for row in rows]
    else:
        missing: object = "" if pa.types.is_string(field.type) else 0
        values = [row.get(name, missing) for row in rows]
    return pa.array(values, field.type)


def plain_rest(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return what has no column as ``rest`` takes it: texts, without the empty ones."""
    return {name: text for name, value in pairs if (text := text_of(value))}


def _since_1970(number: float) -> datetime | None:
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        if number / unit < _LATEST.timestamp():
            break
    try:
        return _bounded(datetime.fromtimestamp(0, UTC) + timedelta(seconds=number / unit))
    except (OverflowError, ValueError):
        return None


def _written_moment(text: str) -> datetime | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{9,10}(\.\d+)?|\d{13}|\d{16}|\d{19}", plain):
        return _since_1970(float(plain))
    match = _MOMENT.fullmatch(plain)
    if match is None:
        return None
    written = match["day"]
    if written.isdigit():
        written = f"{written[:4]}-{written[4:6]}-{written[6:]}"
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if digits := match["digits"]:
        hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    half = (match["half"] or match["late"] or "").lower()
    if half in ("午後", "pm") and hour < 12:
        hour += 12
    elif half in ("午前", "am") and hour == 12:
        hour = 0
    micro = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    zone = {"": "+09:00", "JST": "+09:00", "Z": "+00:00", "UTC": "+00:00"}
    offset = zone.get(match["zone"] or "", match["zone"] or "")
    try:
        on = parse_date(written)
        tz = datetime.strptime(offset.replace(":", ""), "%z").tzinfo
        return _bounded(datetime(on.year, on.month, on.day, hour, minute, second, micro, tz))
    except ValueError:
        return None


def _bounded(found: datetime) -> datetime | None:
    aware = found if found.tzinfo else found.replace(tzinfo=JAPAN)
    try:
        return aware.astimezone(UTC) if _EARLIEST <= aware < _LATEST else None
    except OverflowError:
        return None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number) if year >= _EARLIEST.year else None
    except ValueError:
        return None
