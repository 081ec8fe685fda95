"""Which hits make one alert, and which are left out. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SEEN: Final = 20
MOST_PERSONS: Final = 200
# So many new alerts of a rule in an hour; what would be more is folded into one for each section.
MOST_AN_HOUR: Final = 60
# Where a rule does not say: what one account did on one terminal.
DEFAULT_GROUP: Final = ("device", "user")
EXCLUDABLE: Final = {
    "section": "所属コード",
    "person": "職員番号",
    "user": "アカウント",
    "device": "端末機番号",
    "computer": "コンピューター名",
}
_SIGN: Final = 1 << 63
_RANGE: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of the table ``hits``. ``payload`` is signed, as the database keeps it."""

    rule: int
    payload: int
    seq: int
    ts: datetime
    received: datetime
    section: str
    person: str
    user: str
    device: str
    computer: str
    fields: Mapping[str, str]

    @property
    def key(self) -> tuple[int, int, int]:
        return self.rule, self.payload, self.seq

    def value(self, name: str) -> str:
        """Return what the hit has under *name*: as the rule said it, or a column of its own."""
        if name in self.fields:
            return self.fields[name]
        return str(getattr(self, name)) if name in EXCLUDABLE else ""


def signed(payload: int) -> int:
    """Return the store's UInt64 as the database keeps it."""
    return payload - _RANGE if payload >= _SIGN else payload


def unsigned(payload: int) -> int:
    """Return the database's number as the store has it."""
    return payload + _RANGE if payload < 0 else payload


def hits_of(table: pa.Table) -> list[Hit]:
    """Return the rows of a table of hits, each event and rule once, the earliest first."""
    found: dict[tuple[int, int, int], Hit] = {}
    names = [one.name for one in fields(Hit)]
    for row in zip(*(table.column(name).to_pylist() for name in names), strict=True):
        rule, payload, seq, ts, received, *texts, more = row
        key = (rule, signed(payload), seq)
        if key not in found:
            plain = {name: _plain(value) for name, value in more or ()}
            section, person, user, device, computer = map(_plain, texts)
            found[key] = Hit(*key, ts, received, section, person, user, device, computer, plain)
    return sorted(found.values(), key=lambda hit: (hit.ts, hit.payload, hit.seq))


def _plain(text: str) -> str:
    """Return *text* without NUL: the database does not take it, and one such hit would hold up all that follow."""
    return text.replace("\0", "")


def group_of(hit: Hit, group_by: Sequence[str]) -> dict[str, str]:
    """Return the values by which *hit* is told from others of its rule; the computer stands in for a terminal that has
    no number yet."""
    group = {name: hit.value(name) for name in group_by or DEFAULT_GROUP}
    if group.get("device") == "" and hit.computer:
        group["computer"] = hit.computer
    return group


def key_of(rule: int, group: Mapping[str, str]) -> str:
    """Return the key of a group: 32 hexadecimal digits, the same whatever the case of its values."""
    folded = sorted((name, value.casefold()) for name, value in group.items())
    text = json.dumps([rule, folded], ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def excluded_by(hit: Hit, exclusions: Iterable[tuple[int, Mapping[str, str]]]) -> int | None:
    """Return the key of the first of *exclusions* (key, conditions) that *hit* meets whole, None for none."""
    for key, conditions in exclusions:
        if conditions and all(
            hit.value(name).casefold() == value.casefold() for name, value in conditions.items()
        ):
            return key
    return None


@dataclass
class Span:
    """An alert as far as grouping goes: from when to when its events are, and what was seen in them. ``folded``: of how many
    alerts it is the summary."""

    first: datetime
    last: datetime
    received: datetime
    alert: Any = None
    hits: list[Hit] = field(default_factory=list)
    folded: int = 0

    def takes(self, hit: Hit, throttle: timedelta) -> bool:
        """Tell whether *hit* belongs here: no further from what is here than the rule's throttle, before or after."""
        if not throttle:
            return False
        return self.first - throttle <= hit.ts <= self.last + throttle

    def add(self, hit: Hit) -> None:
        self.hits.append(hit)
        self.first, self.last = min(self.first, hit.ts), max(self.last, hit.ts)
        self.received = max(self.received, hit.received)


def spread(hits: Iterable[Hit], standing: Sequence[Span], throttle: timedelta) -> list[Span]:
    """Put the *hits* of one group (earliest first) into the *standing* spans or new ones; return those that got some."""
    spans = list(standing)
    for hit in hits:
        span = next((one for one in reversed(spans) if one.takes(hit, throttle)), None)
        if span is None:
            span = Span(hit.ts, hit.ts, hit.received)
            spans.append(span)
        span.add(hit)
    return [span for span in spans if span.hits]


def seen_in(hits: Iterable[Hit], before: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the different terminals, accounts and persons (by number) of *before* and *hits*, the first of each."""
    devices = dict.fromkeys(before.get("devices", ()))
    users = dict.fromkeys(before.get("users", ()))
    persons = dict.fromkeys(before.get("persons", ()))
    for hit in hits:
        for kept, value, most in (
            (devices, hit.device or hit.computer, MOST_SEEN),
            (users, hit.user or hit.person, MOST_SEEN),
            (persons, hit.person, MOST_PERSONS),
        ):
            if value and len(kept) < most:
                kept[value] = None
    others = {name: list(values) for name, values in before.items()}
    return others | {"devices": list(devices), "users": list(users), "persons": list(persons)}


def summary_key(rule: int, section: str) -> str:
    """Return the key of the alert that a rule's further alerts of a section are folded into."""
    return key_of(rule, {"*": section})  # no field is called so


def fold(
    spans: Sequence[Span], raised: Mapping[int, int], standing: Mapping[str, Span], most: int = MOST_AN_HOUR
) -> list[Span]:
    """Return *spans* with those that would be new alerts beyond *most* of their rule folded into summaries, one for each
    section: *standing* ones, by ``summary_key``, or new. *raised*: how many each rule raised in the last hour."""
    left: dict[int, int] = {}
    kept: list[Span] = []
    summaries: dict[str, Span] = {}
    for span in spans:
        first = span.hits[0]
        free = left.setdefault(first.rule, most - raised.get(first.rule, 0))
        if span.alert is not None or free > 0:
            left[first.rule] -= span.alert is None
            kept.append(span)
            continue
        key = summary_key(first.rule, first.section)
        summary = summaries.get(key) or standing.get(key) or Span(span.first, span.last, span.received)
        summaries[key] = summary
        summary.folded += 1
        for hit in span.hits:
            summary.add(hit)
    return [*kept, *summaries.values()]
