"""措置の報告: the measures of an audit report as of a day, the notice that carries them, and what is published of them."""

from tenken.reports.measures import notice, publication, report
from tenken.reports.measures.reading import reports_with_measures
from tenken.reports.record_papers import RecordPaper
from tenken.reports.render import FORMS, PUBLISHED_FORMS

PAPERS = (
    RecordPaper(
        code=report.CODE,
        title="監査の結果に基づく措置状況等の報告",
        forms=PUBLISHED_FORMS,
        needs="措置を報告する監査結果報告書",
        of=report.of,
        records=reports_with_measures,
        dated=True,
    ),
    RecordPaper(
        code=notice.CODE,
        title="監査委員への措置の通知",
        forms=FORMS,
        needs="措置を報告する監査結果報告書",
        of=notice.of,
        records=reports_with_measures,
        dated=True,
    ),
    RecordPaper(
        code=publication.CODE,
        title="措置状況の公表（概要）",
        forms=PUBLISHED_FORMS,
        needs="措置を報告する監査結果報告書",
        of=publication.of,
        records=reports_with_measures,
        dated=True,
    ),
)
