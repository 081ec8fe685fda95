"""Which groups of people may be counted where all can see it: none of few people, and none that a difference gives
away (docs/adr/0010). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

LEAST = 5  # people who answered

K = TypeVar("K")


@dataclass(frozen=True)
class Shown:
    """The groups whose counts may be shown: the whole city, bureaus, sections as (bureau, section)."""

    city: bool
    bureaus: frozenset[int | None]
    sections: frozenset[tuple[int | None, int]]


def shown_groups(answered: Mapping[tuple[int | None, int], int]) -> Shown:
    """Return what may be shown of sections as (bureau, section), given how many people of each answered.

    A group of fewer than :data:`LEAST` is not. Nor are so many of its neighbours, the smallest first, that what the
    total above leaves over when all that is shown is taken from it stands for :data:`LEAST` people at least. Below a
    bureau that is not shown nothing is.
    """
    bureaus: dict[int | None, dict[tuple[int | None, int], int]] = defaultdict(dict)
    for key, size in answered.items():
        bureaus[key[0]][key] = size
    totals = {bureau: sum(sizes.values()) for bureau, sizes in bureaus.items()}
    if sum(totals.values()) < LEAST:
        return Shown(False, frozenset(), frozenset())
    shown = _of_siblings(totals)
    sections = frozenset(key for bureau in shown for key in _of_siblings(bureaus[bureau]))
    return Shown(True, shown, sections)


def _of_siblings(sizes: Mapping[K, int]) -> frozenset[K]:
    """The groups of one total that may be shown beside it."""
    shown = [key for key in sorted(sizes, key=lambda key: (sizes[key], str(key))) if sizes[key] >= LEAST]
    left_over = sum(sizes.values()) - sum(sizes[key] for key in shown)
    while 0 < left_over < LEAST and shown:
        left_over += sizes[shown.pop(0)]
    return frozenset(shown)
