"""Addresses of findings, below ``findings/``."""

from django.urls import path

from tenken.web import converters  # noqa: F401 - registers fiscal_year and code
from tenken.web.findings import detail, lists, secretariat

urlpatterns = [
    path("", lists.finding_list, name="findings-list"),
    path("check/", secretariat.check_list, name="findings-check-many"),
    path("close/", secretariat.close_index, name="findings-close-index"),
    path("close/<fiscal_year:fiscal_year>/", secretariat.close_stage, name="findings-close"),
    path("<int:finding_id>/", detail.detail, name="findings-detail"),
    path("<int:finding_id>/plan/", detail.make_plan, name="findings-plan"),
    path("<int:finding_id>/report/", detail.make_report, name="findings-report"),
    path("<int:finding_id>/evidence/", detail.attach, name="findings-evidence"),
    path("<int:finding_id>/not-improved/", detail.declare_not_improved, name="findings-not-improved"),
    path("<int:finding_id>/check/", detail.make_check, name="findings-check"),
]
