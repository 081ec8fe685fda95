"""Papers of one audit: its notice, its report, the yearly plan with its justification, questions and answers."""

from tenken.reports.record_papers import RecordPaper

PAPERS: tuple[RecordPaper, ...] = ()
