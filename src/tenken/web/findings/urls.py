"""Addresses of findings, below ``findings/``."""

from django.urls import include, path

from tenken.web import converters  # noqa: F401 - registers fiscal_year and code
from tenken.web.findings import aspects, boards, detail, lists, publishing, secretariat, traces, workbook

urlpatterns = [
    path("", lists.finding_list, name="findings-list"),
    path("check/", secretariat.check_list, name="findings-check-many"),
    path("close/", secretariat.close_index, name="findings-close-index"),
    path("close/<fiscal_year:fiscal_year>/", secretariat.close_stage, name="findings-close"),
    path("environment/", boards.environment, name="findings-environment"),
    path("ages/", boards.ages, name="findings-ages"),
    path("aspects/", aspects.aspects, name="findings-aspects"),
    path("aspects/chart.svg", aspects.chart_svg, name="findings-aspects-chart"),
    path("relapse/", boards.relapse, name="findings-relapse"),
    path("workbook/", workbook.upload, name="findings-workbook"),
    path("workbook/file/", workbook.download, name="findings-workbook-file"),
    path("workbook/confirm/", workbook.confirm, name="findings-workbook-confirm"),
    path("traces/", traces.index, name="findings-traces"),
    path("traces/new/", traces.new, name="findings-trace-new"),
    path("traces/<int:trace_id>/", traces.board, name="findings-trace"),
    path("traces/<int:trace_id>/confirm/", traces.confirm_many, name="findings-trace-confirm"),
    path("traces/<int:trace_id>/extend/", traces.extend, name="findings-trace-extend"),
    path("traces/<int:trace_id>/close/", traces.close, name="findings-trace-close"),
    path("trace-lines/<int:line_id>/", traces.line, name="findings-trace-line"),
    path("trace-lines/<int:line_id>/answer/", traces.answer, name="findings-trace-answer"),
    path("trace-lines/<int:line_id>/proof/", traces.proof, name="findings-trace-proof"),
    path("trace-lines/<int:line_id>/check/", traces.check, name="findings-trace-check"),
    path("", include("tenken.web.findings.extent_urls")),
    path("", include("tenken.web.findings.measure_urls")),
    path("<int:finding_id>/", detail.detail, name="findings-detail"),
    path("<int:finding_id>/plan/", detail.make_plan, name="findings-plan"),
    path("<int:finding_id>/report/", detail.make_report, name="findings-report"),
    path("<int:finding_id>/evidence/", detail.attach, name="findings-evidence"),
    path("<int:finding_id>/not-improved/", detail.declare_not_improved, name="findings-not-improved"),
    path("<int:finding_id>/cannot-fix/", detail.declare_cannot, name="findings-cannot-fix"),
    path("<int:finding_id>/confirm/", detail.confirm, name="findings-confirm"),
    path("<int:finding_id>/reopen/", detail.take_up_again, name="findings-reopen"),
    path("<int:finding_id>/publication/", publishing.publication, name="findings-publication"),
    path("<int:finding_id>/check/", detail.make_check, name="findings-check"),
]
