"""Papers of the rotation: a selection with its justification, the mid-term plan, the plan of a year, paper 4."""

from tenken.reports.definition import Definition
from tenken.reports.record_papers import RecordPaper
from tenken.reports.render import FORMS
from tenken.reports.rotation import midterm, paper4, selection, year_plan

PAPERS = (
    RecordPaper(
        code=selection.CODE,
        title="監査対象の選定とその理由",
        forms=FORMS,
        needs="監査対象の選定",
        of=selection.of,
        records=selection.records,
    ),
    RecordPaper(
        code=midterm.CODE,
        title="中期監査計画",
        forms=FORMS,
        needs="中期監査計画",
        of=midterm.of,
        records=midterm.records,
    ),
    RecordPaper(
        code=year_plan.CODE,
        title="年度監査計画",
        forms=FORMS,
        needs="年度監査計画",
        of=year_plan.of,
        records=year_plan.records,
    ),
)
PAPER4 = Definition(
    code=paper4.CODE,
    number=paper4.NUMBER,
    title="情報システム監査の実施方法について",
    sections=("情報システム監査の実施方法",),
    forms=FORMS,
    needs=("その年度以後の監査対象の選定（ローテーションによるもの）",),
    figures=paper4.RotationFigures,
    gather=paper4.gather,
    drafts=paper4.drafts,
    title_of=lambda key: paper4.TITLES.get(key),
    build=paper4.build,
)

__all__ = ["PAPER4", "PAPERS"]
