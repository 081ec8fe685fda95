"""Addresses of audit reports and measures, below ``findings/``."""

from django.urls import path

from tenken.web.findings import measure_boards, measures, reports

urlpatterns = [
    path("reports/", measure_boards.board, name="findings-reports"),
    path("reports/new/", reports.new, name="findings-report-new"),
    path("reports/<int:report_id>/", reports.detail, name="findings-report-detail"),
    path("reports/<int:report_id>/edit/", reports.edit, name="findings-report-edit"),
    path("reports/<int:report_id>/finding/", reports.add_finding, name="findings-report-finding"),
    path("reports/<int:report_id>/template/", reports.template, name="findings-report-template"),
    path("reports/<int:report_id>/import/", reports.upload, name="findings-report-import"),
    path("reports/<int:report_id>/import/confirm/", reports.confirm, name="findings-report-import-confirm"),
    path("reports/<int:report_id>/dates/", reports.set_date, name="findings-report-date"),
    path("reports/<int:report_id>/dates/<int:date_id>/tell/", reports.tell, name="findings-report-tell"),
    path(
        "reports/<int:report_id>/dates/<int:date_id>/drop/",
        reports.drop_date,
        name="findings-report-date-drop",
    ),
    path("promises/", measure_boards.promises, name="findings-promises"),
    path("lacking/", measure_boards.lacking, name="findings-lacking"),
    path("answers/", measure_boards.answers, name="findings-answers"),
    path("answers/workbook/", measure_boards.upload, name="findings-measures-workbook"),
    path("answers/workbook/file/", measure_boards.download, name="findings-measures-workbook-file"),
    path("answers/workbook/confirm/", measure_boards.confirm, name="findings-measures-workbook-confirm"),
    path("<int:finding_id>/measures/propose/", measures.propose, name="findings-measure-propose"),
    path("<int:finding_id>/measures/add/", measures.add, name="findings-measure-add"),
    path("<int:finding_id>/measures/decide/", measures.decide, name="findings-measure-decide"),
    path("<int:finding_id>/measures/correct/", measures.correct, name="findings-measure-correct"),
    path("<int:finding_id>/measures/proof/", measures.proof, name="findings-measure-proof"),
    path("<int:finding_id>/measures/budget/", measures.budget, name="findings-measure-budget"),
    path("<int:finding_id>/measures/keep/", measures.keep, name="findings-measure-keep"),
    path("<int:finding_id>/measures/confirm/", measures.confirm, name="findings-measure-confirm"),
    path("<int:finding_id>/measures/follow/", measures.follow, name="findings-measure-follow"),
]
