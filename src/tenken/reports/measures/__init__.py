"""措置の報告: the measures of an audit report as of a day, the notice that carries them, and what is published of them."""

from tenken.reports.record_papers import RecordPaper

PAPERS: tuple[RecordPaper, ...] = ()
