"""Addresses of the inspection, below ``inspection/``."""

from django.urls import path

from tenken.web.inspection import evidence, planning, programmes, sheets, visits

urlpatterns = [
    path("", programmes.index, name="inspection-index"),
    path("new/", planning.new, name="inspection-new"),
    path("<int:programme_id>/", programmes.progress, name="inspection-programme"),
    path("<int:programme_id>/stages/", planning.stages, name="inspection-stages"),
    path("<int:programme_id>/questions/", planning.questions, name="inspection-questions"),
    path("<int:programme_id>/launch/", planning.launch_programme, name="inspection-launch"),
    path("<int:programme_id>/close/", planning.close, name="inspection-close"),
    path("<int:programme_id>/sheets/", programmes.sheet_list, name="inspection-sheets"),
    path("<int:programme_id>/accept/", programmes.accept_list, name="inspection-accept-many"),
    path("<int:programme_id>/visits/", visits.visit_list, name="inspection-visits"),
    path("<int:programme_id>/visits/new/", visits.new, name="inspection-visit-new"),
    path("sheets/<int:sheet_id>/", sheets.sheet, name="inspection-sheet"),
    path("sheets/<int:sheet_id>/answers/<int:question_id>/", sheets.answer, name="inspection-answer"),
    path(
        "sheets/<int:sheet_id>/answers/<int:question_id>/evidence/",
        evidence.attach,
        name="inspection-evidence",
    ),
    path("sheets/evidence/<int:evidence_id>/remove/", evidence.remove, name="inspection-evidence-remove"),
    path("sheets/<int:sheet_id>/submit/", sheets.submit_sheet, name="inspection-submit"),
    path("sheets/<int:sheet_id>/withdraw/", sheets.withdraw_sheet, name="inspection-withdraw"),
    path("sheets/<int:sheet_id>/approve/", sheets.approve_sheet, name="inspection-approve"),
    path("sheets/<int:sheet_id>/return/", sheets.return_to_section, name="inspection-return"),
    path("sheets/<int:sheet_id>/accept/", sheets.accept_sheet, name="inspection-accept"),
]
