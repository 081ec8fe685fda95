"""情報セキュリティ発見事項報告書兼是正処置計画報告書: one finding on one form (document 004, A20)."""

from tenken.reports.corrective_action.blocks import CODE, TITLE
from tenken.reports.corrective_action.reading import findings_with_form, of
from tenken.reports.record_papers import RecordPaper
from tenken.reports.render import FORMS

PAPERS = (
    RecordPaper(
        code=CODE,
        title=TITLE,
        forms=FORMS,
        needs="監査・訪問調査・診断・横展開で見つかった課題",
        of=of,
        records=findings_with_form,
    ),
)

__all__ = ["CODE", "PAPERS"]
