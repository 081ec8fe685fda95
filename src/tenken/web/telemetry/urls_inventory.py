"""Addresses of software, support dates, licences and counts, below ``terminals/``."""

from django.urls import path

from tenken.web.telemetry import inventory, licences, reconciliations, support

urlpatterns = [
    path("software/", inventory.software_list, name="telemetry-software"),
    path("software/<int:title_id>/", inventory.software_title, name="telemetry-software-title"),
    path("support/", support.support_page, name="telemetry-support"),
    path("support/table/", support.whole_table, name="telemetry-support-table"),
    path("support/save/", support.save, name="telemetry-support-save"),
    path("support/import/", support.upload, name="telemetry-support-import"),
    path("support/import/confirm/", support.confirm, name="telemetry-support-import-confirm"),
    path("support/<int:row_id>/remove/", support.remove, name="telemetry-support-remove"),
    path("licences/", licences.licence_list, name="telemetry-licences"),
    path("licences/file/", licences.licence_file, name="telemetry-licence-file"),
    path("licences/import/", licences.upload, name="telemetry-licences-import"),
    path("licences/import/confirm/", licences.confirm, name="telemetry-licences-import-confirm"),
    path("licences/new/", licences.new, name="telemetry-licence-new"),
    path("licences/<int:licence_id>/", licences.change, name="telemetry-licence-change"),
    path("reconciliations/", reconciliations.reconciliation_list, name="telemetry-reconciliations"),
    path("reconciliations/new/", reconciliations.new, name="telemetry-reconciliation-new"),
    path(
        "reconciliations/<int:reconciliation_id>/",
        reconciliations.reconciliation,
        name="telemetry-reconciliation",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/count/",
        reconciliations.count_again,
        name="telemetry-reconciliation-count",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/explain/",
        reconciliations.explain,
        name="telemetry-reconciliation-explain",
    ),
    path(
        "reconciliations/<int:reconciliation_id>/close/",
        reconciliations.close,
        name="telemetry-reconciliation-close",
    ),
    path(
        "reconciliations/explanations/<int:explanation_id>/strike/",
        reconciliations.strike,
        name="telemetry-explanation-strike",
    ),
]
