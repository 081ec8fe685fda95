"""Addresses of the inspection, below ``inspection/``."""

from django.urls import path

from tenken.web.inspection import (
    evidence,
    index,
    planning,
    programmes,
    risk,
    risk_overview,
    self_checks,
    series,
    sheets,
    targets,
)

urlpatterns = [
    path("", index.index, name="inspection-index"),
    path("new/", planning.new, name="inspection-new"),
    path("series/", series.series_list, name="inspection-series-list"),
    path("series/new/", series.new, name="inspection-series-new"),
    path("series/<int:series_id>/", series.change, name="inspection-series"),
    path("series/<int:series_id>/plan/", series.plan, name="inspection-series-plan"),
    path("series/<int:series_id>/end/", series.end, name="inspection-series-end"),
    path("self-checks/<int:programme_id>/", self_checks.mine, name="inspection-self-check"),
    path(
        "self-checks/<int:programme_id>/answers/<int:question_id>/",
        self_checks.answer,
        name="inspection-self-answer",
    ),
    path("self-checks/<int:programme_id>/withdraw/", self_checks.withdraw, name="inspection-self-withdraw"),
    path("<int:programme_id>/", programmes.progress, name="inspection-programme"),
    path("<int:programme_id>/stages/", planning.stages, name="inspection-stages"),
    path("<int:programme_id>/questions/", planning.questions, name="inspection-questions"),
    path("<int:programme_id>/targets/", targets.targets, name="inspection-targets"),
    path("<int:programme_id>/targets/add/", targets.add, name="inspection-target-add"),
    path("<int:programme_id>/people/", self_checks.people, name="inspection-self-check-people"),
    path("<int:programme_id>/results/", self_checks.result, name="inspection-self-check-results"),
    path("<int:programme_id>/results.svg", self_checks.chart_svg, name="inspection-self-check-chart"),
    path("<int:programme_id>/launch/", planning.launch_programme, name="inspection-launch"),
    path("<int:programme_id>/close/", planning.close, name="inspection-close"),
    path("<int:programme_id>/sheets/", programmes.sheet_list, name="inspection-sheets"),
    path("<int:programme_id>/accept/", programmes.accept_list, name="inspection-accept-many"),
    path("sheets/<int:sheet_id>/", sheets.sheet, name="inspection-sheet"),
    path("sheets/<int:sheet_id>/answers/<int:question_id>/", sheets.answer, name="inspection-answer"),
    path(
        "sheets/<int:sheet_id>/answers/<int:question_id>/evidence/",
        evidence.attach,
        name="inspection-evidence",
    ),
    path("sheets/evidence/<int:evidence_id>/remove/", evidence.remove, name="inspection-evidence-remove"),
    path("<int:programme_id>/risk/", risk_overview.overview, name="inspection-risk-overview"),
    path(
        "<int:programme_id>/risk/missing.svg", risk_overview.chart_svg, name="inspection-risk-overview-chart"
    ),
    path("<int:programme_id>/risk/assets/", risk_overview.assets, name="inspection-risk-assets"),
    path("<int:programme_id>/risk/high/", risk_overview.high, name="inspection-risk-high"),
    path("<int:programme_id>/risk/missing/", risk_overview.missing, name="inspection-risk-missing"),
    path("sheets/<int:sheet_id>/risk/", risk.page, name="inspection-risk"),
    path("sheets/<int:sheet_id>/risk/take/", risk.take, name="inspection-risk-take"),
    path("sheets/<int:sheet_id>/risk/none/", risk.none, name="inspection-risk-none"),
    path("sheets/<int:sheet_id>/risk/ledger/", risk.to_ledger, name="inspection-risk-ledger"),
    path("sheets/<int:sheet_id>/risk/decide/", risk.decisions, name="inspection-risk-decide"),
    path("sheets/<int:sheet_id>/risk/assets/new/", risk.asset_new, name="inspection-risk-asset-new"),
    path(
        "sheets/<int:sheet_id>/risk/assets/<int:asset_id>/", risk.asset_change, name="inspection-risk-asset"
    ),
    path(
        "sheets/<int:sheet_id>/risk/assets/<int:asset_id>/remove/",
        risk.asset_remove,
        name="inspection-risk-asset-remove",
    ),
    path("sheets/<int:sheet_id>/submit/", sheets.submit_sheet, name="inspection-submit"),
    path("sheets/<int:sheet_id>/withdraw/", sheets.withdraw_sheet, name="inspection-withdraw"),
    path("sheets/<int:sheet_id>/approve/", sheets.approve_sheet, name="inspection-approve"),
    path("sheets/<int:sheet_id>/return/", sheets.return_to_section, name="inspection-return"),
    path("sheets/<int:sheet_id>/accept/", sheets.accept_sheet, name="inspection-accept"),
]
