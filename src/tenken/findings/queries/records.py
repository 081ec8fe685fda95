"""One finding with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenken.common.refusals import Missing
from tenken.findings.models import Finding, FindingEvent, FindingEvidence
from tenken.findings.permissions import VIEW_FINDINGS
from tenken.findings.queries.lineage import earlier_findings
from tenken.organization.access import Principal
from tenken.organization.models import City
from tenken.policy.models import CheckCategory, CheckItemRevision, Clause


@dataclass(frozen=True)
class ItemReference:
    """What was asked, when it counts as met, and the clauses it rests on: (number, heading, text)."""

    question: str
    good: str
    purpose: str
    clauses: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class FindingRecord:
    """A finding, its trail from the first step on, its files, what it refers to, and the same in earlier years."""

    finding: Finding
    events: tuple[FindingEvent, ...]
    evidence: tuple[FindingEvidence, ...]
    category: str
    reference: ItemReference | None
    earlier: tuple[Finding, ...]

    @property
    def returned(self) -> FindingEvent | None:
        """The return that the section has to answer, when that is the last thing that happened."""
        last = next((event for event in reversed(self.events) if event.event != "evidence"), None)
        return last if last is not None and last.event == "returned" else None


def finding_record(by: Principal, key: int) -> FindingRecord:
    """Return one finding as *by* may see it; ``Missing`` when there is none within reach. At most seven queries."""
    finding = (
        Finding.objects.restrict(by, VIEW_FINDINGS)
        .select_related("unit", "city", "measure_bureau")
        .filter(pk=key)
        .first()
    )
    if finding is None:
        raise Missing("この課題はないか、見ることのできる範囲にありません。")
    category = CheckCategory.objects.filter(city=finding.city_id, code=finding.category_code).first()
    return FindingRecord(
        finding=finding,
        events=tuple(finding.events.all()),
        evidence=tuple(finding.evidence.select_related("file").order_by("pk")),
        category=category.name if category else finding.category_code,
        reference=item_reference(finding.city, finding.item_code, finding.opened_on),
        earlier=tuple(earlier_findings(by, finding)),
    )


def item_reference(city: City, item_code: str, on: date) -> ItemReference | None:
    """Return the wording of a 点検項目 that held on a date (else its first), with its clauses. Two queries."""
    if not item_code:
        return None
    revisions = list(
        CheckItemRevision.objects.filter(item__city=city, item__code=item_code).order_by("number")
    )
    if not revisions:
        return None
    held = [revision for revision in revisions if revision.effective_from <= on]
    revision = held[-1] if held else revisions[0]
    clauses: dict[str, tuple[str, str, str]] = {}
    for code, number, heading, text in (
        Clause.objects.filter(
            version__document__city=city, version__status="published", code__in=revision.clause_codes
        )
        .order_by("version__effective_from", "chapter__order", "order")
        .values_list("code", "number", "heading", "text")
    ):
        clauses[code] = (number, heading, text)  # the newest published wording wins
    return ItemReference(revision.question, revision.good, revision.purpose, tuple(clauses.values()))
