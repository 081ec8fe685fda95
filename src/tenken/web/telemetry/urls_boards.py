from django.urls import path

from tenken.web.telemetry import board_activity, board_counts, boards

urlpatterns = [
    path("", boards.index, name="telemetry-boards"),
    path("board/map/", boards.map_part, name="telemetry-map"),
    path("board/sections/<int:unit_id>/", boards.section, name="telemetry-board-section"),
    path("board/counts/", board_counts.page, name="telemetry-counts"),
    path("board/counts/<str:key>/<str:kind>.svg", board_counts.chart_svg, name="telemetry-counts-chart"),
    path("board/talkers/", board_activity.talkers_page, name="telemetry-talkers"),
    path("board/changes/", board_activity.changes_page, name="telemetry-changes"),
]
