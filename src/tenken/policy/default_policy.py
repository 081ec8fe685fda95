"""The policy, the procedures and the question bank a new city starts with, as read from ``defaults/*.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "defaults"


@dataclass(frozen=True)
class DefaultClause:
    code: str
    number: str
    heading: str
    text: str
    binds: tuple[str, ...]
    nature: str
    source: dict[str, Any] = field(default_factory=dict)
    refines: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefaultChapter:
    number: str
    title: str
    clauses: tuple[DefaultClause, ...]


@dataclass(frozen=True)
class DefaultDocument:
    code: str
    kind: str
    title: str
    version: str
    reason: str
    chapters: tuple[DefaultChapter, ...]


@dataclass(frozen=True)
class DefaultItem:
    code: str
    part: str
    category: str
    category_name: str
    question: str
    purpose: str
    how_to_check: str
    good: str
    examples: tuple[str, ...]
    evidence: str
    facts: tuple[str, ...]
    clauses: tuple[str, ...]
    standing: bool
    aspect: str = "operational"


@dataclass(frozen=True)
class DefaultPolicy:
    """Documents, items, and the duties no item asks about (clause code → reason)."""

    documents: tuple[DefaultDocument, ...]
    items: tuple[DefaultItem, ...]
    not_asked: dict[str, str]


def read_default_policy() -> DefaultPolicy:
    """Read the three files anew."""
    bank = _load("bank.yaml")
    return DefaultPolicy(
        documents=tuple(_document(raw) for raw in [_load("standard.yaml"), *_load("procedures.yaml")]),
        items=tuple(_item(raw) for raw in bank["items"]),
        not_asked={entry["clause"]: entry["reason"] for entry in bank["not_asked"]},
    )


def _load(name: str) -> Any:
    return yaml.load((_FOLDER / name).read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both are safe loaders


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _document(raw: dict[str, Any]) -> DefaultDocument:
    return DefaultDocument(
        code=raw["document"]["code"],
        kind=raw["document"]["kind"],
        title=raw["document"]["title"],
        version=raw["version"]["number"],
        reason=raw["version"]["reason"],
        chapters=tuple(_chapter(chapter) for chapter in raw["chapters"]),
    )


def _chapter(raw: dict[str, Any]) -> DefaultChapter:
    return DefaultChapter(raw["number"], raw["title"], tuple(_clause(clause) for clause in raw["clauses"]))


def _clause(raw: dict[str, Any]) -> DefaultClause:
    return DefaultClause(
        code=raw["code"],
        number=raw["number"],
        heading=raw["heading"],
        text=raw["text"],
        binds=tuple(raw["binds"]),
        nature=raw["nature"],
        source=raw.get("source", {}),
        refines=tuple(raw.get("refines", ())),
    )


def _item(raw: dict[str, Any]) -> DefaultItem:
    return DefaultItem(
        code=raw["code"],
        part=raw["part"],
        category=raw["category"]["code"],
        category_name=raw["category"]["name"],
        question=raw["question"],
        purpose=raw["purpose"],
        how_to_check=raw["how_to_check"],
        good=raw["good"],
        examples=tuple(raw["examples"]),
        evidence=raw["evidence"],
        facts=tuple(raw["facts"]),
        clauses=tuple(raw["clauses"]),
        standing=raw["standing"],
        aspect=raw.get("aspect", "operational"),
    )
