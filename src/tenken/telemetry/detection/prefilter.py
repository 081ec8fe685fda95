"""Which rules an event may hit: one pass over all needles, then each rule's clauses over bits, one a needle and event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tenken.telemetry.detection.fields import whole_text
from tenken.telemetry.detection.literals import array, regex_escaped
from tenken.telemetry.detection.ruleset import EventRule
from tenken.telemetry.detection.sources import COLUMNS, Present

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_BITS: Final = 1 << 25


def needles_of(rules: Iterable[EventRule]) -> list[str]:
    """Return every needle of *rules*, in order."""
    return sorted({needle for rule in rules for clause in rule.compiled.needs for needle in clause})


def occurrences(table: str, where: str, needles: Sequence[str]) -> str:
    """Return the query of what occurs in each event of *table*: a row a log source, ``found``: for each of its events
    the places (from 1) in *needles*."""
    columns = ", ".join(COLUMNS)
    patterns = array(regex_escaped(one) for one in needles)
    return (
        f"SELECT {columns}, groupArray(places) AS found FROM (SELECT {columns}, "
        f"multiMatchAllIndices({whole_text()}, {patterns}) AS places FROM {table} WHERE {where}) GROUP BY {columns}"
    )


def may_hit(rules: Sequence[EventRule], needles: Sequence[str], found: pa.Table) -> set[int]:
    """Return the numbers of the rules all of whose clauses one event of their log source meets."""
    places = {needle: place for place, needle in enumerate(needles)}
    asked = {
        rule.number: [[places[one] for one in clause] for clause in rule.compiled.needs] for rule in rules
    }
    left = {rule.number: rule for rule in rules}
    for at in range(found.num_rows):
        present = Present(*(found[column][at].as_py() for column in COLUMNS))
        covered = {
            number: asked[number] for number, rule in left.items() if rule.compiled.source.covers(present)
        }
        for number in _met(covered, len(needles), found["found"][at].values):
            del left[number]
    return asked.keys() - left.keys()


def _met(asked: dict[int, list[list[int]]], needles: int, events: Any) -> Iterator[int]:
    import numpy as np

    lengths = events.value_lengths().to_numpy()
    found = events.flatten().to_numpy() - 1
    rows = np.repeat(np.arange(len(lengths)), lengths)
    size = max(1024, _MOST_BITS // max(needles, 1))
    left = dict(asked)
    for first in range(0, len(lengths), size):
        inside = slice(*np.searchsorted(rows, (first, first + size)))
        occurs = np.zeros((needles, min(size, len(lengths) - first)), bool)
        occurs[found[inside], rows[inside] - first] = True
        anywhere: np.ndarray[Any, Any] = np.any(occurs, axis=1)
        bits = np.packbits(occurs, axis=1)
        for number, clauses in list(left.items()):
            if not all(anywhere[clause].any() for clause in clauses):
                continue
            met = np.bitwise_or.reduce(bits[clauses[0]], axis=0)
            for clause in clauses[1:]:
                met &= np.bitwise_or.reduce(bits[clause], axis=0)
            if met.any():
                del left[number]
                yield number
