"""Reading 横展開の確認: the list, how far one has come, one target, what waits for a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from tenken.assets.permissions import MANAGE_SYSTEMS
from tenken.common.refusals import Missing
from tenken.findings.extent_states import (
    ANSWERED,
    DRAFT,
    SENT,
    WITH_SECTION,
    WITHDRAWN,
)
from tenken.findings.models import ExtentCheck, ExtentEvidence, ExtentTarget, ExtentTargetEvent, Finding
from tenken.findings.permissions import IMPROVE_FINDINGS, MANAGE_EXTENT, VIEW_FINDINGS
from tenken.organization.access import Principal

# What a number of the board counts, and the rows it opens.
COVERAGE_LABELS = {
    "asked": "依頼した数",
    "answered": "回答あり",
    "found": "同種の課題あり",
    "none": "なし",
    "not_applicable": "該当しない",
    "waiting": "未回答",
    "overdue": "期限超過",
    "to_confirm": "確認待ち",
    "confirmed": "確認済",
}


@dataclass(frozen=True)
class Coverage:
    """How far a check has come. ``answered`` = ``found`` + ``none`` + ``not_applicable``; what was returned waits again."""

    asked: int = 0
    answered: int = 0
    found: int = 0
    none: int = 0
    not_applicable: int = 0
    waiting: int = 0
    overdue: int = 0
    to_confirm: int = 0
    confirmed: int = 0

    def percent(self, name: str) -> str:
        """Return the share of those asked in percent, to one place: 「66.7%」; 「－」 when nobody is."""
        return f"{100 * getattr(self, name) / self.asked:.1f}%" if self.asked else "－"


def counts_as(status: str, answer: str, due_on: date, today: date) -> frozenset[str]:
    """Return the codes of ``COVERAGE_LABELS`` one target counts for."""
    if status in WITH_SECTION:
        return frozenset({"asked", "waiting", *(("overdue",) if due_on < today else ())})
    done = "to_confirm" if status == ANSWERED else "confirmed"
    return frozenset({"asked", "answered", answer, done})


def coverage_of(answers: Iterable[tuple[str, str]], due_on: date, today: date) -> Coverage:
    """Count the (status, answer) of one check's targets."""
    numbers = Counter(code for status, answer in answers for code in counts_as(status, answer, due_on, today))
    return Coverage(**numbers)


def targets_in_sight(by: Principal) -> QuerySet[ExtentTarget]:
    """Return the targets *by* may see: of their sections, and of the systems they manage. Those of drafts only who runs
    such checks sees."""
    rows = ExtentTarget.objects.restrict(by, VIEW_FINDINGS) | ExtentTarget.objects.restrict(
        by, MANAGE_SYSTEMS
    ).filter(system__isnull=False)
    return rows if by.holds(MANAGE_EXTENT) else rows.exclude(check_of__status__in=(DRAFT, WITHDRAWN))


@dataclass(frozen=True)
class ExtentSummary:
    """A check and how far it has come, as far as the reader sees."""

    check: ExtentCheck
    coverage: Coverage


def extents_for(by: Principal, *, finding: Finding | None = None) -> list[ExtentSummary]:
    """Return the checks that reach what *by* may see (from one *finding* only, when given), the running first, then the
    newest. Two queries."""
    checks = ExtentCheck.objects.of_city(by.city_id).select_related("finding__unit")
    if finding is not None:
        checks = checks.filter(finding=finding)
    rows: dict[int, list[tuple[str, str]]] = defaultdict(list)
    seen = targets_in_sight(by).order_by()
    if finding is not None:
        seen = seen.filter(check_of__finding=finding)
    for check, status, answer in seen.values_list("check_of", "status", "answer"):
        rows[check].append((status, answer))
    if not by.holds(MANAGE_EXTENT):
        checks = checks.filter(pk__in=rows)
    order = {SENT: 0, DRAFT: 1}
    return sorted(
        (
            ExtentSummary(check, coverage_of(rows[check.pk], check.due_on, by.on))
            for check in checks.order_by("-fiscal_year", "-number")
        ),
        key=lambda one: order.get(one.check.status, 2),
    )


def extent_for(by: Principal, key: int) -> ExtentCheck:
    """Return one check that reaches what *by* may see; else ``Missing``."""
    rows = ExtentCheck.objects.of_city(by.city_id).select_related(
        "city", "finding__unit", "finding__city", "finding__system"
    )
    if not by.holds(MANAGE_EXTENT):
        rows = rows.filter(pk__in=targets_in_sight(by).values("check_of"))
    check = rows.filter(pk=key).first()
    if check is None:
        raise Missing("この横展開の確認はないか、見ることのできる範囲にありません。")
    return check


def targets_of(by: Principal, check: ExtentCheck) -> QuerySet[ExtentTarget]:
    """Return the targets of a check that *by* may see, sections in their order, each before its systems."""
    return (
        targets_in_sight(by)
        .filter(check_of=check)
        .select_related("unit", "system", "finding", "check_of")
        .annotate(n_evidence=Count("evidence"))
        .order_by("unit__code", "system__code", "pk")
    )


@dataclass(frozen=True)
class TargetRecord:
    """One target with its course and its files."""

    target: ExtentTarget
    events: tuple[ExtentTargetEvent, ...]
    evidence: tuple[ExtentEvidence, ...]


def target_record(by: Principal, key: int) -> TargetRecord:
    """Return one target as *by* may see it; ``Missing`` out of reach. Three queries."""
    target = (
        targets_in_sight(by)
        .select_related("unit", "system", "finding", "check_of__city", "check_of__finding__unit")
        .filter(pk=key)
        .first()
    )
    if target is None:
        raise Missing("この回答欄はないか、見ることのできる範囲にありません。")
    return TargetRecord(
        target, tuple(target.events.all()), tuple(target.evidence.select_related("file").order_by("pk"))
    )


def my_extent_targets(by: Principal) -> QuerySet[ExtentTarget]:
    """Return what waits for an answer of *by*, the earliest due first: of the sections they answer for, and of the systems
    they manage there. Who manages the systems of the whole city is not asked for each."""
    rows = ExtentTarget.objects.restrict(by, IMPROVE_FINDINGS)
    if not by.everywhere(MANAGE_SYSTEMS):
        rows |= ExtentTarget.objects.restrict(by, MANAGE_SYSTEMS).filter(system__isnull=False)
    return (
        rows.filter(check_of__status=SENT, status__in=WITH_SECTION)
        .select_related("unit", "system", "check_of")
        .order_by("check_of__due_on", "unit__code", "pk")
    )
