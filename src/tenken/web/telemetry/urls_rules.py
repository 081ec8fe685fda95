"""Addresses of rules, lists and hours of duty, below ``terminals/rules/``."""

from django.urls import path

from tenken.web.telemetry import lists, rules

urlpatterns = [
    path("", rules.rule_list, name="telemetry-rules"),
    path("new/", rules.new_rule, name="telemetry-rule-new"),
    path("install/", rules.install, name="telemetry-rules-install"),
    path("<int:rule_id>/", rules.rule_page, name="telemetry-rule"),
    path("<int:rule_id>/edit/", rules.edit_rule, name="telemetry-rule-edit"),
    path("<int:rule_id>/trial/", rules.trial, name="telemetry-rule-trial"),
    path("<int:rule_id>/switch/", rules.switch, name="telemetry-rule-switch"),
    path("lists/", lists.list_index, name="telemetry-lists"),
    path("lists/new/", lists.new_list, name="telemetry-list-new"),
    path("lists/entries/<int:entry_id>/", lists.entry, name="telemetry-list-entry"),
    path("lists/entries/<int:entry_id>/remove/", lists.remove_entry, name="telemetry-list-entry-remove"),
    path("lists/of/<slug:code>/", lists.list_page, name="telemetry-list"),
    path("lists/of/<slug:code>/import/", lists.upload, name="telemetry-list-import"),
    path("lists/of/<slug:code>/import/confirm/", lists.confirm, name="telemetry-list-import-confirm"),
    path("duty/", lists.duty, name="telemetry-duty"),
    path("duty/<int:unit_id>/", lists.duty_unit, name="telemetry-duty-unit"),
]
