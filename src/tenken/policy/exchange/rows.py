"""What crosses the border: items and clauses as plain rows, whatever file they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.policy.models import Chapter, Clause, PolicyVersion
from tenken.policy.queries.bank import ItemOnDate, items_on
from tenken.policy.queries.versions import clauses_by_chapter


@dataclass(frozen=True)
class BankRow:
    """One item of the bank. ``aspect``: operational or technical, '' where the file does not say. ``place`` says where it stood in the file, for whoever must put it right."""

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
    clause_codes: tuple[str, ...]
    standing: bool
    answer_valid_months: int = 0
    aspect: str = ""
    place: str = ""


@dataclass(frozen=True)
class ClauseRow:
    """One clause of a policy, with the chapter it stands in."""

    chapter_number: str
    chapter_title: str
    code: str
    number: str
    heading: str
    text: str
    binds: tuple[str, ...]
    nature: str
    refines: tuple[str, ...] = ()
    place: str = ""


def bank_rows(city_id: int, on: date) -> list[BankRow]:
    """Return a city's items as they are asked on a date, retired ones left out, in the bank's order."""
    return [bank_row(one) for one in items_on(city_id, on)]


def bank_row(one: ItemOnDate) -> BankRow:
    """Return an item as it is asked on a date."""
    revision = one.revision
    return BankRow(
        code=one.item.code,
        part=one.category.part,
        category=one.category.code,
        category_name=one.category.name,
        question=revision.question,
        purpose=revision.purpose,
        how_to_check=revision.how_to_check,
        good=revision.good,
        examples=tuple(revision.examples),
        evidence=revision.evidence,
        facts=tuple(revision.facts),
        clause_codes=tuple(revision.clause_codes),
        standing=one.item.standing,
        answer_valid_months=one.item.answer_valid_months,
        aspect=one.item.aspect,
    )


def clause_rows(version: PolicyVersion) -> list[ClauseRow]:
    """Return the clauses of a version in its order."""
    return [
        _clause_row(view.chapter, clause) for view in clauses_by_chapter(version) for clause in view.clauses
    ]


def _clause_row(chapter: Chapter, clause: Clause) -> ClauseRow:
    return ClauseRow(
        chapter_number=chapter.number,
        chapter_title=chapter.title,
        code=clause.code,
        number=clause.number,
        heading=clause.heading,
        text=clause.text,
        binds=tuple(clause.binds),
        nature=clause.nature,
        refines=tuple(clause.refines),
    )
