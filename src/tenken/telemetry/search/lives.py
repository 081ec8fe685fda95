"""One file's life across terminals: what it was called where and when, and what was done with it under each name.

From one name at one moment the events lead backward (what it was renamed, moved or copied from) and forward (what it
became, and its copies). A name counts only for the time the file bore it: the same path may be another file before and
after. Where an event names no folder (an attachment, a printed document) the file name alone joins it: such steps say so.
Bounded in names, rounds and events; ``cut`` says that a bound was reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tenken.telemetry.search.language import fold
from tenken.telemetry.search.stories import file_name

MOST_NAMES: Final = 30
MOST_EVENTS: Final = 2_000
MOST_NAMESAKES: Final = 50
_ROUNDS: Final = 8
_PASSED_ON: Final = {"file_rename": "名前の変更", "file_move": "移動", "file_copy": "コピー"}
_ENDING: Final = ("file_rename", "file_move", "file_delete")

Row = dict[str, Any]
Find = Callable[[Sequence[str]], list[Row]]
"""Folded file names → the events in which one of them occurs, oldest first, at most ``MOST_EVENTS``."""


@dataclass(frozen=True)
class Name:
    """A path the file bore, from ``born`` to ``died`` (None: the events do not say). ``how`` it came by it."""

    path: str
    how: str
    born: datetime | None
    died: datetime | None


@dataclass(frozen=True)
class Step:
    """An event of the file's life. ``sure``: joined by its whole path, not by the file name alone."""

    row: Row
    sure: bool


@dataclass
class Life:
    names: list[Name] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    namesakes: list[Row] = field(default_factory=list)
    cut: bool = False


@dataclass(frozen=True)
class _Lead:
    """A path to follow: the file bore it at ``at``; ``fresh``: it got it then."""

    path: str
    at: datetime
    how: str
    fresh: bool


def path_key(path: str) -> str:
    """Return what paths are compared by: case, width and the kind of separator do not count."""
    return fold(path).replace("\\", "/").rstrip("/")


def follow(path: str, at: datetime, find: Find) -> Life:
    """Return the life of the file that bore *path* at *at*."""
    life = Life()
    seen: dict[int, Row] = {}
    known: set[tuple[str, datetime | None]] = set()
    leads = [_Lead(path, at, "はじめに見たもの", fresh=False)]
    for _ in range(_ROUNDS):
        if not leads:
            break
        names = list(dict.fromkeys(fold(file_name(lead.path)) for lead in leads))
        rows = find(names)
        life.cut |= len(rows) >= MOST_EVENTS
        seen |= {_identity(row): row for row in rows}
        leads = [new for lead in leads for new in _name(life, known, lead, rows)]
    life.cut |= bool(leads)
    _tell(life, list(seen.values()))
    return life


def _identity(row: Row) -> int:
    return hash((row["ts"], row["payload"], row["seq"]))


def _name(life: Life, known: set[tuple[str, datetime | None]], lead: _Lead, rows: list[Row]) -> list[_Lead]:
    """Add the name *lead* is about, and return what leads on from it."""
    key = path_key(lead.path)
    births = [row for row in rows if _gives(row, key) and row["ts"] <= lead.at]
    birth = births[-1] if births else None
    ends = [
        row["ts"]
        for row in rows
        if row["op"] in _ENDING
        and path_key(row["path"]) == key
        and (row["ts"] > lead.at if lead.fresh else row["ts"] >= lead.at)
    ]
    born, died = (birth["ts"] if birth else None), (min(ends) if ends else None)
    if (key, born) in known:
        return []
    if len(life.names) >= MOST_NAMES:
        life.cut = True
        return []
    known.add((key, born))
    life.names.append(Name(lead.path, lead.how, born, died))
    leads = []
    if birth is not None and birth["op"] in _PASSED_ON:
        leads.append(_Lead(birth["path"], birth["ts"], f"{_PASSED_ON[birth['op']]}の元", fresh=False))
    leads += [
        _Lead(row["destination"], row["ts"], _PASSED_ON[row["op"]], fresh=True)
        for row in rows
        if row["op"] in _PASSED_ON
        and row["destination"]
        and path_key(row["path"]) == key
        and _within(row["ts"], born, died)
    ]
    return leads


def _gives(row: Row, key: str) -> bool:
    """Whether *row* is how a file came to bear the path."""
    if row["op"] in _PASSED_ON:
        return path_key(row["destination"]) == key
    return row["op"] == "file_create" and path_key(row["path"]) == key


def _within(moment: datetime, born: datetime | None, died: datetime | None) -> bool:
    return (born is None or moment >= born) and (died is None or moment <= died)


def _tell(life: Life, rows: list[Row]) -> None:
    """Sort *rows* into steps of the life and mere namesakes."""
    rows.sort(key=lambda row: (row["ts"], row["payload"], row["seq"]))
    names = [(path_key(name.path), fold(file_name(name.path)), name) for name in life.names]
    for row in rows:
        paths = {path_key(row["path"]), path_key(row["destination"])} - {""}
        held = {fold(file_name(text)) for text in (*row["attachments"], row["document"]) if text}
        if not paths:
            held |= {fold(file_name(row["url"].partition("?")[0]))} if row["url"] else set()
        if any(key in paths and _within(row["ts"], name.born, name.died) for key, _, name in names):
            life.steps.append(Step(row, sure=True))
        elif any(base in held and (name.born is None or row["ts"] >= name.born) for _, base, name in names):
            life.steps.append(Step(row, sure=False))
        elif any(base in {fold(file_name(path)) for path in paths} for _, base, _ in names):
            life.cut |= len(life.namesakes) >= MOST_NAMESAKES
            life.namesakes = [*life.namesakes, row][:MOST_NAMESAKES]
    life.names.sort(key=lambda name: (name.born is not None, name.born, name.died is None, name.died))
