"""Papers of one audit: the notice to the audited, and its report."""

from tenken.reports.audits import notice, report
from tenken.reports.record_papers import RecordPaper
from tenken.reports.render import FORMS

PAPERS = (
    RecordPaper(
        code=notice.CODE,
        title="監査の実施通知",
        forms=FORMS,
        needs="監査の計画",
        of=notice.of,
        records=notice.records,
    ),
    RecordPaper(
        code=report.CODE,
        title="監査報告書",
        forms=FORMS,
        needs="報告した監査",
        of=report.of,
        records=report.records,
    ),
)
