"""Addresses of the Excel forms, below ``inspection/excel/``."""

from django.urls import path

from tenken.web.workbooks import differences, issuing, own_forms

urlpatterns = [
    path("<int:programme_id>/", issuing.programme_page, name="workbooks-programme"),
    path("<int:programme_id>/issue/", issuing.issue_all, name="workbooks-issue"),
    path("<int:programme_id>/import/", issuing.import_many, name="workbooks-import"),
    path("sheets/<int:sheet_id>/", issuing.sheet_page, name="workbooks-sheet"),
    path("sheets/<int:sheet_id>/form/", issuing.download, name="workbooks-form"),
    path("imports/<int:import_id>/", differences.difference, name="workbooks-difference"),
    path("imports/<int:import_id>/read/", differences.read_again, name="workbooks-read"),
    path("imports/<int:import_id>/apply/", differences.apply, name="workbooks-apply"),
    path("imports/<int:import_id>/discard/", differences.discard, name="workbooks-discard"),
    path("own-forms/", own_forms.template_list, name="workbooks-own-forms"),
    path("own-forms/new/", own_forms.new, name="workbooks-own-form-new"),
    path("own-forms/<int:template_id>/", own_forms.mapping_page, name="workbooks-own-form"),
    path("own-forms/<int:template_id>/retire/", own_forms.retire, name="workbooks-own-form-retire"),
]
