"""The numbers of paper 1 for any fiscal year: section 1 (情報セキュリティ点検), and section 2 where there was one. Filled by the inspection's query, read by rules.

Counts are sections (課公所) as the lineage carries them into the year reported; ``*_before`` is the year before, None when there
was none. "Improved" and "not improved" are as the improvement reports and their follow-up left them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenken.common.fiscal_year import FiscalYear
from tenken.journal.canonical import canonical_json, sha256
from tenken.reports.frozen import from_plain, to_plain
from tenken.reports.stages import StageFigures
from tenken.reports.system_audit.figures import SystemAuditFigures


@dataclass(frozen=True)
class ItemFigures:
    """One 調査項目: sections with an issue in it, of these improved and not by the end of the year.

    ``not_improved_at_report``: sections still 未改善 when the improvement was reported, whatever the follow-up then found;
    None when it is not known.
    """

    code: str
    name: str
    issues: int
    improved: int
    not_improved: int
    issues_before: int | None
    not_improved_before: int | None
    not_improved_at_report: int | None = None
    not_improved_at_report_before: int | None = None


@dataclass(frozen=True)
class InspectionFigures:
    """Section 1 of paper 1.

    ``sections`` is every section the inspection went to; a section counts once in ``sections_with_issues`` however many items
    it has issues in. ``visited`` None: no visit is recorded. ``visit_findings`` and ``good_practices`` are short phrases, as recorded.
    ``invented``: the figures are a specimen, not a city's; every figure and table then says so.
    ``visits_contradicting``: visited sections where the visit found an issue in what the section had answered to be in order;
    None when the answers were not held against the visit.
    ``restated``: sections merged or split since; the counts of the year before are of this year's sections, not those printed then.
    ``systems``: section 2, 情報システム監査; None in a year without one.
    """

    city_name: str
    fiscal_year: int
    sections: int
    sections_with_issues: int
    sections_not_improved: int
    sections_before: int | None
    sections_with_issues_before: int | None
    sections_not_improved_before: int | None
    visited: int | None
    stages: tuple[StageFigures, ...]
    management: tuple[ItemFigures, ...]
    risk: tuple[ItemFigures, ...]
    visit_findings: tuple[str, ...]
    good_practices: tuple[str, ...]
    invented: bool
    visits_contradicting: int | None = None
    restated: bool = False
    systems: SystemAuditFigures | None = None

    @property
    def year(self) -> str:
        """「平成26年度」."""
        return str(FiscalYear(self.fiscal_year))

    @property
    def year_before(self) -> str:
        """「平成25年度」."""
        return str(FiscalYear(self.fiscal_year - 1))


def inconsistencies(figures: InspectionFigures) -> tuple[str, ...]:
    """Return what in *figures* cannot be true, one Japanese sentence each; empty when they agree with themselves."""
    return (*_whole_inconsistencies(figures), *_item_inconsistencies(figures))


def _whole_inconsistencies(figures: InspectionFigures) -> Iterator[str]:
    now = (figures.sections, figures.sections_with_issues, figures.sections_not_improved)
    before = (
        figures.sections_before,
        figures.sections_with_issues_before,
        figures.sections_not_improved_before,
    )
    for label, (total, issues, still_open) in ((figures.year, now), (figures.year_before, before)):
        if any(count is not None and count < 0 for count in (total, issues, still_open)):
            yield f"{label}の課公所数に負の数があります。"
        if total is not None and issues is not None and issues > total:
            yield f"{label}の課題ありの課公所数（{issues}）が、対象の課公所数（{total}）を超えています。"
        if issues is not None and still_open is not None and still_open > issues:
            yield f"{label}の未改善の課公所数（{still_open}）が、課題ありの課公所数（{issues}）を超えています。"


def _item_inconsistencies(figures: InspectionFigures) -> Iterator[str]:
    codes: set[str] = set()
    for item in (*figures.management, *figures.risk):
        if item.code in codes:
            yield f"調査項目のコード「{item.code}」が重複しています。"
        codes.add(item.code)
        if min(item.issues, item.improved, item.not_improved) < 0:
            yield f"調査項目「{item.name}」に負の数があります。"
        if item.improved + item.not_improved != item.issues:
            yield (
                f"調査項目「{item.name}」の改善（{item.improved}）と未改善（{item.not_improved}）の合計が、"
                f"課題あり（{item.issues}）と一致しません。"
            )
        if item.issues > figures.sections_with_issues:
            yield (
                f"調査項目「{item.name}」の課題あり（{item.issues}）が、"
                f"課題ありの課公所数（{figures.sections_with_issues}）を超えています。"
            )


def snapshot(figures: InspectionFigures) -> dict[str, Any]:
    """Return *figures* as plain JSON values, dates as ISO text."""
    return to_plain(figures)


def restore(plain: Mapping[str, Any]) -> InspectionFigures:
    """Return the figures a ``snapshot`` holds."""
    return from_plain(InspectionFigures, plain)


def digest(plain: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a snapshot, over the journal's canonical JSON."""
    return sha256(canonical_json(plain))
