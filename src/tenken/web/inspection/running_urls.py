"""Addresses of the running inspection, below ``inspection/``: who is behind, reminders, reorganisations, boards."""

from django.urls import path

from tenken.web.inspection import behind, boards, reminders, reorganisation, sheets

urlpatterns = [
    path("<int:programme_id>/behind/", behind.behind_list, name="inspection-behind"),
    path("<int:programme_id>/reminders/", reminders.sent_list, name="inspection-reminders"),
    path("<int:programme_id>/reminders/steps/", reminders.steps, name="inspection-reminder-steps"),
    path("<int:programme_id>/reorganisation/", reorganisation.carry_over, name="inspection-carry-over"),
    path("reminders/send/", reminders.send_now, name="inspection-reminders-send"),
    path("sheets/<int:sheet_id>/restore/", behind.restore_sheet, name="inspection-restore"),
    path("sheets/<int:sheet_id>/stand-by/", sheets.stand_by, name="inspection-stand-by"),
    path("issues/", boards.issues, name="inspection-issues"),
    path("issues/rows/", boards.rows, name="inspection-issue-rows"),
    path("issues.svg", boards.issues_chart, name="inspection-issues-chart"),
]
