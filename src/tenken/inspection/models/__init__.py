"""Series → programmes → stages, questions, sheets → answers, main assets; people's own checks; reminders."""

from tenken.inspection.models.answers import Answer, AnswerEvidence, RemovedEvidence
from tenken.inspection.models.forms import Question, SheetForm
from tenken.inspection.models.programmes import Programme, Stage
from tenken.inspection.models.reminders import ReminderSent, ReminderStep
from tenken.inspection.models.risk import NoMainAssets, SheetAsset, SheetRisk
from tenken.inspection.models.self_checks import SelfCheck, SelfCheckAnswer
from tenken.inspection.models.series import Kind, Rhythm, Series, TargetRule
from tenken.inspection.models.sheets import Sheet
from tenken.inspection.models.targets import TargetException

__all__ = [
    "Answer",
    "AnswerEvidence",
    "Kind",
    "NoMainAssets",
    "Programme",
    "Question",
    "ReminderSent",
    "ReminderStep",
    "RemovedEvidence",
    "Rhythm",
    "SelfCheck",
    "SelfCheckAnswer",
    "Series",
    "Sheet",
    "SheetAsset",
    "SheetForm",
    "SheetRisk",
    "Stage",
    "TargetException",
    "TargetRule",
]
