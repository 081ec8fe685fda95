"""Addresses of alerts, below ``terminals/alerts/``."""

from django.urls import path

from tenken.web.telemetry import alert_settings, alerts

urlpatterns = [
    path("", alerts.alert_list, name="telemetry-alerts"),
    path("live/", alerts.live, name="telemetry-alerts-live"),
    path("act/", alerts.act_on_many, name="telemetry-alerts-act"),
    path("board/", alerts.alert_board, name="telemetry-alerts-board"),
    path("incidents/", alert_settings.incidents, name="telemetry-incidents"),
    path("exclusions/", alert_settings.exclusions, name="telemetry-alerts-exclusions"),
    path(
        "exclusions/<int:exclusion_id>/end/",
        alert_settings.end_exclusion,
        name="telemetry-alerts-exclusion-end",
    ),
    path("settings/", alert_settings.settings, name="telemetry-alerts-settings"),
    path("<int:alert_id>/", alerts.alert_page, name="telemetry-alert"),
    path("<int:alert_id>/step/", alerts.step, name="telemetry-alert-step"),
    path("<int:alert_id>/events/", alerts.alert_events, name="telemetry-alert-events"),
    path("<int:alert_id>/exclude/", alert_settings.exclude, name="telemetry-alert-exclude"),
]
