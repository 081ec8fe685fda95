"""The demo's data as read from ``data/``, and the choice that is always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tenken.demo.days import in_year

FOLDER = Path(__file__).resolve().parent / "data"
T = TypeVar("T")


@cache
def read(name: str) -> Any:
    """Return ``data/<name>.yaml`` as read. Shared: never change what it returns."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def digest(*parts: object) -> int:
    """Return a number that depends on *parts* only: the demo's dice, the same on every machine."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


def pick(choices: Sequence[T], *parts: object) -> T:
    """Return one of *choices*, the same for the same *parts*."""
    return choices[digest(*parts) % len(choices)]


@cache
def figures() -> dict[str, Any]:
    """Return the value of every figure by its key."""
    return {figure["key"]: figure["value"] for figure in read("figures")["figures"]}


@dataclass(frozen=True)
class CategoryPlan:
    """What one 調査項目 comes to in a past year: sections with an issue, not improved, also in the year before."""

    code: str
    issues: int
    not_improved: int
    relapsed: int
    items: Mapping[str, int]


def categories(year: int) -> list[CategoryPlan]:
    """Return the plan of every 調査項目 for a past year."""
    return [
        CategoryPlan(code, row["issues"], row["not_improved"], row.get("relapsed", 0), row["items"])
        for code, row in _of_year(year)["categories"].items()
    ]


def totals(year: int) -> tuple[int, int]:
    """Return how many sections had an issue in a past year, and how many were left 未改善."""
    found = _of_year(year)
    return found["sections_with_issues"], found["sections_not_improved"]


def stage_days(year: int) -> dict[str, tuple[date, date]]:
    """Return first and last day of the four stages of a past year, by kind."""
    days: dict[str, tuple[date, date]] = {
        kind: (first, last) for kind, (first, last) in _of_year(year)["stage_days"].items()
    }
    return days


@cache
def _of_year(year: int) -> dict[str, Any]:
    """A past year: FY2013 and FY2014 as ``figures.yaml`` has them, the others as ``years.yaml`` does."""
    if year in (2013, 2014):
        prefix = f"fy{year}."
        return {key.removeprefix(prefix): value for key, value in figures().items() if key.startswith(prefix)}
    found = read("years")["2015" if year == 2015 else "recent"]
    days = {kind: [in_year(year, day) for day in span] for kind, span in found["stage_days"].items()}
    return {**found, "stage_days": days}


@cache
def cases() -> dict[str, list[dict[str, str]]]:
    """Return what sections write about an issue, by item: issue, plan and action belong together."""
    return {**read("texts_management"), **read("texts_risk")["cases"]}


def case_of(unit_code: str, item_code: str, year: int) -> dict[str, str]:
    """Return the words of one issue, with its small number filled in."""
    case = pick(cases()[item_code], "case", unit_code, item_code, year)
    return {name: _with_number(text, unit_code, item_code, year) for name, text in case.items()}


def quick_action(unit_code: str, item_code: str, year: int) -> str:
    """Return what was done on the spot, in the first days of a year."""
    text = pick(read("texts_risk")["quick_actions"], "quick", unit_code, item_code)
    return _with_number(text, unit_code, item_code, year)


def _with_number(text: str, *parts: object) -> str:
    return text.replace("{n}", str(2 + digest("number", *parts) % 5))


def not_improved_reason(category: str, unit_code: str, year: int, item: str) -> tuple[str, str]:
    """Return why something is left 未改善 (``tenken.findings.states.REASONS``) and the section's words."""
    reasons = read("texts_risk")["not_improved"]
    choices = reasons.get(item) or reasons.get(category) or reasons["other_categories"]
    code, note = pick(choices, "left", unit_code, category, year)
    return code, note
