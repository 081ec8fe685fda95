"""Frozen figures ⇄ plain JSON values: what an issued edition keeps, and what it is printed from again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

F = TypeVar("F")


def to_plain(figures: Any) -> dict[str, Any]:
    """Return *figures* (a dataclass of dataclasses, tuples and single values) as JSON values, dates as ISO text."""
    plain: dict[str, Any] = json.loads(
        json.dumps(asdict(figures), default=date.isoformat, ensure_ascii=False)
    )
    return plain


def from_plain(kind: type[F], plain: Mapping[str, Any]) -> F:
    """Return the *kind* that ``to_plain`` made *plain* of. Fields it lacks take their defaults, so that what was issued
    before a field came still reads; ``TypeError`` when one without a default is missing or one is unknown."""
    hints = _hints(cast(Any, kind))
    return kind(
        **{name: _value(hints[name], value) if name in hints else value for name, value in plain.items()}
    )


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {one.name: known[one.name] for one in fields(kind)}


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, UnionType):
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], one) for one in value)
    if hint is date:
        return date.fromisoformat(value)
    if is_dataclass(hint):
        return from_plain(cast(type, hint), value)
    return value
