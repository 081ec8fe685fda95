"""Rows that are sealed: once written under a hash, they may not change.

A room registers each such table with the function that computes a row's hash anew; ``tenken journal verify``
checks them all besides the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models


class SealedRowError(TypeError):
    """Someone tried to change a sealed row past its operation."""


@dataclass(frozen=True)
class SealedTable:
    """``rows`` yields what must be checked; ``expected`` and ``stored`` give the hash computed and kept.

    ``written_by``: the operation that writes the rows, when its entry's subject is the row's key. Then a row that
    was deleted, or slipped in without its operation, shows too.
    """

    code: str
    label: str
    rows: Callable[[str], Iterator[models.Model]]
    expected: Callable[[Any], str]
    stored: Callable[[Any], str]
    written_by: str = ""


_tables: dict[str, SealedTable] = {}


def register(table: SealedTable) -> None:
    """Register *table*; the same code twice is a ``ValueError``."""
    if table.code in _tables:
        raise ValueError(f"sealed table {table.code} is registered twice")
    _tables[table.code] = table


def sealed_tables() -> tuple[SealedTable, ...]:
    """Return every registered table, by code."""
    return tuple(_tables[code] for code in sorted(_tables))


def refuse_change_of_sealed(row: models.Model, is_sealed: bool) -> None:
    """Call from ``save``/``delete`` of a model whose rows become sealed."""
    if is_sealed and not row._state.adding:
        raise SealedRowError(
            f"{type(row).__name__} {row.pk} is sealed; write a new version through its operation"
        )
