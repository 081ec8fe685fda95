"""訪問調査報告書: what a year's visits saw and found, and what became of it; of one visit likewise. Figures → blocks."""

from __future__ import annotations

from tenken.reports.definition import Definition
from tenken.reports.render import FORMS
from tenken.reports.visit_report.blocks import CODE, build_paper
from tenken.reports.visit_report.figures import VisitReportFigures
from tenken.reports.visit_report.gathering import visit_report_figures
from tenken.reports.visit_report.prose import drafts, title_of

VISIT_REPORT = Definition(
    code=CODE,
    number="報告",
    title="訪問調査報告書",
    sections=("実施の概要", "結果"),
    forms=FORMS,
    needs=("その年度に行った訪問調査の記録",),
    figures=VisitReportFigures,
    gather=visit_report_figures,
    drafts=drafts,
    title_of=title_of,
    build=build_paper,
)

__all__ = ["VISIT_REPORT"]
