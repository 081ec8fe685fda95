"""Addresses of operation logs, below ``terminals/search/``."""

from django.urls import path

from tenken.web.telemetry import exports, overrides, samples, search, stories

urlpatterns = [
    path("", search.search_page, name="telemetry-search"),
    path("purpose/", search.purpose, name="telemetry-search-purpose"),
    path("purpose/end/", search.purpose_end, name="telemetry-search-purpose-end"),
    path("<int:search_id>/more/<str:after>/", search.more, name="telemetry-search-more"),
    path("<int:search_id>/numbers/", search.numbers, name="telemetry-search-numbers"),
    path("<int:search_id>/histogram.svg", search.histogram, name="telemetry-search-histogram"),
    path("<int:search_id>/export/", exports.export, name="telemetry-search-export"),
    path("exports/", exports.export_list, name="telemetry-search-exports"),
    path("saved/", search.saved, name="telemetry-search-saved"),
    path("saved/new/", search.save, name="telemetry-search-save"),
    path("saved/<int:saved_id>/remove/", search.saved_remove, name="telemetry-search-saved-remove"),
    path("records/", search.records, name="telemetry-search-records"),
    path("terminal/", stories.terminal_day, name="telemetry-terminal-day"),
    path("person/", stories.person_day, name="telemetry-person-day"),
    path("file/", stories.file_life, name="telemetry-search-file"),
    path("events/<str:key>/", stories.event, name="telemetry-event"),
    path("samples/", samples.sample_list, name="telemetry-samples"),
    path("samples/new/", samples.sample_new, name="telemetry-sample-new"),
    path("samples/<int:sample_id>/", samples.sample_page, name="telemetry-sample"),
    path("samples/<int:sample_id>/chart.svg", samples.sample_chart, name="telemetry-sample-chart"),
    path("samples/<int:sample_id>/views/<int:view_id>/", samples.sample_view, name="telemetry-sample-view"),
    path("overrides/", overrides.board, name="telemetry-overrides"),
    path("overrides/chart.svg", overrides.chart, name="telemetry-overrides-chart"),
    path("overrides/settings/", overrides.settings, name="telemetry-overrides-settings"),
    path("overrides/units/<int:unit_id>/", overrides.unit_board, name="telemetry-overrides-unit"),
]
