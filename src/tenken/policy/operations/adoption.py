"""A new city takes over the default policy and question bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tenken.approvals.operations import ensure_route
from tenken.common.refusals import Denied, Stale
from tenken.journal.operations import record
from tenken.organization.access import Principal, require
from tenken.organization.models import City
from tenken.policy import sealing
from tenken.policy.default_policy import DefaultDocument, DefaultItem, read_default_policy
from tenken.policy.models import (
    Chapter,
    CheckCategory,
    CheckItem,
    CheckItemRevision,
    Clause,
    PolicyDocument,
    PolicyVersion,
    UnaskedClause,
)
from tenken.policy.operations.guards import PROCEDURE_ROUTE, note, seal_version
from tenken.policy.permissions import CHANGE_BANK, CHANGE_POLICY


@dataclass(frozen=True)
class Adopted:
    """How much was taken over."""

    documents: int
    clauses: int
    items: int


@transaction.atomic
def adopt_default_policy(*, by: Principal, city: City, on: date) -> Adopted:
    """Take over the default standard, procedures and question bank for *city*, in force from *on*.

    Also makes the approval route of procedures when the city has none. ``Stale`` when the city has a policy or items
    already: nothing is overwritten.
    """
    require(by, CHANGE_POLICY)
    require(by, CHANGE_BANK)
    if city.pk != by.city_id:
        raise Denied("ほかの市の規程は扱えません。")
    City.objects.select_for_update().get(pk=city.pk)
    if PolicyDocument.objects.filter(city=city).exists() or CheckCategory.objects.filter(city=city).exists():
        raise Stale(
            "この市にはすでに規程または点検項目があります。既定の規程は、何もないときだけ取り込めます。"
        )
    default = read_default_policy()
    hashes: dict[str, str] = {}
    clauses = 0
    for document in default.documents:
        version, count = _adopt_document(by, city, document, on)
        note(by, version, "version.publish", {"effective_from": on, "sha256": version.sha256}, on)
        hashes[document.code] = version.sha256
        clauses += count
    _adopt_bank(city, default.items, on)
    UnaskedClause.objects.bulk_create(
        UnaskedClause(city=city, clause_code=code, reason=reason)
        for code, reason in default.not_asked.items()
    )
    ensure_route(by=by, city=city, **PROCEDURE_ROUTE)
    adopted = Adopted(len(default.documents), clauses, len(default.items))
    record(
        by=by,
        city_code=city.code,
        operation="policy.adopt_default",
        subject=("organization.city", city.pk),
        changes={
            "versions": hashes,
            "clauses": adopted.clauses,
            "items": adopted.items,
            "effective_from": on,
        },
        business_date=on,
    )
    return adopted


def _adopt_document(
    by: Principal, city: City, default: DefaultDocument, on: date
) -> tuple[PolicyVersion, int]:
    document = PolicyDocument.objects.create(
        city=city, code=default.code, kind=default.kind, title=default.title
    )
    version = PolicyVersion.objects.create(
        document=document, number=default.version, effective_from=on, reason=default.reason
    )
    chapters = Chapter.objects.bulk_create(
        Chapter(version=version, order=order, number=chapter.number, title=chapter.title)
        for order, chapter in enumerate(default.chapters, start=1)
    )
    clauses = Clause.objects.bulk_create(
        Clause(
            version=version,
            chapter=row,
            order=order,
            code=clause.code,
            number=clause.number,
            heading=clause.heading,
            text=clause.text,
            binds=list(clause.binds),
            nature=clause.nature,
            source=clause.source,
            refines=list(clause.refines),
        )
        for row, chapter in zip(chapters, default.chapters, strict=True)
        for order, clause in enumerate(chapter.clauses, start=1)
    )
    return seal_version(version, by), len(clauses)


def _adopt_bank(city: City, defaults: tuple[DefaultItem, ...], on: date) -> None:
    names = {item.category: (item.category_name, item.part) for item in defaults}
    categories = CheckCategory.objects.bulk_create(
        CheckCategory(city=city, code=code, name=name, part=part, order=order)
        for order, (code, (name, part)) in enumerate(names.items(), start=1)
    )
    by_code = {category.code: category for category in categories}
    items = CheckItem.objects.bulk_create(
        CheckItem(
            city=city,
            code=item.code,
            category=by_code[item.category],
            standing=item.standing,
            aspect=item.aspect,
        )
        for item in defaults
    )
    revisions = [
        CheckItemRevision(
            item=row,
            number=1,
            effective_from=on,
            question=item.question,
            purpose=item.purpose,
            how_to_check=item.how_to_check,
            good=item.good,
            examples=list(item.examples),
            evidence=item.evidence,
            facts=list(item.facts),
            clause_codes=list(item.clauses),
        )
        for row, item in zip(items, defaults, strict=True)
    ]
    for revision in revisions:
        revision.sha256 = sealing.revision_sha256(revision)
    CheckItemRevision.objects.bulk_create(revisions)
