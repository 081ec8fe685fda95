"""The papers the product can print, in the order they are listed. One line for each; what each is stands in its own module."""

from __future__ import annotations

from tenken.common.refusals import Missing
from tenken.reports import casebook, paper2, summary, visit_report
from tenken.reports.committee import inspection_figures
from tenken.reports.definition import Definition
from tenken.reports.figures import InspectionFigures, inconsistencies
from tenken.reports.letters.definition import LETTERS
from tenken.reports.paper1 import CODE, NUMBER, build_paper
from tenken.reports.prose import drafts, paragraph_titles
from tenken.reports.render import FORMS
from tenken.reports.rotation import PAPER4

PAPER1 = Definition(
    code=CODE,
    number=NUMBER,
    title="情報セキュリティ対策改善取組結果について",
    sections=("情報セキュリティ点検",),
    forms=FORMS,
    needs=("その年度の情報セキュリティ点検（自己点検と改善報告が終わっていること）",),
    figures=InspectionFigures,
    gather=inspection_figures,
    drafts=drafts,
    title_of=lambda key: paragraph_titles().get(key),
    build=build_paper,
    inconsistencies=inconsistencies,
)

PAPERS: tuple[Definition, ...] = (
    PAPER1,
    paper2.PAPER2,
    PAPER4,
    summary.SUMMARY,
    casebook.CASEBOOK,
    visit_report.VISIT_REPORT,
    *LETTERS,
)


def entry(code: str) -> Definition:
    """Return the paper with *code*; ``Missing`` when there is none."""
    for paper in PAPERS:
        if paper.code == code:
            return paper
    raise Missing(f"「{code}」という資料はありません。")
