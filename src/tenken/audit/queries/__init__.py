"""Reading visits: the letters and reports, the numbers, the sheet against the visit."""

from tenken.audit.queries.documents import (
    AuditorLine,
    MeetingLine,
    ReportItem,
    ReportObservation,
    ReportPractice,
    SelectionLine,
    VisitLetter,
    VisitProgrammeReport,
    VisitReport,
)
from tenken.audit.queries.figures import (
    PracticeFigure,
    SheetAgainstVisit,
    VisitFigures,
    contradictions,
    sheet_against_visit,
    visit_figures,
)
from tenken.audit.queries.papers import letter_data, visit_report, visit_report_of_programme
from tenken.audit.queries.visits import find_visit, is_assigned, may_read_results, visit_name, visits_for

__all__ = [
    "AuditorLine",
    "MeetingLine",
    "PracticeFigure",
    "ReportItem",
    "ReportObservation",
    "ReportPractice",
    "SelectionLine",
    "SheetAgainstVisit",
    "VisitFigures",
    "VisitLetter",
    "VisitProgrammeReport",
    "VisitReport",
    "contradictions",
    "find_visit",
    "is_assigned",
    "letter_data",
    "may_read_results",
    "sheet_against_visit",
    "visit_figures",
    "visit_name",
    "visit_report",
    "visit_report_of_programme",
    "visits_for",
]
