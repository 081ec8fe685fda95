"""条と点検項目の対応: which duty is asked by which item, and which by none, by the stable codes of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tenken.policy.models import Clause, PolicyVersion, UnaskedClause
from tenken.policy.queries.bank import ItemOnDate, items_on
from tenken.policy.queries.versions import versions_in_force
from tenken.policy.rules.sheet_roles import is_asked_of_sections


@dataclass(frozen=True)
class TraceRow:
    """A clause and the items that ask about it; ``reason`` why none does ('' when nobody said)."""

    clause: Clause
    version: PolicyVersion
    items: tuple[ItemOnDate, ...]
    reason: str

    @property
    def state(self) -> str:
        """``asked``, ``excused`` (with a reason), ``none_needed`` (a definition), ``elsewhere`` (binds no role of a
        section) or ``open`` (a duty that nobody asks about)."""
        if self.items:
            return "asked"
        if self.reason:
            return "excused"
        if self.clause.nature == Clause.Nature.DEFINITION:
            return "none_needed"
        return "open" if is_asked_of_sections(self.clause.binds) else "elsewhere"


def _general_versions(city_id: int, on: date) -> list[PolicyVersion]:
    """The versions in force of documents that no unit owns: systems' procedures repeat the template's codes."""
    return [one for one in versions_in_force(city_id, on).values() if one.document.owner_id is None]


def traceability(city_id: int, on: date) -> list[TraceRow]:
    """Return every clause in force on a date with the items that ask about it, in the order of the documents.

    Four queries. Procedures of single systems are left out: their clauses carry the template's codes.
    """
    versions = {version.pk: version for version in _general_versions(city_id, on)}
    asking = _asking(items_on(city_id, on))
    reasons = dict(UnaskedClause.objects.filter(city=city_id).values_list("clause_code", "reason"))
    clauses = Clause.objects.filter(version__in=versions).select_related("chapter")
    order = list(versions)
    rows = sorted(clauses, key=lambda one: (order.index(one.version_id), one.chapter.order, one.order))
    return [
        TraceRow(row, versions[row.version_id], tuple(asking.get(row.code, ())), reasons.get(row.code, ""))
        for row in rows
    ]


def _asking(items: Iterable[ItemOnDate]) -> dict[str, list[ItemOnDate]]:
    found: dict[str, list[ItemOnDate]] = defaultdict(list)
    for one in items:
        for code in one.revision.clause_codes:
            found[code].append(one)
    return found


def items_asking(city_id: int, clause_codes: Iterable[str], on: date) -> list[ItemOnDate]:
    """Return the items that ask about any of *clause_codes* on a date. One query."""
    wanted = set(clause_codes)
    return [one for one in items_on(city_id, on) if wanted & set(one.revision.clause_codes)]


def clauses_not_asked(city_id: int, on: date) -> list[TraceRow]:
    """Return the duties in force that no item asks about, with the reason where one was given."""
    return [row for row in traceability(city_id, on) if row.state in ("excused", "open")]


def clauses_by_code(city_id: int, codes: Iterable[str], on: date) -> dict[str, Clause]:
    """Return the clauses in force on a date that carry *codes*, with version and chapter. Two queries."""
    versions = [version.pk for version in _general_versions(city_id, on)]
    rows = Clause.objects.filter(version__in=versions, code__in=set(codes))
    return {row.code: row for row in rows.select_related("chapter", "version__document")}


def codes_in_force(city_id: int, on: date) -> frozenset[str]:
    """Return the codes of all clauses in force on a date. Two queries."""
    versions = [version.pk for version in _general_versions(city_id, on)]
    return frozenset(Clause.objects.filter(version__in=versions).values_list("code", flat=True))


def roles_asked(city_id: int, items: Iterable[ItemOnDate], on: date) -> dict[str, frozenset[str]]:
    """Return, by item code, the codes of the roles whose duties each of *items* asks about. Two queries."""
    versions = [version.pk for version in _general_versions(city_id, on)]
    binds = dict(Clause.objects.filter(version__in=versions).values_list("code", "binds"))
    return {
        one.item.code: frozenset(role for code in one.revision.clause_codes for role in binds.get(code, ()))
        for one in items
    }
