"""Paper 2 (資料２): what the city will do in a fiscal year, from its annual plan. Figures → prose → blocks."""

from __future__ import annotations

from datetime import timedelta

from tenken.reports.definition import Definition
from tenken.reports.paper2.blocks import CODE, NUMBER, build_paper
from tenken.reports.paper2.figures import PlanFigures
from tenken.reports.paper2.gathering import plan_figures
from tenken.reports.paper2.prose import drafts, title_of
from tenken.reports.render import FORMS

PAPER2 = Definition(
    code=CODE,
    number=NUMBER,
    title="情報セキュリティ対策改善取組について",
    sections=("概要", "実施内容"),
    forms=FORMS,
    needs=("その年度の年間計画", "前の年度の情報セキュリティ点検（継続して点検する項目を載せるとき）"),
    figures=PlanFigures,
    gather=plan_figures,
    drafts=drafts,
    title_of=title_of,
    build=build_paper,
    earlier=timedelta(days=366),
)

__all__ = ["CODE", "PAPER2"]
