"""The main information assets of sheets, read for many at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from tenken.assets.models import Storage
from tenken.inspection.models import SheetAsset
from tenken.journal.canonical import canonical_json


@dataclass(frozen=True)
class MainAsset:
    """One row of the table."""

    name: str
    classification: str
    amount: int | None
    forms: tuple[str, ...]
    location: str


def main_assets(sheets: Iterable[int]) -> dict[int, tuple[MainAsset, ...]]:
    """Return the main assets of many sheets, in one query."""
    found: dict[int, list[MainAsset]] = defaultdict(list)
    rows = SheetAsset.objects.filter(sheet__in=list(sheets)).order_by("order")
    for sheet, name, classification, amount, forms, location in rows.values_list(
        "sheet_id", "name", "classification", "amount", "forms", "location"
    ):
        found[sheet].append(MainAsset(name, classification, amount, _ordered(forms), location))
    return {sheet: tuple(assets) for sheet, assets in found.items()}


def assets_digest(assets: Iterable[MainAsset]) -> str:
    """Return the digest by which an untouched table is told from a changed one."""
    return hashlib.sha256(canonical_json([astuple(one) for one in assets]).encode()).hexdigest()[:12]


def _ordered(forms: Iterable[str]) -> tuple[str, ...]:
    given = set(forms)
    return tuple(code for code in Storage.values if code in given)
