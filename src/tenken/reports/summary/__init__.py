"""The summary (概要版): one page for the headquarters. Figures → prose → blocks."""

from __future__ import annotations

from tenken.reports.definition import Definition
from tenken.reports.render import FORMS
from tenken.reports.summary.blocks import CODE, NUMBER, build_paper
from tenken.reports.summary.figures import SummaryFigures, inconsistencies
from tenken.reports.summary.gathering import summary_figures
from tenken.reports.summary.prose import drafts, title_of

SUMMARY = Definition(
    code=CODE,
    number=NUMBER,
    title="情報セキュリティ改善取組報告書（概要版）",
    sections=("主な結果", "訪問調査", "必要な対策"),
    forms=FORMS,
    needs=("その年度の情報セキュリティ点検（自己点検と改善報告が終わっていること）",),
    figures=SummaryFigures,
    gather=summary_figures,
    drafts=drafts,
    title_of=title_of,
    build=build_paper,
    inconsistencies=inconsistencies,
)

__all__ = ["SUMMARY"]
