"""課題・対策事例集（課公所編）: what sections learned, for all others to read. Figures → blocks."""

from __future__ import annotations

from tenken.reports.casebook.blocks import CODE, NUMBER, build_paper
from tenken.reports.casebook.figures import CasebookFigures
from tenken.reports.casebook.gathering import casebook_figures
from tenken.reports.casebook.prose import drafts, title_of
from tenken.reports.definition import Definition
from tenken.reports.render import FORMS

CASEBOOK = Definition(
    code=CODE,
    number=NUMBER,
    title="情報セキュリティ課題・対策事例集（課公所編）",
    sections=("課題と対策", "優良事例"),
    forms=FORMS,
    needs=("その年度に公開した事例（課公所の名は、掲載の承諾を得たものだけを載せる）",),
    figures=CasebookFigures,
    gather=casebook_figures,
    drafts=drafts,
    title_of=title_of,
    build=build_paper,
)

__all__ = ["CASEBOOK"]
